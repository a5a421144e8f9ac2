"""Rows become records: typed as the schema says, with nothing of them lost."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from loop_returns.errors import UncleanRecord
from mock_loop import Shop
from tap_loopreturns.records import schemas
from tap_loopreturns.records.cleaner import Cleaner
from tap_loopreturns.records.privacy import Privacy
from tap_loopreturns.streams import STREAMS

NAMES = sorted(stream.name for stream in STREAMS)
KEYS = {stream.name: stream.keys for stream in STREAMS}
VALIDATORS = {name: Draft202012Validator(schemas.load(name)) for name in NAMES}
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def cleaner(stream: str) -> Cleaner:
    return Cleaner(stream, schemas.load(stream), KEYS[stream], Privacy())


CLEANERS = {name: cleaner(name) for name in NAMES}


def clean(stream: str, **row: Any) -> dict[str, Any]:
    """The record of a row, of which the key is seen to."""
    return CLEANERS[stream]({**dict.fromkeys(KEYS[stream], "1"), **copy.deepcopy(row)})


class Rows:
    """Makes random rows of a schema; every leaf is another, so that a lost one is missed.

    `leaves` holds each in the form that it must come out in. With `plain`, Loop
    sends nothing in a shape that the schema has to straighten.
    """

    def __init__(self, seed: int, *, plain: bool = False) -> None:
        self.random = Random(seed)
        self.leaves: Counter[str] = Counter()
        self.plain = plain
        self._count = 0

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def row(self, stream: str) -> dict[str, Any]:
        row: dict[str, Any] = self.make(schemas.load(stream))
        for key in KEYS[stream]:
            if row.get(key) is None:
                row[key] = self.leaf(schemas.load(stream)["properties"][key])
        return row

    def make(self, node: dict[str, Any]) -> Any:  # noqa: PLR0911  one a kind
        kinds, loop = node["type"], node.get("x-loop")
        if loop == "grade" and not self.plain and self.chance(0.5):
            return {"title": self.word(), "grade": self.word(), "category_name": self.word()}
        if "properties" in node:
            row = {
                name: None if self.chance(0.1) else self.make(inner)
                for name, inner in node["properties"].items()
                if inner.get("x-loop") != "additional"
                and not name.endswith("_detail")
                and self.chance(0.8)
            }
            if self.chance(0.3):
                row[self.random.choice(["new", "a/b", "c~d", "0", "ä"])] = self.anything()
            return [row] if loop == "one" and not self.plain and self.chance(0.5) else row
        if "object" in kinds:
            return {"any": self.anything(), "more": self.word()}
        if "array" in kinds:
            items = [self.make(node["items"]) for _ in range(self.random.randrange(4))]
            if self.plain:
                return items
            if loop == "flat" and self.chance(0.5):
                return [items[:1], items[1:]]
            if loop in {"many", "prices"} and len(items) == 1 and self.chance(0.5):
                return items[0]
            return items
        return self.leaf(node)

    def leaf(self, node: dict[str, Any]) -> Any:
        self._count += 1
        kinds, loop, number = node["type"], node.get("x-loop"), self._count
        if loop == "money":
            self.leaves[f"{number}.20"] += 1
            return f"{number}.20"
        if node.get("format") == "date-time":
            moment = EPOCH + timedelta(seconds=number)
            plain = moment.isoformat()[:19]
            self.leaves[plain + "Z"] += 1
            east = (moment + timedelta(hours=2)).isoformat()[:19] + "+02:00"
            php = {"date": plain.replace("T", " "), "timezone_type": 3, "timezone": "UTC"}
            spellings = [plain + "Z", plain + ".000Z", plain.replace("T", " "), east, php]
            return self.random.choice(spellings)
        if loop == "code":
            self.leaves[str(number)] += 1
            return self.random.choice([number, str(number)])
        if "integer" in kinds or "number" in kinds:
            self.leaves[str(number)] += 1
            return number
        if "boolean" in kinds:
            return self.chance(0.5)
        return self.word()

    def word(self) -> str:
        self._count += 1
        self.leaves[f'word "{self._count}"'] += 1
        return f'word "{self._count}"'

    def anything(self) -> Any:
        kind = self.random.randrange(4)
        if kind == 0:
            return [self.word() for _ in range(self.random.randrange(1, 3))]
        if kind == 1:
            return {"x": self.word(), "y": {"z": [self.word(), None, {}]}}
        return self.word()


def leaves(value: Any) -> Iterator[str]:
    """All single values in a document, as text."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from leaves(one)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def found_at(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document


@pytest.mark.parametrize("stream", NAMES)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_nothing_of_a_row_is_lost(stream: str, seed: int) -> None:
    """Every value of any row is in its record, in the schema's form or among additional fields."""
    rows = Rows(seed)
    record = CLEANERS[stream](rows.row(stream))
    assert not rows.leaves - Counter(leaves(record))


@pytest.mark.parametrize("stream", NAMES)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_record_validates_against_its_schema(stream: str, seed: int) -> None:
    """Whatever forms Loop sends, jsonschema finds no fault, and every property is there."""
    record = CLEANERS[stream](Rows(seed).row(stream))
    assert record.keys() == schemas.load(stream)["properties"].keys()
    VALIDATORS[stream].validate(record)


@pytest.mark.parametrize("stream", NAMES)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_an_unknown_field_is_kept_at_its_json_pointer(stream: str, seed: int) -> None:
    """At any depth, the pointer leads to the same value in the row as Loop sent it."""
    row = Rows(seed, plain=True).row(stream)
    sent = copy.deepcopy(row)
    kept = CLEANERS[stream](row)["additional_fields"] or {}
    assert all(found_at(sent, pointer) == value for pointer, value in kept.items())
    known = schemas.load(stream)["properties"]
    for name in set(sent) - set(known):
        assert "/" + name.replace("~", "~0").replace("/", "~1") in kept


def test_unknown_fields_are_reported_once_and_generalised() -> None:
    """Places in lists do not count: one line for a field of all line items of all returns."""
    clean_ = cleaner("returns")
    for number in range(3):
        items = [{"line_item_id": n, "mood": "fine"} for n in range(number + 1)]
        clean_({"id": number, "line_items": items, "weather": {"today": "rain"}})
    assert clean_.unknown == {"/line_items/*/mood", "/weather"}


def test_a_field_without_unknown_ones_reports_none() -> None:
    """A row as documented has no additional fields."""
    clean_ = cleaner("returns")
    assert clean_({"id": 1})["additional_fields"] is None
    assert not clean_.unknown


@pytest.mark.parametrize(
    ("sent", "category", "detail"),
    [
        ("grade_a", "grade_a", None),
        (None, None, None),
        (
            {"subject": "s", "title": None, "grade": "grade_b", "category_name": "Shoes"},
            "grade_b",
            {"subject": "s", "title": None, "grade": "grade_b", "category_name": "Shoes"},
        ),
        ({"subject": "s"}, None, {"subject": "s"}),
    ],
)
def test_a_condition_category_may_be_text_or_an_object(
    sent: Any, category: str | None, detail: Any
) -> None:
    """The text of older versions is the `grade` of the object that 2026-10 may send."""
    items = [{"line_item_id": 1, "condition": {"condition_category": sent}}]
    condition = clean("returns", line_items=items)["line_items"][0]["condition"]
    assert condition["condition_category"] == category
    assert condition.get("condition_category_detail") == detail


@pytest.mark.parametrize(
    "sent",
    [
        {"amount": 1999, "currency_code": "USD"},
        {"amount": 1999, "currency": "USD"},
        [{"amount": 1999, "currency": "USD"}],
        [{"amount": 1999, "currency_code": "USD"}],
    ],
)
def test_a_price_in_any_edition_is_a_list_of_amounts_with_their_currency(sent: Any) -> None:
    """Label requests show one object, another name for the currency, or a list."""
    record = clean("label_requests", products=[{"name": "Shirt", "price": sent}])
    assert record["products"][0]["price"] == [{"amount": 1999, "currency_code": "USD"}]


def test_doubly_nested_lists_are_flattened() -> None:
    """Orders show refunds in a list of lists."""
    refunds = [[{"external_id": "1"}, {"external_id": "2"}], [{"external_id": "3"}]]
    record = clean("orders", refunds=refunds)
    assert [refund["external_id"] for refund in record["refunds"]] == ["1", "2", "3"]


def test_one_object_in_place_of_a_list_is_a_list_of_one() -> None:
    """Loop shows the Shopify refund as a list here and an object there."""
    one = clean("returns", shopify_refund_object={"id": 5})["shopify_refund_object"]
    assert one == clean("returns", shopify_refund_object=[{"id": 5}])["shopify_refund_object"]
    assert [refund["id"] for refund in one] == ["5"]


def test_a_list_of_one_in_place_of_an_object_is_that_object() -> None:
    """Inventories show the variant as a list; more than one are kept aside, none is dropped."""
    one, two = {"id": 1, "name": "a"}, {"id": 2, "name": "b"}
    listed = clean("inventories", product_variant=[one])
    assert listed["product_variant"] == clean("inventories", product_variant=one)["product_variant"]
    both = clean("inventories", product_variant=[one, two])
    assert both["product_variant"] is None
    assert both["additional_fields"] == {"/product_variant": [one, two]}


def test_an_empty_list_in_place_of_an_object_is_null() -> None:
    """PHP writes an empty object as []."""
    record = clean("returns", outcomes_processed_at=[], return_method=[])
    assert record["outcomes_processed_at"] is None
    assert record["return_method"] is None


@pytest.mark.parametrize("stream", NAMES)
def test_a_row_without_its_key_is_an_error(stream: str) -> None:
    """For every key of every stream, missing, null or empty."""
    for key in KEYS[stream]:
        for lacking in ({}, {key: None}):
            row: dict[str, Any] = {**dict.fromkeys(KEYS[stream], "1")}
            del row[key]
            with pytest.raises(UncleanRecord, match=f"^{stream}: record .* has no '{key}'"):
                CLEANERS[stream]({**row, **lacking})


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"total": "jane@example.com"}, "total"),
        ({"created_at": "jane@example.com"}, "created_at"),
        ({"line_items": [{}, {"price": "jane@example.com"}]}, "line_items/1/price"),
        ({"line_items": [{"price": ["jane@example.com"]}]}, "line_items/0/price"),
        ({"line_items": "jane@example.com"}, "line_items"),
        ({"line_items": ["jane@example.com"]}, "line_items/0"),
        ({"return_method": "jane@example.com"}, "return_method"),
        ({"return_method": {"scheduled_at": "jane@example.com"}}, "return_method/scheduled_at"),
        ({"customer": ["jane@example.com"]}, "customer"),
        ({"customer": {"jane@example.com": 1}}, "customer"),
        ({"labels": [{"line_items": [{}]}]}, "labels/0/line_items"),
        ({"total": {"jane@example.com": 1}}, "total"),
        ({"multi_currency": "jane@example.com"}, "multi_currency"),
    ],
)
def test_an_uncleanable_value_names_record_and_field_but_not_itself(
    row: dict[str, Any], field: str
) -> None:
    """The line says where to look, and holds no personal data."""
    with pytest.raises(UncleanRecord) as caught:
        clean("returns", id=12345678, **row)
    message = str(caught.value)
    assert message.startswith(f"returns: record 12345678, field {field}")
    assert "jane" not in message
    assert "@" not in message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["jane@example.com", None, True, ["x"], "", "1\n2\n3", "9" * 500])
def test_an_odd_id_does_not_spoil_the_line(name: Any) -> None:
    """One short line, without an e-mail address."""
    with pytest.raises(UncleanRecord) as caught:
        clean("returns", id=name, total="soon")
    message = str(caught.value)
    assert "@" not in message
    assert "\n" not in message
    assert len(message) < 200


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_spoilt_row_is_cleaned_whole_or_refused(seed: int) -> None:
    """Any value anywhere in a row: a record that keeps it, or an error; nothing in between."""
    rows = Rows(seed)
    row = rows.row("returns")
    holder: Any = row
    while holder and "timezone_type" not in holder and rows.chance(0.9):
        name: Any = rows.random.choice(
            list(holder) if isinstance(holder, dict) else range(len(holder))
        )
        if not isinstance(holder[name], (dict, list)) or not holder[name] or rows.chance(0.2):
            holder[name] = rows.random.choice(
                [[], {}, "spoilt", -1, True, [["spoilt"]], {"spoilt": "spoilt"}, [{"spoilt": 1}]]
            )
            break
        holder = holder[name]
    sent = json.loads(json.dumps(row))
    try:
        record = cleaner("returns")(row)
    except UncleanRecord:
        return
    VALIDATORS["returns"].validate(record)
    assert ("spoilt" in json.dumps(sent)) == ("spoilt" in json.dumps(record))


def test_what_is_no_object_where_any_object_is_meant_is_kept_aside() -> None:
    """An address sent as text is not lost, and the record is still as its schema says."""
    record = clean("returns", return_method={"address": "5 Main St", "provider": "x"})
    assert record["return_method"] == {"provider": "x"}
    assert record["additional_fields"] == {"/return_method/address": "5 Main St"}
    VALIDATORS["returns"].validate(record)


def test_rows_of_a_mock_account_are_cleaned_without_a_word_of_unknown_fields() -> None:
    """The schema knows each field of the reference, so nothing documented lands aside."""
    clean_ = cleaner("returns")
    shop = Shop.seeded(returns=200, seed=3)
    for row in shop.returns.values():
        VALIDATORS["returns"].validate(clean_(copy.deepcopy(row)))
    assert not clean_.unknown
