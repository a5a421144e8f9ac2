"""All other endpoints of the mock account that are read."""

from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from mock_loop import Loop, Shop, clock
from mock_loop.tables import COMMERCE
from tests.mock_loop.asking import STATES, get


def test_details_differ_from_the_list_in_types_and_names(loop: Loop, shop: Shop) -> None:
    """Ids are integers, date-times lack a zone, reasons have other names."""
    row = next(iter(shop.returns.values()))
    found = get(loop, "/warehouse/return/details", {"return_id": row["id"]}).json()
    assert found["id"] == int(row["id"])
    assert found["provider_order_id"] == int(row["provider_order_id"])
    assert clock.parse(found["created_at"]) == clock.parse(row["created_at"])
    assert "T" not in found["updated_at"]
    item = found["line_items"][0]
    assert item["reason"] == row["line_items"][0]["return_reason"]
    assert "return_reason" not in item
    by_order = {"order_id": row["provider_order_id"]}
    assert (
        get(loop, "/warehouse/return/details", by_order).json()["order_name"] == row["order_name"]
    )


def test_details_without_a_match_are_an_error_under_200(loop: Loop) -> None:
    """The status says yes, the body says no."""
    answer = get(loop, "/warehouse/return/details", {"return_id": 1})
    assert answer.status_code == 200
    assert answer.json() == {"error": {"message": "No return found with this ID."}}
    assert get(loop, "/warehouse/return/details").status_code == 422


def test_presentment_money_is_in_the_shoppers_currency(loop: Loop, shop: Shop) -> None:
    """For orders in another currency only."""
    row = next(row for row in shop.returns.values() if row["multi_currency"])
    asked = {"return_id": row["id"], "currency_type": "presentment"}
    found = get(loop, "/warehouse/return/details", asked).json()
    assert found["currency"] != row["currency"]
    assert found["return_total"] != row["return_total"]


def test_a_return_without_notes_is_422_and_false(loop: Loop, shop: Shop) -> None:
    """With notes it is a bare array, newest first."""
    with_notes = next(iter(shop.notes))
    without = next(return_id for return_id in shop.returns if return_id not in shop.notes)
    answer = get(loop, f"/warehouse/return/{without}/notes")
    assert (answer.status_code, answer.content) == (422, b"false")
    notes = get(loop, f"/warehouse/return/{with_notes}/notes").json()
    moments = [note["created_at"] for note in notes]
    assert moments == sorted(moments, reverse=True)
    assert notes[0].keys() == {"id", "content", "created_at"}


def test_shipping_notices_are_limited_from_2026_10_on(loop: Loop, shop: Shop) -> None:
    """2026-07 and v1 answer any range, with a row for each line item of every state."""
    asked = {"from": "2025-12-01", "to": "2026-11-20"}
    path = "/warehouse/reporting/asn"
    assert get(loop, path, asked).status_code == 422
    for version in ("2026-07", "v1"):
        rows = get(loop, path, asked, version=version).json()
        assert rows == sorted(rows, key=lambda row: clock.parse(row["created_at"]))
        assert len(rows) == len(shop.truth("return_line_items"))
        assert {row["state"] for row in rows} == set(STATES)


def test_shipping_notices_read_a_bad_date_as_1970(loop: Loop, shop: Shop) -> None:
    """Without a word; and by default they answer the last week."""
    path = "/warehouse/reporting/asn"
    everything = get(loop, path, {"from": "soon"}, version="v1").json()
    assert len(everything) == len(shop.truth("advanced_shipping_notices"))
    assert get(loop, path, {"to": "soon"}, version="v1").json() == []
    assert get(loop, path).json() == []


@pytest.mark.parametrize("name", ["allowlists", "blocklists"])
def test_numbered_pages_lead_through_the_lists(loop: Loop, shop: Shop, name: str) -> None:
    """Laravel's paginator; only the single answer carries `created_at`."""
    rows: list[dict[str, Any]] = []
    url = f"{loop.url}/api/2026-10/{name}"
    while url:
        page = requests.get(url, headers={"X-Authorization": "test-key"}, timeout=5).json()
        rows += page["data"]
        url = page["next_page_url"]
    assert rows == shop.truth(name[:-1] + "_items")
    one = get(loop, f"/{name}/{rows[0]['id']}").json()
    assert one == rows[0] | {"created_at": one["created_at"]}
    assert get(loop, f"/{name}/5").json()["code"] == "NOT_FOUND"


def test_unpaged_lists_and_carts(loop: Loop, shop: Shop) -> None:
    """Destinations and webhooks come whole; a cart is known by its token only."""
    assert get(loop, "/destinations").json() == {"destinations": shop.truth("destinations")}
    assert get(loop, "/webhooks").json() == {"webhooks": shop.truth("webhooks")}
    token, cart = next(iter(shop.carts.items()))
    assert get(loop, f"/cart/{token}").json() == {"cart": cart}
    gone = get(loop, "/cart/unknown")
    assert gone.status_code == 200
    assert gone.json() == {"errors": {"message": "No cart found for the provided token."}}


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


def test_jobs_are_listed_by_import(loop: Loop, shop: Shop) -> None:
    """Each import's list is its own jobs; the rows do not say whose they are."""
    rows = [
        {**job, "bulk_operation_id": import_["id"]}
        for import_ in shop.truth("bulk_operations")
        for job in get(loop, f"/bulk-operations/{import_['id']}/jobs").json()["bulk_operation_jobs"]
    ]
    assert rows == shop.truth("bulk_operation_jobs")
    assert {row["status"] for row in rows} == {"completed", "failed"}


def test_commerce_ids_are_integers_unless_strings_are_asked_for(loop: Loop) -> None:
    """X-Loop-Global-Identifier-Type: string reaches nested ids, too."""
    order = get(loop, "/orders", {"limit": 1}).json()["orders"][0]
    texts = get(loop, "/orders", {"limit": 1}, X_Loop_Global_Identifier_Type="string")
    same = texts.json()["orders"][0]
    assert (str(order["id"]), str(order["customer"]["id"])) == (same["id"], same["customer"]["id"])
    assert get(loop, f"/orders/{order['id']}").json() == {"order": order}
    assert get(loop, f"/orders/external/{order['external_id']}").json() == {"order": order}
