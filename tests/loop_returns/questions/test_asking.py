"""What is looked at in an answer: kinds of values, never the values."""

from __future__ import annotations

import pytest

from loop_returns.errors import LoopUnavailable
from loop_returns.questions.asking import Row, answered, kinds, places


def test_of_values_only_kinds_are_told() -> None:
    """Whatever they hold."""
    values = ["gid://shopify/Order/1", "17", 17, "", "N/A", None, {"a": 1}, "Ann", "-2.50",
              "2026-01-01T00:00:00.500Z", "2026-01-01 00:00:00"]  # fmt: skip
    assert kinds(values) == (
        "N/A 1, a number 1, an object 1, empty text 1, global id 1, negative amount 1, null 1, "
        "text 1, text of digits 1, time 1, time with a fraction 1"
    )
    assert kinds([]) == "never there"


def test_values_are_found_by_path() -> None:
    """Through lists and objects of any names; what is not there is passed over."""
    rows: list[Row] = [{"a": [{"b": 1}, {"c": 2}], "d": {"x": 3, "y": 4}}, {"a": None}]
    assert list(places(rows, "a[].b")) == [1]
    assert list(places(rows, "d.*")) == [3, 4]


@pytest.mark.parametrize(
    ("error", "answer"),
    [(KeyError("id"), "another shape than is known"), (LoopUnavailable("gone"), "not answered")],
)
def test_a_question_that_fails_does_not_end_the_others(error: Exception, answer: str) -> None:
    """And of the error only its kind is told."""

    def find() -> tuple[str, str]:
        raise error

    assert answered("x", "?", find).answer == answer
