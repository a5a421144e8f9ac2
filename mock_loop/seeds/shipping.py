"""Label requests, and shipments that Happy Returns sends for the shop."""

from __future__ import annotations

from random import Random
from typing import Any

from mock_loop import clock
from mock_loop.book import Return
from mock_loop.seeds.people import of_email, person
from mock_loop.seeds.returns import uuid
from mock_loop.tables import Row, Table


def label_requests(returns: list[Return], rng: Random, last: int) -> Table:
    """A label request for every fourteenth return, none later than `last`."""
    made = {}
    for place, found in enumerate(returns[::14]):
        at = min(last, found.created + 600 + place % 600)
        made[place] = label_request(place, found, at, rng)
    return made


def shipments(returns: list[Return], last: int) -> tuple[Table, dict[int, list[Row]]]:
    """A shipment for every fortieth return, and the items of each by Loop's id of it."""
    made, items_of = {}, {}
    for place, start in enumerate(range(0, len(returns), 40)):
        batch = returns[start : start + 40 : 3]
        shipment_id = 91_000 + place
        at = min(last, batch[-1].created + 3 * clock.DAY)
        items = [_item(shipment_id, found, n) for found in batch for n in range(1 + start % 2)]
        items_of[shipment_id] = items
        made[shipment_id] = {
            "loop_shipment_id": shipment_id,
            "happy_returns_shipment_id": f"HRS-{shipment_id:08}",
            "line_item_count": len(items),
            "return_count": len(batch),
            "created_at": clock.offset(at),
            "updated_at": clock.offset(min(last, at + (place % 9) * clock.DAY)),
        }
    return made, items_of


def label_request(place: int, found: Return, at: int, rng: Random) -> Row:
    """The id is of one of three kinds, since the documentation moved from one to the next."""
    row = found.row()
    who = of_email(row["customer"]) or person(0)
    ids: tuple[Any, ...] = (
        67_329_889_100_573 + place,
        str(67_329_889_100_573 + place),
        uuid(rng),
    )
    return {
        "id": ids[place % 3],
        "addresses": {
            "origin": {
                "name": who.name,
                "company": None,
                "address1": who.address1,
                "address2": who.address2,
                "city": who.town,
                "region": who.region,
                "postal_code": who.postal_code,
                "country": who.country,
                "country_code": who.country_code,
            },
            "destination": {
                "name": "Dock 7295",
                "company": "Loop Demo Goods",
                "address1": "7295 Freight Road",
                "address2": None,
                "city": "Reno",
                "region": "NV",
                # A number in an old edition of the documentation.
                "postal_code": 89501 if place % 5 == 0 else "89501",
                "country": "United States",
                "country_code": "US",
            },
        },
        "parcel": {"height": 4, "length": 12.5, "width": 9, "weight": 450 + place % 700},
        "products": [
            {
                "name": item["title"],
                "price": _price(place, abs(round(float(item["price"]) * 100))),
                "country_of_origin": "PT",
                "hs_code": "6109.10",
                "sku": item["sku"],
            }
            for item in row["line_items"]
        ],
        "errors": [
            {
                "reason": "INVALID_ADDRESS",
                "message": "The origin could not be verified",
                "created_at": clock.eastern(at + 5),
            },
        ]
        if rng.random() < 0.05
        # The documentation says any[] of it.
        else ["Failed to generate a label"] * (place % 50 == 9),
        "return_id": int(found.id),
        "shop_id": 4242,
        "status": ("issued", "fulfilled", "fulfilled", "cancelled")[place % 4],
        "created_at": clock.eastern(at) if place % 2 else clock.offset(at),
    }


def _price(place: int, cents: int) -> Any:
    """An object under either name of the currency, or a list of them: the pages disagree."""
    shapes: tuple[Any, ...] = (
        {"amount": cents, "currency_code": "USD"},
        {"amount": cents, "currency": "USD"},
        [{"amount": cents, "currency": "USD"}],
        [{"amount": cents, "currency": "USD"}, {"amount": cents * 4 // 3, "currency": "CAD"}],
    )
    return shapes[place % 4]


def _item(shipment_id: int, found: Return, place: int) -> Row:
    row = found.row()
    first = row["line_items"][0]
    return {
        "carrier": "UPS",
        "happy_returns_return_bag_barcodes": [f"HRB{found.id[-9:]}{place}"],
        "happy_returns_rma_id": f"HR{found.id[-8:]}",
        "happy_returns_shipment_id": f"HRS-{shipment_id:08}",
        "item_title": first["title"],
        "order_name": row["order_name"],
        "po_number": f"PO-{shipment_id}",
        "return_id": int(found.id),
        "shipment_id": shipment_id,
        "shipping_box_barcode": f"BOX-{shipment_id}",
        "sku": first["sku"],
        "tracking_number": f"1Z{shipment_id:016}",
        "variant_title": "M",
    }
