"""Seeded label requests and shipments, with ids and prices in all their kinds."""

from __future__ import annotations

from collections import Counter
from random import Random

from mock_loop import Shop, clock
from mock_loop.seeds import shipping
from tests.mock_loop.asking import NOW


def test_ids_of_label_requests_are_numbers_texts_and_uuids(shop: Shop) -> None:
    """The documentation moved from one to the next, so a reader takes all three."""
    ids = [row["id"] for row in shop.truth("label_requests")]
    assert {type(one) for one in ids} == {int, str}
    assert {len(one) for one in ids if isinstance(one, str)} == {14, 36}
    assert len(set(map(str, ids))) == len(ids)


def test_prices_come_in_three_shapes(shop: Shop) -> None:
    """An object under either name of the currency, or a list of them."""
    prices = [p["price"] for row in shop.truth("label_requests") for p in row["products"]]
    shapes = {tuple(sorted(price)) if isinstance(price, dict) else "list" for price in prices}
    assert shapes == {("amount", "currency_code"), ("amount", "currency"), "list"}


def test_label_requests_and_items_are_of_returns_that_exist(shop: Shop) -> None:
    """By the number of the return's id."""
    returns = {int(name) for name in shop.returns}
    for stream in ("label_requests", "happy_returns_shipment_items"):
        assert {row["return_id"] for row in shop.truth(stream)} <= returns


def test_items_belong_to_shipments_that_count_them(shop: Shop) -> None:
    """As many as the shipment says."""
    counted = Counter(row["shipment_id"] for row in shop.truth("happy_returns_shipment_items"))
    said = {
        row["loop_shipment_id"]: row["line_item_count"]
        for row in shop.truth("happy_returns_shipments")
    }
    assert counted == said


def test_nothing_is_later_than_the_history() -> None:
    """Neither a request nor a shipment's update."""
    shop = Shop.seeded(300, end="2026-06-01", now=NOW)
    last = clock.parse("2026-06-01")
    returns = list(shop.book)
    requests = shipping.label_requests(returns, Random(1), last)
    shipments, _ = shipping.shipments(returns, last)
    moments = [row["created_at"] for row in requests.values()]
    moments += [row["updated_at"] for row in shipments.values()]
    assert moments
    assert all(clock.parse(moment) <= last for moment in moments)
