"""Rows become records: typed as the schema says, with nothing of them lost."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop_returns.errors import UncleanRecord
from mock_loop import Shop
from tap_loopreturns.records import schemas
from tests.sampling import examples
from tests.tap_loopreturns.records.rows import (
    CLEANERS,
    KEYS,
    NAMES,
    VALIDATORS,
    RandomRows,
    clean,
    cleaner,
    found_at,
)


def leaves(value: Any) -> Iterator[str]:
    """All single values in a document, as text."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from leaves(one)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


@pytest.mark.parametrize("stream", NAMES)
@settings(max_examples=examples(25), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_nothing_of_a_row_is_lost(stream: str, seed: int) -> None:
    """Every value of any row is in its record, in the schema's form or among additional fields."""
    rows = RandomRows(seed)
    record = CLEANERS[stream](rows.row(stream))
    assert not rows.leaves - Counter(leaves(record))


@pytest.mark.parametrize("stream", NAMES)
@settings(max_examples=examples(25), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_record_validates_against_its_schema(stream: str, seed: int) -> None:
    """Whatever forms Loop sends, jsonschema finds no fault, and every property is there."""
    record = CLEANERS[stream](RandomRows(seed).row(stream))
    assert record.keys() == schemas.load(stream)["properties"].keys()
    VALIDATORS[stream].validate(record)


@pytest.mark.parametrize("stream", NAMES)
@settings(max_examples=examples(15), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_an_unknown_field_is_kept_at_its_json_pointer(stream: str, seed: int) -> None:
    """At any depth, the pointer leads to the same value in the row as Loop sent it."""
    row = RandomRows(seed, plain=True).row(stream)
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
    assert clean_.unknown == {"/line_items/*/mood": 6, "/weather": 3}
    assert not clean_.misshapen


def test_a_field_without_unknown_ones_reports_none() -> None:
    """A row as documented has no additional fields."""
    clean_ = cleaner("returns")
    assert clean_({"id": 1})["additional_fields"] is None
    assert not clean_.unknown


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
        ({"labels": [{"line_items": [{}]}]}, "labels/0/line_items/0"),
        ({"total": {"jane@example.com": 1}}, "total"),
        ({"multi_currency": "jane@example.com"}, "multi_currency"),
    ],
)
def test_an_uncleanable_value_names_record_and_field_but_not_itself(
    row: dict[str, Any], field: str
) -> None:
    """The line says where to look, and holds no personal data."""
    with pytest.raises(UncleanRecord) as caught:
        cleaner("returns", strict=True)({"id": 12345678, **row})
    message = str(caught.value)
    assert message.startswith(f"returns: record 12345678, field {field}")
    assert "jane" not in message
    assert "@" not in message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["jane@example.com", None, True, ["x"], "", "1\n2\n3", "9" * 500])
def test_an_odd_id_does_not_spoil_the_line(name: Any) -> None:
    """One short line, without an e-mail address."""
    with pytest.raises(UncleanRecord) as caught:
        clean("returns", id=name, updated_at="soon")
    message = str(caught.value)
    assert "@" not in message
    assert "\n" not in message
    assert len(message) < 200


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
