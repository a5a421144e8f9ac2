"""Label requests and shipments of the mock account."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from mock_loop import Loop, Shop, clock
from tests.mock_loop.asking import get


def test_label_requests_count_from_but_not_to(loop: Loop, shop: Shop) -> None:
    """`from` is inclusive and `to` exclusive, on `created_at` with its offset."""
    row = shop.truth("label_requests")[3]
    second = clock.parse(row["created_at"])
    at, after = clock.naive(second), clock.naive(second + 1)
    assert row in get(loop, "/label-requests", {"from": at, "to": after}).json()["data"]
    assert row not in get(loop, "/label-requests", {"from": "2025-01-01", "to": at}).json()["data"]


def test_label_requests_page_by_offset(loop: Loop, shop: Shop) -> None:
    """At most 250, 50 by default, without a total."""
    rows: list[dict[str, Any]] = []
    while True:
        page = get(loop, "/label-requests", {"limit": 10, "offset": len(rows)}).json()
        assert page.keys() == {"data"}
        rows += page["data"]
        if len(page["data"]) < 10:
            break
    key = str
    assert sorted(rows, key=key) == sorted(shop.truth("label_requests"), key=key)
    assert get(loop, "/label-requests", {"limit": 251}).status_code == 422
    one = get(loop, f"/label-requests/{rows[0]['id']}").json()
    assert one == rows[0]


def test_happy_returns_links_name_a_path_that_is_none(loop: Loop, shop: Shop) -> None:
    """The links say /list, which is not documented and not there."""
    page = get(loop, "/happy-returns/shipments").json()
    assert page["data"] == shop.truth("happy_returns_shipments")
    assert page["per_page"] == 200
    assert urlsplit(page["first_page_url"]).path.endswith("/happy-returns/shipments/list")
    assert get(loop, "/happy-returns/shipments/list").status_code == 404
    items = [
        item
        for row in page["data"]
        for item in get(loop, f"/happy-returns/shipments/{row['loop_shipment_id']}/items").json()[
            "data"
        ]
    ]
    assert items == shop.truth("happy_returns_shipment_items")
    first = page["data"][0]
    assert (
        get(loop, f"/happy-returns/shipments/{first['happy_returns_shipment_id']}").json() == first
    )
