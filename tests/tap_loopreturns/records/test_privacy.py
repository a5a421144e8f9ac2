"""Personal data: kept, hashed or dropped, wherever it stands."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns.errors import SettingsError
from mock_loop import Loop, Shop
from tap_loopreturns.records import schemas
from tap_loopreturns.records.cleaner import Cleaner
from tap_loopreturns.records.objects import Rules
from tap_loopreturns.records.privacy import Mode, Privacy
from tap_loopreturns.streams import STREAMS
from tap_loopreturns.tap import TapLoopReturns
from tests.running import run_tap, settings

SECRET = "a key of 16 characters or more"
ROW = {
    "id": 1,
    "customer": "Jane@Example.com",
    "line_items": [{"line_item_id": 2, "return_comment": "my knee, ask jane@example.com"}],
    "return_method": {"address": {"name": "Jane Doe", "lines": ["5 Main St", None], "ok": True}},
    "mood": {"who": "jane@example.com", "n": 5},
}


def cleaned(mode: Mode, stream: str = "returns", row: Any = ROW, key: str = SECRET) -> Any:
    keys = next(s.keys for s in STREAMS if s.name == stream)
    clean = Cleaner(stream, schemas.load(stream), keys, Rules(Privacy(mode, key)))
    return clean(copy.deepcopy(row))


def hashed(text: str) -> str:
    """By the book, apart from the code."""
    return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()


def test_keep_changes_nothing() -> None:
    """Personal values are as Loop sent them."""
    record = cleaned("keep")
    assert record["customer"] == "Jane@Example.com"
    assert record["line_items"][0]["return_comment"] == "my knee, ask jane@example.com"
    assert record["return_method"] == ROW["return_method"]
    assert record["additional_fields"] == {"/mood": ROW["mood"]}


def test_drop_leaves_nothing_at_any_depth() -> None:
    """In lists, in objects, and in fields that the schema does not know."""
    record = cleaned("drop")
    assert record["customer"] is None
    assert record["line_items"][0]["return_comment"] is None
    assert record["line_items"][0]["line_item_id"] == "2"
    assert record["return_method"] == {}
    assert record["additional_fields"] is None


def test_hash_replaces_values_at_every_depth() -> None:
    """The shape stays, names and truth values too; of values only the keyed hash is left."""
    record = cleaned("hash")
    assert record["id"] == "1"
    assert record["customer"] == hashed("jane@example.com")
    assert record["line_items"][0]["return_comment"] == hashed("my knee, ask jane@example.com")
    assert record["return_method"]["address"] == {
        "name": hashed("Jane Doe"),
        "lines": [hashed("5 Main St"), None],
        "ok": True,
    }
    mood = {"who": hashed("jane@example.com"), "n": hashed("5")}
    assert record["additional_fields"] == {"/mood": mood}


@given(st.text(), st.text())
def test_hashes_are_equal_for_equal_values_only(one: str, other: str) -> None:
    """For any two texts, but for blanks around them."""
    leaf = Privacy("hash", SECRET).leaf("name")
    assert leaf is not None
    assert (leaf(one) == leaf(other)) == (one.strip() == other.strip())


@given(st.emails())
def test_an_address_in_capitals_has_the_same_hash(address: str) -> None:
    """So that customers join, however they typed their e-mail address."""
    leaf = Privacy("hash", SECRET).leaf("email")
    assert leaf is not None
    assert leaf(address.upper()) == leaf(address.lower()) == hashed(address.lower())


def test_equal_values_have_equal_hashes_in_all_streams() -> None:
    """A customer's returns, notices and details join on the hash."""
    address = {"returns": "customer", "return_details": "customer", "customers": "email"}
    address |= {"advanced_shipping_notices": "customer_email"}
    hashes = set()
    for stream, field in address.items():
        row = {"id": 1, "return_line_item_id": 2, field: "jane@example.com"}
        hashes.add(cleaned("hash", stream, row)[field])
    assert hashes == {hashed("jane@example.com")}


@given(st.text(min_size=16), st.text(min_size=16))
def test_a_hash_cannot_be_made_without_the_key(one: str, other: str) -> None:
    """Another key makes other hashes, and no key makes the plain SHA-256."""
    a, b = (Privacy("hash", key).leaf("name") for key in (one, other))
    assert a is not None
    assert b is not None
    assert (a("Jane") == b("Jane")) == (one.encode() == other.encode())
    assert a("Jane") != hashlib.sha256(b"Jane").hexdigest()


def test_hash_needs_a_key() -> None:
    """The run does not begin without one, or with a short one."""
    for key in ({}, {"pii_hash_key": ""}, {"pii_hash_key": "short"}):
        with pytest.raises(SettingsError, match=r"^Setting 'pii_hash_key'"):
            TapLoopReturns(config={"api_key": "k", "pii": "hash", **key})


def marked(node: Any, value: Any) -> Iterator[str]:
    """The values that a schema marks as personal."""
    if value is None:
        return
    if "x-pii" in node:
        yield from _texts(value)
    elif isinstance(value, list):
        for one in value:
            yield from marked(node.get("items", {}), one)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from marked(node.get("properties", {}).get(name, {}), inner)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("mode", ["hash", "drop"])
def test_no_personal_value_of_an_account_is_in_the_output(
    loop: Loop, shop: Shop, mode: str
) -> None:
    """Of all that the schema marks in all returns of a mock account, nothing comes out."""
    schema = schemas.load("returns")
    private = {
        text for row in shop.returns.values() for text in marked(schema, row) if len(text) > 5
    }
    private -= {row["origin_country"] for row in shop.returns.values()}  # not personal by itself
    addresses = {row["customer"] for row in shop.returns.values() if row["customer"]}
    assert len(addresses) > 50
    assert addresses <= private
    config = settings(loop, pii=mode, pii_hash_key=SECRET)
    selected = ["returns", "return_line_items", "return_exchanges", "return_labels"]
    run = run_tap(config, select=selected)
    records = [m["record"] for m in run.messages if m["type"] == "RECORD"]
    assert len(run.records("returns")) == len(shop.returns)
    out = set(_texts(records))
    assert not private & out
    written = json.dumps(records, ensure_ascii=False).lower()
    assert not [one for one in addresses if one.lower() in written]
    assert "@" not in written
    if mode == "hash":
        sent = {row["id"]: row["customer"] for row in shop.returns.values()}
        for record in run.records("returns"):
            assert record["customer"] == hashed(sent[record["id"]].strip().lower())
