"""Rows read quickly come out as those read with care."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop_returns.errors import LoopReturnsError
from loop_returns.http import envelopes
from mock_loop import Shop
from tap_loopreturns.records import schemas
from tap_loopreturns.records.cleaner import Cleaner
from tap_loopreturns.records.fast_cleaner import FastCleaner, as_dict
from tap_loopreturns.records.objects import Rules
from tests.sampling import examples
from tests.tap_loopreturns.records.rows import RandomRows

SCHEMA = schemas.load("returns")
FAST = FastCleaner(SCHEMA, ("id",))
ENCODER = msgspec.json.Encoder(decimal_format="number")
ODD = ("", "N/A", "0", "1e5", "2026-01-01", "2026-01-01T10:00:00.120+05:30", 7, 0, 2**70, 1.5,
       "gid://shopify/Order/1", "gid://shopify/A/1", "gid://other/Order/1")  # fmt: skip
ODDER: tuple[Any, ...] = (
    True,
    None,
    [],
    {},
    [[]],
    {"date": "2026-01-01 00:00:00", "timezone": "Asia/Tokyo"},
)


def carefully(row: bytes) -> dict[str, Any] | str:
    """What the cleaner makes of a row, or its complaint."""
    try:
        clean = Cleaner("returns", SCHEMA, ("id",), Rules(), "updated_at")
        return filled(clean(envelopes.parse(row, "returns")))
    except LoopReturnsError as error:
        return str(error)


def filled(value: Any) -> dict[str, Any]:
    """A document as it is sent, without what is null."""
    sent: dict[str, Any] = json.loads(ENCODER.encode(value))
    return {name: kept for name, kept in sent.items() if kept is not None}


def agree(row: dict[str, Any]) -> bool:
    """Whether the row was read quickly; fails where that makes another record of it."""
    body = json.dumps(row).encode()
    record = FAST(msgspec.Raw(body))
    if record is None:
        return False
    assert filled(record) == carefully(body)
    assert filled(as_dict(record)) == filled(record)
    return True


@settings(max_examples=examples(300), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_quick_record_is_the_careful_one(seed: int) -> None:
    """Whatever the row, both ways make the same of it, or the quick one gives it up."""
    agree(RandomRows(seed).row("returns"))


@settings(max_examples=examples(600), deadline=None)
@given(seed=st.integers(0, 2**32), data=st.data())
def test_a_quick_record_is_the_careful_one_where_any_value_is_odd(
    seed: int, data: st.DataObject
) -> None:
    """Another type or spelling at any place is understood alike, or given up."""
    row = RandomRows(seed, plain=True).row("returns")
    places = [(row, name) for name in row]
    places += [(part, name) for part in nested(row) for name in part]
    holder, name = data.draw(st.sampled_from(places))
    holder[name] = data.draw(st.sampled_from(ODD + ODDER))
    agree(row)


def nested(value: Any) -> list[dict[str, Any]]:
    """All objects below a value."""
    parts = list(value.values()) if isinstance(value, dict) else value
    found = [part for part in parts if isinstance(part, dict)]
    return found + [one for part in parts if isinstance(part, (dict, list)) for one in nested(part)]


def test_most_returns_of_an_account_are_read_quickly() -> None:
    """Else nothing would be gained by it."""
    rows = Shop.seeded(returns=400, seed=3, start="2026-01-01", end="2026-11-01").truth("returns")
    quick = sum(agree(row) for row in rows)
    assert quick / 400 > 0.9


PHP = {"date": "2026-01-01 00:00:00", "timezone_type": 3, "timezone": "UTC"}
PLACES: dict[str, dict[str, Any]] = {
    "new_field": {"new_field": {"a": [1.50, None]}},
    "in a list": {"line_items": [{"line_item_id": "1"}, None, {"new_field": "x", "_2": 4.50}]},
    "in an object": {"address": {"new_field": ["a@example.com"]}},
    "under another's name": {"learned_0": 1, "learned_1": 2},
    "in two places": {"labels": [{"x": 1}], "x": {"x": 2}},
}
ODDLY_NAMED: dict[str, dict[str, Any]] = {
    "as our own column": {"additional_fields": {"x": 1}},
    "as no word": {"a`b": 1},
    "in a grade": {
        "line_items": [{"condition": {"condition_category": {"grade": "A", "new_field": 1}}}]
    },
}


def compared(clean: Cleaner, row: dict[str, Any]) -> bool:
    """Whether a cleaner reads a row quickly; fails where what it makes, or counts, differs."""
    body = json.dumps(row).encode()
    careful = Cleaner("returns", SCHEMA, ("id",), Rules(), "updated_at")
    try:
        expected = filled(careful(envelopes.parse(body, "returns")))
    except LoopReturnsError as error:
        with pytest.raises(LoopReturnsError, match=re.escape(str(error))):
            clean.quickly(msgspec.Raw(body))
        return False
    clean.unknown.clear()
    record = clean.quickly(msgspec.Raw(body))
    assert filled(record) == expected
    assert clean.unknown == careful.unknown
    return isinstance(record, msgspec.Struct)


@pytest.mark.parametrize("place", PLACES)
def test_a_field_that_loop_adds_slows_only_the_first_rows_and_is_always_kept(place: str) -> None:
    """Its name is learned; the record and the count are those of the row read with care."""
    clean = Cleaner("returns", SCHEMA, ("id",), Rules(), "updated_at")
    row = {"id": "1", **PLACES[place]}
    quick = [compared(clean, row) for _ in range(6)]
    assert not quick[0]
    assert quick[-1]
    assert compared(clean, {"id": "2"})


@pytest.mark.parametrize("place", ODDLY_NAMED)
def test_a_field_that_cannot_be_learned_is_read_with_care_each_time(place: str) -> None:
    """It is kept all the same."""
    clean = Cleaner("returns", SCHEMA, ("id",), Rules(), "updated_at")
    assert not any(compared(clean, {"id": "1", **ODDLY_NAMED[place]}) for _ in range(4))


def test_names_that_are_data_do_not_pile_up() -> None:
    """A thousand of them are kept, and what was learned of them is bounded."""
    clean = Cleaner("returns", SCHEMA, ("id",), Rules(), "updated_at")
    quick = [compared(clean, {"id": "1", f"of_{n}": n}) for n in range(300)]
    assert not any(quick)
    assert compared(clean, {"id": "1"})


@settings(max_examples=examples(200), deadline=None)
@given(seed=st.integers(0, 2**32), data=st.data())
def test_learned_fields_never_change_what_a_row_becomes(seed: int, data: st.DataObject) -> None:
    """Whatever fields are added, wherever, and in whichever order they were learned."""
    clean = Cleaner("returns", SCHEMA, ("id",), Rules(), "updated_at")
    for _ in range(3):
        row = RandomRows(seed, plain=True).row("returns")
        places = [row, *nested(row)]
        for name in data.draw(st.lists(st.sampled_from(["a", "b2", "learned_0", "id"]))):
            place = data.draw(st.sampled_from(places))
            place.setdefault(name, data.draw(st.sampled_from(ODD + ODDER)))
        compared(clean, row)


@pytest.mark.parametrize(
    "odd",
    [
        {"destination_id": 7},
        {"label_updated_at": "N/A"},
        {
            "label_updated_at": {
                "date": "2026-01-01 00:00:00",
                "timezone_type": 3,
                "timezone": "UTC",
            }
        },
        {"line_items": [{"line_item_id": 7, "barcode": "", "returned_at": "2026-01-01"}]},
    ],
)
def test_a_form_that_loop_sends_again_and_again_slows_only_the_first_rows(
    odd: dict[str, Any],
) -> None:
    """The fields that have it are read in each form from then on."""
    clean = Cleaner("returns", SCHEMA, ("id",), Rules(), "updated_at")
    assert not compared(clean, {"id": "1001", **odd})
    assert [compared(clean, {"id": "1001", **odd}) for _ in range(5)][-1]
    assert compared(clean, {"id": "1001", "destination_id": "1002"})


def test_an_amount_sent_as_a_number_is_read_quickly() -> None:
    """A quarter of real rows has one, with a fraction."""
    assert agree({"id": "1001", "total": 4.5, "line_items": [{"price": 10}, {"price": 7.25}]})
