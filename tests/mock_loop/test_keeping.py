"""What the shop system tells Loop is kept by its ids there."""

from __future__ import annotations

import pytest

from mock_loop import Loop
from tests.mock_loop.asking import change, get

NEEDED = {"created_at": "2026-10-01T00:00:00Z", "sales_channel": "erp", "name": "A"}


@pytest.mark.parametrize("table", ["orders", "customers", "products", "collections", "locations"])
def test_a_second_save_changes_what_the_first_has_made(own: Loop, table: str) -> None:
    """One row, one id; it is listed, and gone for good after a deletion."""
    one = f"/{table}/external/x-1"
    first = change(own, "PUT", f"/{table}", {"external_id": "x-1", **NEEDED})
    assert first.status_code == (201 if table == "customers" else 200)
    change(own, "PUT", f"/{table}", {"external_id": "x-1", **NEEDED, "name": "B"})
    rows = [row for row in own.shop.table(table).values() if row.get("external_id") == "x-1"]
    assert [row["name"] for row in rows] == ["B"]
    assert get(own, one).status_code == 200
    assert change(own, "DELETE", one).json()["success"] is True
    assert (get(own, one).status_code, change(own, "DELETE", one).status_code) == (404, 404)
    assert change(own, "PUT", f"/{table}", NEEDED).status_code == 422


def test_an_order_has_a_date_from_2026_10_on(own: Loop) -> None:
    """Before, it is optional."""
    row = {"external_id": "x-1", "name": "#1"}
    assert change(own, "PUT", "/orders", row).status_code == 422
    assert change(own, "PUT", "/orders", row, version="2026-07").status_code == 200


def test_variants_and_stock_stand_below_what_they_belong_to(own: Loop) -> None:
    """A parent that is not there is 404."""
    variants = "/products/external/p/product-variants"
    assert change(own, "PUT", variants, {"external_id": "v"}).status_code == 404
    for table in ("products", "locations"):
        change(own, "PUT", f"/{table}", {"external_id": "p", **NEEDED})
    assert change(own, "PUT", variants, {"external_id": "v"}).status_code == 200
    assert get(own, f"{variants}/v").json()["product"]["external_id"] == "p"
    stock = "/inventories/external/products/p/variants/v/locations"
    assert change(own, "PUT", f"{stock}/q", {"available_count": 3}).status_code == 404
    assert change(own, "PUT", f"{stock}/p", {"available_count": "3"}).status_code == 422
    assert change(own, "PUT", f"{stock}/p", {"available_count": 3}).status_code == 200
    assert get(own, f"{stock}/p").json()["available_count"] == 3
    assert change(own, "DELETE", f"{stock}/p").status_code == 200
    assert get(own, f"{stock}/p").status_code == 404
