"""What people received and the documentation does not show occurs, rarely, in every account."""

from __future__ import annotations

from collections import Counter

from mock_loop import Shop
from mock_loop.seeds.drift import EACH, changes


def test_each_unusual_shape_occurs_as_often_as_it_says() -> None:
    """One return in so many has each; equal places have equal shapes."""
    row = {"provider_order_id": "5", "created_at": "2026-01-01T00:00:00+00:00"}
    shapes = Counter(
        tuple(changed) for place in range(1, 10 * EACH) if (changed := changes(row, place))
    )
    assert len(shapes) == 4
    assert set(shapes.values()) == {10}


def test_a_return_with_an_id_of_the_users_own_is_usual() -> None:
    """A test that names its returns is not surprised by their shape."""
    shop = Shop()
    rows = [shop.add_return(str(number), "open").row() for number in range(1, 3 * EACH)]
    assert not [row for row in rows if row["provider_order_id"].startswith("gid:")]
    assert not [row for row in rows if isinstance(row["return_method"], str)]


def test_other_endpoints_take_an_order_by_its_number() -> None:
    """A global id in the list is the number in details, and the order is found by it."""
    shop = Shop.seeded(returns=EACH, seed=1)
    unusual = [row for row in shop.truth("returns") if "/" in row["provider_order_id"]]
    assert unusual
    details = {str(row["id"]): row["provider_order_id"] for row in shop.truth("return_details")}
    for row in unusual:
        number = row["provider_order_id"].rpartition("/")[2]
        assert str(details[row["id"]]) == number
        found = shop.book.of_order(number)
        assert found is not None
