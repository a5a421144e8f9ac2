"""Rows become actions, or are refused by line and field before anything is done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loop_returns.errors import InputRefused
from target_loopreturns.actions import messages
from target_loopreturns.actions.action import NoAction, read_action

REMOVE = {"return_id": "7", "action": "remove_line_items"}


@pytest.mark.parametrize(
    ("stream", "row", "field"),
    [
        ("return_actions", {"action": "cancel"}, "return_id"),
        ("return_actions", {"return_id": 7}, "action"),
        ("return_actions", {"return_id": 7, "action": "reopen"}, "action"),
        ("return_actions", {"return_id": "7/cancel", "action": "flag"}, "return_id"),
        ("return_actions", {"return_id": 7.5, "action": "flag"}, "return_id"),
        ("return_actions", {"return_id": True, "action": "flag"}, "return_id"),
        ("return_actions", {"return_id": 7, "action": "note"}, "content"),
        ("return_actions", {"return_id": 7, "action": "note", "content": ""}, "content"),
        ("return_actions", {"return_id": 7, "action": "note", "content": "x" * 255}, "content"),
        ("return_actions", {"return_id": 7, "action": "flag", "content": "x"}, "content"),
        ("return_actions", REMOVE, "line_item_ids"),
        ("return_actions", REMOVE | {"line_item_ids": []}, "line_item_ids"),
        ("return_actions", REMOVE | {"line_item_ids": ["7", "x"]}, "line_item_ids.1"),
        ("return_actions", REMOVE | {"lineitem_ids": ["7"]}, "lineitem_ids"),
        ("blocklist_items", {"type": "email"}, "value"),
        ("blocklist_items", {"type": "mail", "value": "a"}, "type"),
        ("blocklist_items", {"action": "delete"}, "id"),
        ("allowlist_items", {"id": 3, "type": "order", "value": "#1"}, "id"),
        ("destinations", {"action": "create", "name": "A", "type": "donate"}, "address"),
        ("destinations", {"action": "update", "id": 3}, "name"),
        ("destinations", {"action": "update", "id": 3, "address": {"city": 5}}, "address.city"),
        ("carts", {"action": "create", "cart": []}, "cart"),
        ("carts", {"action": "delete", "token": "../orders"}, "token"),
        ("fraud_reports", {"return_id": 7, "category": "theft"}, "category"),
        ("fraud_reports", {"return_id": 7, "category": "other"}, "comment"),
        (
            "fraud_reports",
            {"return_id": 7, "category": "other", "comment": "x" * 513},
            "comment",
        ),
        (
            "webhooks",
            {"action": "create", "topic": "return", "url": "https://a.example"},
            "trigger",
        ),
        (
            "webhooks",
            {"action": "create", "topic": "return", "trigger": "return.closed", "url": "file:///x"},
            "url",
        ),
    ],
)
def test_a_row_that_does_not_fit_is_refused_by_line_and_field(
    stream: str, row: dict[str, Any], field: str
) -> None:
    """The line, the stream and the field are named, and no value is shown."""
    fine = {"type": "RECORD", "stream": "carts", "record": {"action": "create", "cart": [1]}}
    bad = {"type": "RECORD", "stream": stream, "record": row}
    with pytest.raises(InputRefused) as refused:
        messages.read([json.dumps(fine), json.dumps(bad)], {})
    assert f"line 2, stream {stream}, field '{field}'" in str(refused.value)
    assert "nothing was done" in str(refused.value)


def test_unused_columns_of_a_table_are_no_part_of_an_action() -> None:
    """Nulls, empty texts and columns that are not known leave an action as it is."""
    plain = read_action("return_actions", {"return_id": 7, "action": "flag"}, 1)
    wide = {
        "return_id": "7",
        "action": "flag",
        "content": None,
        "line_item_ids": "",
        "written_at": "2026-11-01",
        "_sdc_batched_at": 5,
    }
    assert read_action("return_actions", wide, 1) == plain


@pytest.mark.parametrize("ids", [["2", 1], "1,2", " 2 , 1,2", "{1,2}", '["1", "2"]', [2, 1, 1]])
def test_lists_are_taken_in_the_forms_of_databases(ids: Any) -> None:
    """Ids as a list, as text with commas, as an array in text: one action."""
    action = read_action("return_actions", REMOVE | {"line_item_ids": ids}, 1)
    assert action.fields["line_item_ids"] == ["1", "2"]


def test_a_row_of_snowflake_is_the_same_action() -> None:
    """Columns in capitals, nested ones as JSON text, all else as text."""
    address = {"address1": "1 Dock St", "city": "Reno"}
    plain = {"action": "create", "name": "A", "type": "donate", "address": address, "enabled": True}
    row = {"ACTION": "create", "NAME": "A", "TYPE": "donate", "ENABLED": "true", "ID": None}
    row["ADDRESS"] = json.dumps(address)
    assert read_action("destinations", row, 1) == read_action("destinations", plain, 1)


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    """One message for a row, each field with what is wrong with it."""
    row = {"ACTION": "update", "enabeld": "A", "type": "heap", "address": '{"city": 5}'}
    with pytest.raises(NoAction) as refused:
        read_action("destinations", row, 1)
    told = str(refused.value)
    for field in ("enabeld", "type", "address.city", "id"):
        assert f"field '{field}' " in told
    assert "heap" not in told
