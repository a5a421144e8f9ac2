"""Orders, customers, products and what belongs to them, in pages of at most 250."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from mock_loop import Loop, Shop
from mock_loop.tables import COMMERCE
from tests.mock_loop.asking import get

BELOW_ANOTHER = {"product_variants", "bulk_operation_jobs"}


@pytest.mark.parametrize("name", [name for name in COMMERCE if name not in BELOW_ANOTHER])
@pytest.mark.parametrize("sort_order", ["asc", "desc"])
def test_commerce_pages_hold_every_row(loop: Loop, shop: Shop, name: str, sort_order: str) -> None:
    """Cursor links lead through the whole table, in either direction of ids."""
    rows: list[dict[str, Any]] = []
    url = f"{loop.url}/api/2026-10/{name.replace('_', '-')}?limit=250&sort_order={sort_order}"
    while url:
        page = requests.get(url, headers={"X-Authorization": "test-key"}, timeout=5).json()
        rows += page[name]
        url = page["next_page_url"]
    truth = shop.truth(name)
    if "id" in truth[0]:
        truth.sort(key=lambda row: row["id"])
    assert rows == (truth if sort_order == "asc" else truth[::-1])


def test_commerce_limits_are_1_to_250(loop: Loop) -> None:
    """Outside of them the request is refused."""
    for limit in (0, 251, "all"):
        assert get(loop, "/orders", {"limit": limit}).status_code == 422
    assert len(get(loop, "/orders").json()["orders"]) == 50
    assert get(loop, "/orders", {"sort_order": "up"}).status_code == 422


def test_variants_are_listed_by_product(loop: Loop, shop: Shop) -> None:
    """All products' lists together are all variants."""
    rows = [
        row
        for product in shop.truth("products")
        for row in get(loop, f"/products/{product['id']}/product-variants").json()[
            "product_variants"
        ]
    ]
    assert rows == shop.truth("product_variants")


def test_commerce_ids_are_integers_unless_strings_are_asked_for(loop: Loop) -> None:
    """X-Loop-Global-Identifier-Type: string reaches nested ids, too."""
    order = get(loop, "/orders", {"limit": 1}).json()["orders"][0]
    texts = get(loop, "/orders", {"limit": 1}, X_Loop_Global_Identifier_Type="string")
    same = texts.json()["orders"][0]
    assert (str(order["id"]), str(order["customer"]["id"])) == (same["id"], same["customer"]["id"])
    assert get(loop, f"/orders/{order['id']}").json() == {"order": order}
    assert get(loop, f"/orders/external/{order['external_id']}").json() == {"order": order}


def test_jobs_are_listed_by_import(loop: Loop, shop: Shop) -> None:
    """Each import's list is its own jobs; the rows do not say whose they are."""
    rows = [
        {**job, "bulk_operation_id": import_["id"]}
        for import_ in shop.truth("bulk_operations")
        for job in get(loop, f"/bulk-operations/{import_['id']}/jobs").json()["bulk_operation_jobs"]
    ]
    assert rows == shop.truth("bulk_operation_jobs")
    assert {row["status"] for row in rows} == {"completed", "failed"}
