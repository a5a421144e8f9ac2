"""Rows become actions, or are refused by line and field before anything is done."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from loop_returns.errors import InputRefused
from target_loopreturns.actions import kinds, messages
from target_loopreturns.actions.action import read_action

REMOVE = {"return_id": "7", "action": "remove_line_items"}


@pytest.mark.parametrize("name", [*kinds.KINDS, "action_outcomes"])
def test_every_schema_is_a_schema_with_described_fields(name: str) -> None:
    """Each kind has a valid JSON Schema, and says what each of its fields is."""
    schema = kinds.schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["description"]
    assert all(field["description"] for field in schema["properties"].values())


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


def test_ids_of_a_numeric_column_keep_all_digits() -> None:
    """A database's numeric sends 18 digits with a fraction of zero; none of them is lost."""
    line = (
        '{"type": "RECORD", "stream": "return_actions", "record": '
        '{"return_id": 100000000000000037.0, "action": "flag"}}'
    )
    assert messages.read([line], {}).actions[0].return_id == "100000000000000037"


def test_equal_rows_are_one_action_unless_they_are_named_apart() -> None:
    """Identity comes from the content, or from `action_id` where it is given."""
    row = {"return_id": 7, "action": "note", "content": "hello"}
    rows = [row, row | {"return_id": "7"}, row | {"action_id": 1}, row | {"action_id": "2"}]
    lines = [json.dumps({"type": "RECORD", "stream": "q", "record": one}) for one in rows]
    found = messages.read(lines, {"q": "return_actions"})
    assert found.rows == 4
    assert [action.id for action in found.actions][1:] == ["1", "2"]


def test_an_identity_cannot_be_given_to_two_actions() -> None:
    """The same `action_id` on different content is an error of the query, found at once."""
    rows = [{"return_id": one, "action": "flag", "action_id": "a"} for one in (7, 8)]
    lines = [
        json.dumps({"type": "RECORD", "stream": "return_actions", "record": row}) for row in rows
    ]
    with pytest.raises(InputRefused, match=r"line 2.*'action_id' is that of another.*line 1"):
        messages.read(lines, {})


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "not JSON"),
        ("[]", "no type"),
        ('{"stream": "carts"}', "no type"),
        ('{"type": "RECORD", "stream": "carts"}', "without 'record'"),
        ('{"type": "STATE"}', "a STATE without 'value'"),
        ('{"type": "RECORD", "stream": "orders", "record": {}}', "'orders' is no kind of action"),
        ('{"type": "RECORD", "stream": "carts", "record": 5}', "a stream and an object"),
        ('{"type": "RECORD", "stream": ["x"], "record": {}}', "a stream and an object"),
        ('{"type": "RECORD", "stream": "carts", "record": {"id": 1e3000000}}', "out of range"),
        ('{"type": "BATCH", "stream": "carts"}', "BATCH"),
    ],
)
def test_what_is_no_message_is_refused_by_its_line(line: str, says: str) -> None:
    """Whatever comes in, the line is named."""
    with pytest.raises(InputRefused, match=says) as refused:
        messages.read(["", line], {})
    assert "Line 2" in str(refused.value)


def test_the_last_state_is_kept_and_other_messages_pass() -> None:
    """SCHEMA, ACTIVATE_VERSION and blank lines say nothing that an action needs."""
    lines = [
        '{"type": "SCHEMA", "stream": "q", "schema": {}}',
        '{"type": "STATE", "value": 1}',
        "\n",
        '{"type": "ACTIVATE_VERSION", "stream": "q", "version": 1}',
        '{"type": "STATE", "value": 2}',
    ]
    assert messages.read(lines, {}).state == {"type": "STATE", "value": 2}
