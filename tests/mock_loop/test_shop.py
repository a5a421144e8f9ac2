"""What is in the mock account, and how it changes."""

import threading

from mock_loop import Quirks, Shop, serve
from tests.mock_loop.asking import LIST, NOW, get


def test_equal_seeds_make_equal_shops(shop: Shop) -> None:
    """A seeded account can be had again."""
    again = Shop.seeded(returns=600, seed=3, start="2025-12-01", end="2026-11-01", now=NOW)
    assert again.returns == shop.returns
    for stream in ("orders", "label_requests", "return_notes", "carts", "allowlist_items"):
        assert again.truth(stream) == shop.truth(stream)


def test_streams_join(shop: Shop) -> None:
    """Returns name orders, customers, products and destinations that exist."""
    orders = {str(row["id"]): row for row in shop.truth("orders")}
    emails = {row["email"] for row in shop.truth("customers")}
    products = {row["external_id"] for row in shop.truth("products")}
    destinations = {str(row["id"]) for row in shop.truth("destinations")}
    for row in shop.returns.values():
        order = orders[row["order_id"]]
        assert order["external_id"] == row["provider_order_id"].removeprefix("gid://shopify/Order/")
        assert order["customer"]["email"] == row["customer"]
        assert row["customer"] in emails
        assert str(row["destination_id"]) in destinations
        assert {item["product_id"] for item in row["line_items"]} <= products


def test_nothing_is_dated_later_than_the_shops_clock() -> None:
    """A history that would reach beyond it ends there."""
    shop = Shop.seeded(200, end="2026-11-01", now="2026-06-01T00:00:00Z")
    assert max(found.updated for found in shop.book) <= shop.moment()
    assert max(found.created for found in shop.book) < shop.moment()


def test_it_can_change_while_it_is_served() -> None:
    """From any thread; each change is whole, whoever reads meanwhile."""
    shop = Shop.seeded(100, now=NOW)
    with serve(shop, quirks=Quirks(requests_per_minute=None)) as loop:
        changing = threading.Thread(target=lambda: [shop.change(5, seed) for seed in range(20)])
        changing.start()
        while changing.is_alive():
            asked = {"from": "2026-08-01", "to": "2026-11-20", "filter": "updated_at"}
            rows = get(loop, LIST, asked).json()
            assert len({row["id"] for row in rows}) == len(rows)
        changing.join()
