"""Orders and customers, made to agree with the returns."""

from __future__ import annotations

from typing import Any

from mock_loop import Shop
from mock_loop.seeds import commerce
from tests.mock_loop.asking import NOW


def test_an_order_is_of_the_customer_and_the_articles_of_its_return(shop: Shop) -> None:
    """Where two returns share an order, of the first of them."""
    returns = {row["order_id"]: row for row in reversed(list(shop.returns.values()))}
    for order in shop.truth("orders"):
        row = returns[str(order["id"])]
        assert order["customer"]["email"] == row["customer"]
        items = {item["variant_id"] for item in row["line_items"]}
        assert {str(line["product_variant"]["id"]) for line in order["line_items"]} == items


def test_a_total_is_the_sum_of_its_lines(shop: Shop) -> None:
    """In cents, so that a reader which loses one is found out."""
    for order in shop.truth("orders"):
        lines = [line["unit_price"]["amount"] for line in order["line_items"]]
        assert order["total_price"]["amount"] == sum(lines)


def test_customers_are_listed_once_however_much_they_return(shop: Shop) -> None:
    """And nobody is who returned nothing."""
    emails = [row["email"] for row in shop.truth("customers")]
    assert len(set(emails)) == len(emails)
    assert set(emails) == {row["customer"] for row in shop.returns.values()}


def test_an_account_without_returns_has_no_orders() -> None:
    """Nothing is invented for it."""
    tables: dict[str, Any] = {"orders": {}, "customers": {}}
    commerce.fill(tables, [], [])
    assert tables == {"orders": {}, "customers": {}}


def test_a_return_that_is_added_later_brings_its_order() -> None:
    """Once the tables are made, they follow what happens."""
    fresh = Shop.seeded(20, now=NOW)
    before = len(fresh.truth("orders"))
    added = fresh.add_return()
    assert len(fresh.truth("orders")) == before + 1
    assert int(added.row()["order_id"]) in fresh.orders
