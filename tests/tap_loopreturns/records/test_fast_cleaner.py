"""Rows read quickly come out as those read with care."""

from __future__ import annotations

import json
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


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_quick_record_is_the_careful_one(seed: int) -> None:
    """Whatever the row, both ways make the same of it, or the quick one gives it up."""
    agree(RandomRows(seed).row("returns"))


@settings(max_examples=600, deadline=None)
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


@pytest.mark.parametrize(
    "field", ["new_field", "line_items/new_field", "address", "additional_fields"]
)
def test_a_field_that_the_schema_does_not_know_is_never_left_out(field: str) -> None:
    """A row that holds one is read with care, so that the field is kept aside."""
    inner: Any = {"new_field": "x"} if "/" in field else "x"
    row = {"id": "1", field.split("/", maxsplit=1)[0]: [inner] if "/" in field else inner}
    assert not agree(row)
