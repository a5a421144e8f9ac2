"""Side by side: so many at once, in the order that is given, each failing for itself."""

from __future__ import annotations

import threading
import time

from loopreturns_plugin.shop_list import ShopEntry
from tap_loopreturns.shops.side_by_side import side_by_side

SHOPS = [ShopEntry(f"shop-{n}", {}) for n in range(12)]


def test_so_many_are_under_way_at_once_and_they_begin_in_order() -> None:
    """Never more, and as many as there may be."""
    begun: list[str] = []
    under_way = most = 0
    lock = threading.Lock()

    def do(shop: ShopEntry) -> str:
        nonlocal under_way, most
        with lock:
            begun.append(shop.name)
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.02)
        with lock:
            under_way -= 1
        return shop.name.upper()

    outcomes = list(side_by_side(SHOPS, do, at_once=4))
    assert most == 4
    assert begun[::4] == [shop.name for shop in SHOPS][::4] or set(begun[:4]) == {
        shop.name for shop in SHOPS[:4]
    }
    assert {one.shop: one.found for one in outcomes} == {s.name: s.name.upper() for s in SHOPS}


def test_a_failure_is_that_shops_outcome() -> None:
    """Be it an error of any kind; the thread goes on to the next shop."""

    def do(shop: ShopEntry) -> int:
        if shop.name == "shop-3":
            raise SystemExit(1)
        if shop.name == "shop-5":
            raise ValueError
        return 1

    outcomes = {one.shop: one for one in side_by_side(SHOPS, do, at_once=1)}
    assert len(outcomes) == len(SHOPS)
    assert isinstance(outcomes["shop-3"].error, SystemExit)
    assert isinstance(outcomes["shop-5"].error, ValueError)
    assert sum(one.found or 0 for one in outcomes.values()) == len(SHOPS) - 2


def test_no_shop_is_begun_after_the_caller_has_stopped() -> None:
    """Those under way may end; nobody waits for them."""
    begun: list[str] = []

    def do(shop: ShopEntry) -> None:
        begun.append(shop.name)
        time.sleep(0.05)

    outcomes = side_by_side(SHOPS, do, at_once=2)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    time.sleep(0.3)
    assert len(begun) <= 5
