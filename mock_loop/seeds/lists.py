"""Allowlist, blocklist, destinations, webhooks and carts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_loop import clock
from mock_loop.seeds import words
from mock_loop.seeds.people import person

if TYPE_CHECKING:
    from random import Random

    from mock_loop.shop import Shop

Row = dict[str, Any]

TRIGGERS = (
    ("return", "return.created"),
    ("return", "return.updated"),
    ("return", "return.closed"),
    ("label", "label.created"),
    ("label.request", "label.request.issued"),
    ("happy.returns.shipment", "shipment.processed"),
)


def fill(shop: Shop, last: int) -> None:
    """Two full pages of allowlist entries and a bit, and a few of everything else."""
    for name, count in (("allowlists", 37), ("blocklists", 23), ("webhooks", 6)):
        table = shop.table(name)
        for place in range(count):
            row = another(name, shop.rng, 1001 + place)
            if "created_at" in row:
                row["created_at"] = clock.naive(last - (count - place) * 7 * clock.DAY)
            table[row["id"]] = row
    destinations = shop.table("destinations")
    for place in range(3):
        # Returns name these in destination_id.
        destinations[7295 + place] = another("destinations", shop.rng, 7295 + place)
    for _ in range(4):
        chosen = shop.rng.sample(shop.stock, shop.rng.randint(1, 3))
        shop.carts[shop.maker.uuid()] = [int(variant.external_id) for variant in chosen]


def another(name: str, rng: Random, row_id: int) -> Row:
    """A further entry of this list."""
    if name == "destinations":
        return _destination(row_id)
    if name == "webhooks":
        topic, trigger = TRIGGERS[row_id % len(TRIGGERS)]
        return {
            "id": row_id,
            "shop_id": 4242,
            "topic": topic,
            "trigger": trigger,
            "url": f"https://hooks.shop.example/loop/{row_id}",
            "status": "inactive" if row_id % 3 == 0 else "active",
        }
    kinds = {"allowlists": ("order", "email"), "blocklists": ("email", "product", "product_tag")}
    kind = rng.choice(kinds[name])
    values = {
        "order": f"#{7_000_000 + row_id}",
        "email": person(row_id % 50).email,
        "product": str(42_000_000_000_000 + row_id),
        "product_tag": "final-sale",
    }
    return {
        "id": row_id,
        "type": kind,
        "value": values[kind],
        "secondary_value": None,
        "created_at": "2026-01-05 00:00:00",
    }


def _destination(row_id: int) -> Row:
    _, country_code, region = words.REGIONS[row_id % 3]
    return {
        "id": row_id,
        "type": "donate" if row_id % 5 == 2 else "warehouse",
        "name": f"Dock {row_id}",
        "enabled": row_id % 4 != 0,
        "provider_location_id": 61_001 if row_id % 2 else None,
        "address": {
            "name": f"Dock {row_id}",
            "company": "Loop Demo Goods",
            "address1": f"{row_id} Freight Road",
            "address2": None,
            "city": "Reno",
            "state": region,
            "zip": "89501",
            "country": "United States",
            "country_code": country_code,
        },
    }
