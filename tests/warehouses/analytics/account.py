"""A mock account with what the marts must tell apart, and the changes it goes through."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from tests.warehouses.analytics.mock import Shop, clock

Row = dict[str, Any]
CURRENCIES = ("USD", "USD", "USD", "EUR", "JPY")


def seeded(returns: int, seed: int = 11, *, orders: bool = True) -> Shop:
    """An account with several currencies, named exchanges, discounts, and odd returns.

    Args:
        returns: How many.
        seed: Decides the rest.
        orders: Whether Loop holds the orders, too, and some that nothing came back of.
    """
    now = int(time.time())
    start, end = clock.millis(now - 600 * clock.DAY), clock.millis(now - clock.DAY)
    shop = Shop.seeded(returns, seed, start, end)
    if orders:
        _more_orders(shop)
    rng = Random(seed)
    for found in shop.book:
        shop.garble_return(found, **_told_apart(found.row(), rng))
    return shop


def change(shop: Shop, seed: int = 5) -> None:
    """What happens between two runs: new, moved and edited returns, and what leaves a return."""
    for one in sorted(shop.change(max(60, len(shop.book) // 100), seed)):
        shop.add_note(one)
    leaving = [found for found in list(shop.book)[:200] if len(found.row()["line_items"]) > 1][:3]
    for found in leaving:
        shop.edit_return(found, line_items=found.row()["line_items"][:1], labels=[], exchanges=[])
    first = next(iter(shop.book))
    shop.edit_return(first, state="cancelled", line_items=[], labels=[], exchanges=[])


def _more_orders(shop: Shop) -> None:
    table = shop.table("orders")
    for key in sorted(table)[::2]:
        row = dict(table[key])
        number = row["id"] + 1
        row |= {"id": number, "external_id": str(int(row["external_id"]) + 5 * 10**14)}
        row["line_items"] = [line | {"quantity": 1 + number % 3} for line in row["line_items"]]
        table[number] = row


def _told_apart(row: Row, rng: Random) -> Row:
    changed: Row = {"currency": rng.choice(CURRENCIES), "line_items": row["line_items"]}
    draw = rng.random()
    if draw < 0.2:
        changed["provider_order_id"] = f"gid://shopify/Order/{row['provider_order_id']}"
    if draw < 0.01:
        changed |= {"line_items": [], "exchanges": []}
    elif draw < 0.02:
        changed["customer"] = None
    elif draw < 0.03:
        changed["currency"] = None
    elif row["exchanges"] and draw < 0.6:
        changed |= _exchanged(row, rng)
    for item in changed["line_items"]:
        if rng.random() < 0.1:
            item["discount"] = "3.33"
    if draw > 0.9:
        changed["outcome"] = rng.choice(("credit+refund", "gift_card", "Exchange+Credit", "swap"))
    return changed


def _exchanged(row: Row, rng: Random) -> Row:
    """Other variants and products, some of them named by the unit; sometimes two items."""
    items, units = row["exchanges"], row["line_items"]
    first = items[0] | {"variant_id": f"9{items[0]['variant_id']}", "price": "45.67"}
    if rng.random() < 0.5:
        first["product_id"] = f"9{first['product_id']}"
    if rng.random() < 0.5:
        units[-1]["exchange_variant"] = first["variant_id"]
    if rng.random() < 0.3:
        second = items[0] | {"exchange_id": f"{items[0]['exchange_id']}2"}
        return {"exchanges": [first, second], "line_items": units}
    return {"exchanges": [first], "line_items": units}
