"""A value that drifts from its schema's shape is kept aside, and blocks nothing."""

from __future__ import annotations

import copy
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop_returns.errors import UncleanRecord
from tap_loopreturns.records import schemas
from tap_loopreturns.records.cleaner import Cleaner
from tap_loopreturns.records.objects import Rules
from tap_loopreturns.records.privacy import Privacy
from tests.sampling import examples
from tests.tap_loopreturns.records.rows import (
    DATES,
    KEYS,
    NAMES,
    VALIDATORS,
    RandomRows,
    clean,
    cleaner,
    found_at,
)

SPOILT: tuple[Any, ...] = (
    "spoilt",
    ["spoilt"],
    [["spoilt"]],
    {"spoilt": "spoilt"},
    [{"spoilt": 1}],
    {"date": "spoilt", "timezone_type": 3, "timezone": "UTC"},
)


def spoil(rows: RandomRows, row: Any) -> None:
    """Put a value of another shape at a random place."""
    holder = row
    while True:
        names = list(holder) if isinstance(holder, dict) else range(len(holder))
        name: Any = rows.random.choice(names)
        inner = holder[name]
        if not (isinstance(inner, (dict, list)) and inner and rows.chance(0.8)):
            holder[name] = copy.deepcopy(rows.random.choice(SPOILT))
            return
        holder = inner


@pytest.mark.parametrize("stream", NAMES)
@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_value_anywhere_is_kept(stream: str, seed: int) -> None:
    """A record as its schema says, with all of the row in it; only keys and dates may refuse."""
    rows = RandomRows(seed)
    row = rows.row(stream)
    for _ in range(rows.random.randrange(1, 4)):
        spoil(rows, row)
    sent = copy.deepcopy(row)
    fatal = (*KEYS[stream], str(DATES[stream]))
    refusal: str | None = None
    try:
        record = cleaner(stream)(row)
    except UncleanRecord as error:
        refusal = str(error)
    if refusal:
        assert any(f"field {name}:" in refusal or f"no '{name}'" in refusal for name in fatal)
        return
    VALIDATORS[stream].validate(record)
    assert json.dumps(sent).count("spoilt") <= json.dumps(record, default=str).count("spoilt")


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ({"total": "soon"}, {"/total": "soon"}),
        ({"edited_at": "soon"}, {"/edited_at": "soon"}),
        ({"multi_currency": "maybe"}, {"/multi_currency": "maybe"}),
        ({"state": {"name": "open"}}, {"/state": {"name": "open"}}),
        ({"order_id": [1, 2]}, {"/order_id": [1, 2]}),
        ({"return_method": "mail"}, {"/return_method": "mail"}),
        ({"return_method": {"address": "5 Main St"}}, {"/return_method/address": "5 Main St"}),
        ({"line_items": "none"}, {"/line_items": "none"}),
        ({"line_items": [{}, "one"]}, {"/line_items/1": "one"}),
        ({"line_items": [{"price": ["9"]}]}, {"/line_items/0/price": ["9"]}),
        ({"labels": [{"line_items": [7, {}]}]}, {"/labels/0/line_items/1": {}}),
        (
            {"line_items": [{"condition": {"condition_category": ["a"]}}]},
            {"/line_items/0/condition/condition_category": ["a"]},
        ),
    ],
)
def test_a_value_of_another_shape_is_kept_at_its_pointer(
    row: dict[str, Any], kept: dict[str, Any]
) -> None:
    """Whole, at any depth and of any kind; its column is null, and the rest is as ever."""
    record = clean("returns", **row, order_name="#1")
    assert record["additional_fields"] == kept
    assert record["order_name"] == "#1"
    for pointer, value in kept.items():
        assert found_at(row, pointer) == value
        parent, _, name = pointer.rpartition("/")
        beside = found_at(record, parent)
        assert (beside[int(name)] if isinstance(beside, list) else beside.get(name)) is None
    VALIDATORS["returns"].validate(record)


def test_an_empty_text_in_place_of_an_object_or_list_is_none() -> None:
    """As it is for ids and dates: it says that there is nothing."""
    record = clean("returns", return_method="", labels="N/A", shopify_refund_object="")
    assert record["return_method"] is record["labels"] is record["shopify_refund_object"] is None
    assert record["additional_fields"] is None


def test_what_drifted_is_counted_by_field() -> None:
    """Places in lists do not count, and no name is an e-mail address."""
    clean_ = cleaner("returns")
    for number in range(3):
        clean_({"id": number, "line_items": [{"price": "free"}, {"price": []}], "return_method": 5})
    clean_({"id": 4, "mood": 1, "jane@example.com": {"any": 1}})
    assert clean_.misshapen == {"/line_items/*/price": 6, "/return_method": 3}
    assert clean_.unknown == {"/mood": 1, "/[e-mail]": 1}


@pytest.mark.parametrize("stream", NAMES)
def test_keys_and_replication_keys_stay_fatal(stream: str) -> None:
    """A row that cannot be told apart, or whose place in time is not known, is refused."""
    date = DATES[stream]
    for field in (*KEYS[stream], *([date] if isinstance(date, str) else [])):
        row: dict[str, Any] = {**dict.fromkeys(KEYS[stream], "1"), field: {"at": "soon"}}
        with pytest.raises(UncleanRecord, match=rf"^{stream}: record .*, field {field}: expected"):
            cleaner(stream)(row)


@pytest.mark.parametrize("stream", ["orders", "inventories", "label_requests", "returns"])
@settings(max_examples=examples(40), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_strictly_a_value_of_another_shape_is_refused(stream: str, seed: int) -> None:
    """Strict and not: the same record, or one refuses what the other counts."""
    rows = RandomRows(seed)
    row = rows.row(stream)
    if rows.chance(0.7):
        spoil(rows, row)
    kind = cleaner(stream)
    try:
        record = kind(copy.deepcopy(row))
    except UncleanRecord:
        return
    if kind.misshapen:
        with pytest.raises(UncleanRecord):
            cleaner(stream, strict=True)(row)
    else:
        assert cleaner(stream, strict=True)(row) == record


@pytest.mark.parametrize("mode", ["hash", "drop"])
def test_what_drifted_may_be_personal(mode: Any) -> None:
    """Kept aside, it is hashed or dropped like all that is kept aside, names of fields too."""
    rules = Rules(Privacy(mode, "a key of 16 characters or more"))
    clean_ = Cleaner("returns", schemas.load("returns"), ("id",), rules)
    row = {
        "id": 1,
        "customer": {"jane@example.com": ["Jane Doe"]},
        "return_method": {"address": "5 Main St"},
        "line_items": [{"return_comment": ["my knee"]}],
    }
    record = clean_(row)
    written = json.dumps(record)
    assert not [one for one in ("jane", "Jane", "Main", "knee") if one in written]
    assert (record["additional_fields"] is None) == (mode == "drop")


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("gid://shopify/Order/3248923479283", "3248923479283"),
        ("gid://shopify/ProductVariant/42?namespace=x", "42"),
    ],
)
def test_a_global_id_is_its_number_and_not_lost(sent: str, number: str) -> None:
    """So that it joins with what other streams have; as it was sent, it stands aside."""
    items = [{"variant_id": sent}]
    record = clean(
        "returns", provider_order_id=sent, line_items=items, labels=[{"line_items": [sent]}]
    )
    assert record["provider_order_id"] == clean("orders", external_id=sent)["external_id"] == number
    assert record["line_items"][0]["variant_id"] == number
    assert record["labels"][0]["line_items"] == [number]
    pointers = ("/provider_order_id", "/line_items/0/variant_id", "/labels/0/line_items/0")
    assert record["additional_fields"] == dict.fromkeys(pointers, sent)


@pytest.mark.parametrize("sent", ["gid://shopify/Order/", "gid://other/Order/5", "5", "GID-5", "x"])
def test_other_ids_stay_as_they_are(sent: str) -> None:
    """Nothing is guessed: only Shopify's global ids say a number that is known to be the same."""
    record = clean("returns", provider_order_id=sent, carrier="gid://shopify/Order/5")
    assert record["provider_order_id"] == sent
    assert record["carrier"] == "gid://shopify/Order/5"
    assert record["additional_fields"] is None


def test_a_global_id_is_no_drift() -> None:
    """It is a known form: nobody is warned of it, and it is taken strictly, too, as a key also."""
    strictly = cleaner("orders", strict=True)
    record = strictly({"id": "gid://shopify/Order/12345"})
    assert record["id"] == "12345"
    assert not strictly.misshapen
    assert not strictly.unknown


def test_much_that_is_kept_aside_costs_no_more_than_in_proportion() -> None:
    """Ten times the line items, at most thirty times the time."""

    def seconds(count: int) -> float:
        row = {"id": 1, "line_items": [{"line_item_id": n, "new": n} for n in range(count)]}
        began = time.process_time()
        record = cleaner("returns")(row)
        assert len(record["additional_fields"]) == count
        return time.process_time() - began

    seconds(500)
    assert seconds(5000) < 30 * max(seconds(500), 0.001)
