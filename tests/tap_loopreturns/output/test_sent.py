"""Rows that the target has as they are, remembered in bounded room of STATE."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns.errors import SettingsError
from tap_loopreturns.output.sent import MOST, SentRows, marks_in, written_by

KEYS = st.integers(0, 3)
READINGS = st.lists(st.tuples(KEYS, st.integers(0, 2), st.booleans()), max_size=25)


@given(st.lists(READINGS, max_size=5), st.integers(0, 4))
def test_what_is_left_out_is_what_the_target_has(
    runs: list[list[tuple[int, int, bool]]], most: int
) -> None:
    """However rows change, come again, and turn back, in a run and from run to run."""
    target: dict[int, int] = {}
    entry: object = None
    for number, readings in enumerate(runs):
        sent = SentRows(marks_in(entry, "same", str(number - 1)), most)
        for key, content, remembers in readings:
            sent.remembers = remembers
            if sent.is_news(key, content):
                target[key] = content
            assert target[key] == content
        entry = json.loads(json.dumps(sent.entry("same", str(number))))


@given(st.lists(st.integers(), unique=True))
def test_rows_that_come_again_are_no_news(rows: list[int]) -> None:
    """In the next run, by what STATE says, as long as there is room."""
    first = SentRows()
    assert all(first.is_news(row, [row]) for row in rows)
    again = SentRows(marks_in(first.entry("a", "b"), "a", "b"))
    assert not any(again.is_news(row, [row]) for row in rows)
    assert again.unchanged == len(rows)


def test_another_writer_or_bookmark_makes_all_rows_news() -> None:
    """A schema that changed, or a bookmark that was set back by hand."""
    first = SentRows()
    first.is_news(1, "row")
    entry = first.entry(written_by("0.1.0", {"id": "string"}), "2026-01-01")
    assert len(marks_in(entry, written_by("0.1.0", {"id": "string"}), "2026-01-01")) == 1
    for other, until in (("0.2.0", "2026-01-01"), ("0.1.0", "2025-01-01")):
        assert not marks_in(entry, written_by(other, {"id": "string"}), until)
    assert not marks_in(None, "a", "b")


def test_state_stays_bounded() -> None:
    """The most rows take up no more than the settings say; of more, the rest is always sent."""
    sent = SentRows()
    rng = Random(1)
    rows = [rng.random() for _ in range(MOST + 1)]
    for row in rows:
        sent.is_news(row, row)
    assert len(json.dumps(sent.entry("a", "b"))) < 380_000
    assert not sent.is_news(rows[0], rows[0])
    assert sent.is_news(rows[-1], rows[-1])


@pytest.mark.parametrize("rows", [None, 5, "é", "abc", "YWJj", {}])
def test_what_is_none_is_refused_in_one_line(rows: object) -> None:
    """A STATE of something else ends in no traceback."""
    with pytest.raises(SettingsError, match="rows sent"):
        marks_in({"of": "a", "until": "b", "rows": rows}, "a", "b")
