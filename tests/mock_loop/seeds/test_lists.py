"""Seeded lists: two full pages of allowlist entries and a bit, a few of all else."""

from __future__ import annotations

from random import Random

import pytest

from mock_loop import Shop, clock
from mock_loop.seeds import lists
from tests.mock_loop.asking import NOW


def test_the_allowlist_needs_three_pages() -> None:
    """Laravel's pages hold fifteen rows; a reader that stops after one or two is found out."""
    shop = Shop.seeded(10, now=NOW)
    assert len(shop.allowlists) > 30
    assert 15 < len(shop.blocklists) < 30


def test_entries_are_not_made_after_the_history_ends() -> None:
    """Each at another day before it."""
    shop = Shop.seeded(10, end="2026-10-01", now=NOW)
    moments = [clock.parse(row["created_at"]) for row in shop.allowlists.values()]
    assert max(moments) < clock.parse("2026-10-01")
    assert len(set(moments)) == len(moments)


@pytest.mark.parametrize("name", ["allowlists", "blocklists", "destinations", "webhooks"])
def test_another_entry_is_of_the_id_that_was_given(name: str) -> None:
    """And equal chance makes an equal entry."""
    row = lists.another(name, Random(5), 4711)
    assert row["id"] == 4711
    assert row == lists.another(name, Random(5), 4711)


def test_carts_hold_what_the_shop_sells() -> None:
    """By the shop system's ids of the variants, under tokens that are hard to guess."""
    shop = Shop.seeded(10, now=NOW)
    sold = {int(variant.external_id) for variant in shop.stock}
    assert len(shop.carts) == 4
    assert all(set(cart) <= sold for cart in shop.carts.values())
    assert all(len(token) == 36 for token in shop.carts)


def test_returns_go_to_destinations_that_exist(shop: Shop) -> None:
    """Whether the id comes as a number or as text."""
    assert {int(row["destination_id"]) for row in shop.returns.values()} <= set(shop.destinations)
