"""Objects and lists: each of Loop's shapes becomes the one of the schema, or is kept aside."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tap_loopreturns.records.rows import VALIDATORS, clean


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


def test_what_is_no_object_where_any_object_is_meant_is_kept_aside() -> None:
    """An address sent as text is not lost, and the record is still as its schema says."""
    record = clean("returns", return_method={"address": "5 Main St", "provider": "x"})
    assert record["return_method"] == {"provider": "x"}
    assert record["additional_fields"] == {"/return_method/address": "5 Main St"}
    VALIDATORS["returns"].validate(record)
