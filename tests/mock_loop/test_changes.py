"""Scripted change: what it touches is what it says."""

from __future__ import annotations

from collections import Counter

from mock_loop import Shop, clock, serve
from mock_loop.tables import COMMERCE
from tests.mock_loop.asking import NOW, get


def test_a_change_touches_what_it_says() -> None:
    """The rows that differ afterwards are those named, all stamped just before now."""
    shop = Shop.seeded(returns=400, seed=5, start="2026-01-01", end="2026-11-01", now=NOW)
    before = dict(shop.returns)
    touched = shop.change(200, seed=7)
    after = dict(shop.returns)
    assert touched == {one for one, row in after.items() if before.get(one) != row}
    assert len(touched) == 200
    recent = clock.parse(NOW) - 100
    assert all(recent <= shop.book[one].updated <= clock.parse(NOW) for one in touched)
    moved = [one for one in before if before[one]["state"] != after[one]["state"]]
    assert len(moved) > 20
    shared = Counter(shop.book[one].updated for one in touched)
    assert max(shared.values()) > 40


def test_lists_change_with_rows_gone_and_rows_added() -> None:
    """What is deleted leaves no trace; the changed account is served at once."""
    shop = Shop.seeded(returns=100, now=NOW)
    with serve(shop) as loop:
        done = shop.change_lists(seed=2)
        assert done.keys() >= {"allowlists", "destinations", "webhooks", *COMMERCE}
        ids = {row["id"] for row in get(loop, "/destinations").json()["destinations"]}
        assert not ids & set(done["destinations"]["deleted"])
        assert set(done["destinations"]["added"]) <= ids
        variants = shop.truth("product_variants")
        assert not {row["product"]["id"] for row in variants} & set(done["products"]["deleted"])
