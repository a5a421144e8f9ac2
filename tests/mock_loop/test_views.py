"""The same return as other endpoints show it: other names, other types, the same facts."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mock_loop import Shop, clock, views


@pytest.fixture
def rows(shop: Shop) -> list[dict[str, Any]]:
    return list(shop.returns.values())


def test_details_leave_the_row_as_it_is(rows: list[dict[str, Any]]) -> None:
    """They are made of a copy."""
    before = copy.deepcopy(rows)
    for row in rows:
        views.details(row, presentment=True)
    assert rows == before


def test_details_say_the_same_in_other_types(rows: list[dict[str, Any]]) -> None:
    """Ids as numbers, moments without a zone, the customer's name beside the e-mail."""
    for row in rows:
        found = views.details(row)
        assert str(found["id"]) == row["id"]
        assert clock.parse(found["updated_at"]) == clock.parse(row["updated_at"])
        assert found["customer_email"] == row["customer"]
        assert found["customer_first_name"]
        assert bool(found["refunds"]) == (row["refund"] != "0.00")


def test_money_is_converted_for_shoppers_of_another_currency_alone(
    rows: list[dict[str, Any]],
) -> None:
    """All of it, that of the items too."""
    for row in rows:
        shown, plain = views.details(row, presentment=True), views.details(row)
        assert (shown == plain) == (not row["multi_currency"])
        if row["multi_currency"]:
            assert shown["currency"] != plain["currency"]
            for item, before in zip(shown["line_items"], plain["line_items"], strict=True):
                assert abs(float(item["price"])) > abs(float(before["price"]))


def test_each_returned_item_has_a_notice_of_its_own(shop: Shop, rows: list[dict[str, Any]]) -> None:
    """The return's id is repeated, so that it takes the item's, too, to tell them apart."""
    notices = [one for row in rows for one in views.shipping_notices(row, shop.destinations)]
    assert len(notices) == sum(len(row["line_items"]) for row in rows)
    assert len({(one["id"], one["return_line_item_id"]) for one in notices}) == len(notices)
    assert {one["destination_name"] for one in notices} == {"Dock 7295", "Dock 7296", "Dock 7297"}


def test_an_entry_of_a_list_is_dated_in_its_own_answer_alone(shop: Shop) -> None:
    """The list leaves `created_at` out."""
    row = next(iter(shop.allowlists.values()))
    assert row.keys() - views.list_item(row).keys() == {"created_at"}
