"""What Loop has now, in the forms that it answers with."""

from __future__ import annotations

from typing import Any

import pytest

from loop_returns.errors import UnexpectedAnswer
from target_loopreturns.kinds.present import Present, ReturnNow


def test_a_return_is_known_with_its_items_grades_and_labels() -> None:
    """Ids are texts, whether the list sent them or the details of one."""
    row: dict[str, Any] = {
        "state": "open",
        "outcome": None,
        "line_items": [{"line_item_id": 1, "condition": {"description": "A"}}, {"line_item_id": 2}],
        "labels": [{"url": "https://a.example"}, None],
    }
    now = ReturnNow.of(row)
    assert now.line_items == {"1", "2"}
    assert now.assessed == {"1": {"condition": {"description": "A"}, "disposition": None}}
    assert now.labels == ({"url": "https://a.example"},)


@pytest.mark.parametrize("items", [{"a": 1}, ["1"], 5])
def test_line_items_of_another_shape_are_no_empty_list(items: Any) -> None:
    """Rules would judge by items that are not known."""
    with pytest.raises(UnexpectedAnswer, match="line items"):
        ReturnNow.of({"state": "open", "line_items": items})


def test_a_copy_is_thought_further_without_the_first() -> None:
    """A plan leaves the account that it was made for as it is."""
    present = Present(things={("orders", "1"): None}, version="2026-10")
    copy = present.copy()
    copy.things["orders", "1"] = {"id": 1}
    assert present.things == {("orders", "1"): None}
    assert copy.version == "2026-10"
