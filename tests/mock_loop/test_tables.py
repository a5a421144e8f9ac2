"""The tables of an account, one an endpoint."""

from __future__ import annotations

import pytest

from mock_loop import Shop
from mock_loop.tables import COMMERCE, TABLES
from tests.mock_loop.asking import NOW


@pytest.mark.parametrize("name", TABLES)
def test_a_seeded_account_has_rows_in_every_table(shop: Shop, name: str) -> None:
    """Reached by their name in both ways; a table that stayed empty would test no reader."""
    table = shop.table(name)
    assert table
    assert getattr(shop, name) is table


def test_the_shops_own_objects_are_made_when_they_are_asked_for() -> None:
    """A million of them would otherwise be made for tests that read none."""
    shop = Shop.seeded(20, now=NOW)
    assert not any(shop.tables[name] for name in COMMERCE)
    assert shop.orders
    assert all(shop.tables[name] for name in COMMERCE)


def test_an_unknown_table_is_an_error(shop: Shop) -> None:
    """Not an empty one."""
    with pytest.raises(KeyError):
        shop.table("ghosts")
    with pytest.raises(AttributeError):
        _ = shop.ghosts
