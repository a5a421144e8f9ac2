"""Files of a warehouse's rows, as databases write them."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns import times
from loop_returns.errors import SettingsError
from tap_loopreturns.comparing import DATED
from tap_loopreturns.verifying import warehouse_rows
from tap_loopreturns.verifying.differences import WarehouseRow

AT = times.second("2026-11-24T10:00:00Z")
ITEMS = DATED["return_line_items"]
REQUESTS = DATED["label_requests"]


@pytest.mark.parametrize(
    "text",
    [
        "id,updated_at\n7,2026-11-24T10:00:00Z\n",
        "\ufeffUPDATED_AT,ID,MORE\r\n2026-11-24 10:00:00+00,7,x\r\n\r\n",
        '{"id": 7, "updated_at": "2026-11-24 10:00:00.400"}\n',
        '{"ID": "7", "Updated_At": "2026-11-24T12:00:00+02:00"}\n\n',
        "id,updated_at\n7,2026-11-20 10:00:00\n7,2026-11-24 10:00:00\n7,\n",
    ],
)
def test_csv_and_json_lines_are_read_as_databases_write_them(text: str) -> None:
    """Any order, more columns, other zones, fractions; of a row that is there twice, the later."""
    file = io.StringIO(text, newline="")
    assert warehouse_rows.read(file, DATED["returns"]) == {("7",): WarehouseRow(AT)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the columns return_id, line_item_id, return_updated_at"),
        ("return_id,return_updated_at\n1,2026-11-24\n", "the columns return_id, line_item_id"),
        ("return_id,line_item_id,return_updated_at\n1,2,soon\n", "line 2 is not one"),
        ("return_id,line_item_id,return_updated_at\n1,,2026-11-24\n", "line 2 is not one"),
        ('{"return_id": 1, "line_item_id": 2}\n{\n', "line 2 is no JSON object"),
        ('{"return_id": [1], "line_item_id": 2}\n', "line 1 is not one"),
    ],
)
def test_what_is_no_such_file_is_refused_in_a_line(text: str, says: str) -> None:
    """It names the option, and the line or the columns."""
    with pytest.raises(SettingsError, match=says) as refused:
        warehouse_rows.read(io.StringIO(text), ITEMS)
    assert refused.value.setting == "--against"


def test_rows_of_other_shops_are_passed_over() -> None:
    """Where the table is one of many shops."""
    text = "shop,id,updated_at\nnorth,7,2026-11-24T10:00:00Z\nsouth,8,2026-11-24T10:00:00Z\n"
    found = warehouse_rows.read(io.StringIO(text), DATED["returns"], shop="north")
    assert found == {("7",): WarehouseRow(AT)}


@given(st.dictionaries(st.integers(1), st.datetimes().map(lambda at: at.isoformat()), max_size=9))
def test_the_two_forms_say_the_same(rows: dict[int, str]) -> None:
    """Whatever ids and dates there are."""
    objects = [json.dumps({"id": one, "updated_at": at}) + "\n" for one, at in rows.items()]
    lines = ["id,updated_at\n", *(f"{one},{at}\n" for one, at in rows.items())]
    both = [
        warehouse_rows.read(io.StringIO("".join(form)), DATED["returns"])
        for form in (objects or lines, lines)
    ]
    assert both[0] == both[1]
    assert len(both[0]) == len(rows)


def test_what_shows_changes_is_read_where_it_was_asked_for() -> None:
    """A file without it, as of an earlier query, is compared by dates alone."""
    text = "id,created_at,status\n7,2026-11-24T10:00:00Z, issued\n8,2026-11-24T10:00:00Z,\n"
    found = warehouse_rows.read(io.StringIO(text), REQUESTS)
    assert [row.shown for row in found.values()] == [("issued",), ("",)]
    text = "id,created_at\n7,2026-11-24T10:00:00Z\n"
    assert warehouse_rows.read(io.StringIO(text), REQUESTS) == {("7",): WarehouseRow(AT, (None,))}


def test_the_query_names_the_key_and_the_date() -> None:
    """Of the stream's table; and what shows changes, where the date does not."""
    assert warehouse_rows.query(REQUESTS) == "select id, created_at, status from label_requests"
    assert warehouse_rows.query(ITEMS) == (
        "select return_id, line_item_id, return_updated_at from return_line_items"
    )
