"""Allowlist, blocklist, destinations, webhooks and carts."""

from __future__ import annotations

from random import Random

from mock_loop import clock
from mock_loop.seeds import words
from mock_loop.seeds.catalogue import Variant
from mock_loop.seeds.people import person
from mock_loop.seeds.returns import uuid
from mock_loop.tables import Row, Tables

TRIGGERS = (
    ("return", "return.created"),
    ("return", "return.updated"),
    ("return", "return.closed"),
    ("return.processing", "return.processing.failed"),
    ("label", "label.created"),
    ("label.request", "label.request.issued"),
    ("happy.returns.shipment", "shipment.processed"),
)

_ONLY_SEEN = ("provider_location_id", "name", "company")


def fill(tables: Tables, rng: Random, last: int) -> None:
    """Two full pages of allowlist entries and a bit, and a few of everything else.

    Args:
        tables: Those of the account, which are added to.
        rng: Where chance comes from.
        last: The second in which the last entry is made.
    """
    for name, count in (("allowlists", 37), ("blocklists", 23), ("webhooks", 6)):
        table = tables[name]
        for place in range(count):
            row = another(name, rng, 1001 + place)
            if "created_at" in row:
                row["created_at"] = clock.naive(last - (count - place) * 7 * clock.DAY)
            table[row["id"]] = row
    destinations = tables["destinations"]
    for place in range(3):
        # Returns name these in destination_id.
        destinations[7295 + place] = another("destinations", rng, 7295 + place)


def carts(rng: Random, stock: list[Variant]) -> dict[str, list[int]]:
    """A few carts by their tokens, each with the variants in it."""
    made = {}
    for _ in range(4):
        chosen = rng.sample(stock, rng.randint(1, 3))
        made[uuid(rng)] = [int(variant.external_id) for variant in chosen]
    return made


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
        "secondary_value": f"#{7_000_001 + row_id}" if row_id % 7 == 0 else None,
        "created_at": "2026-01-05 00:00:00",
    }


def _destination(row_id: int) -> Row:
    """As seen, and every third as the documentation has it: with fewer fields."""
    row = _whole_destination(row_id)
    if row_id % 3:
        return row
    address = {name: part for name, part in row["address"].items() if name not in _ONLY_SEEN}
    return {name: part for name, part in row.items() if name not in _ONLY_SEEN} | {
        "name": row["name"],
        "address": address,
    }


def _whole_destination(row_id: int) -> Row:
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
