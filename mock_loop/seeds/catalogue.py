"""What the shop sells: products, their variants, collections, and where they are stocked."""

from random import Random
from typing import Any, NamedTuple

from mock_loop import clock
from mock_loop.seeds import words

PRODUCTS = 60
OPENED = clock.parse("2022-03-01")
EXTERNAL_CHANNEL = "shopify"

Rows = dict[int, dict[str, Any]]


class Variant(NamedTuple):
    """One size of a product, as line items refer to it."""

    id: int
    external_id: str
    product_id: int
    product_external_id: str
    sku: str
    title: str
    size: str
    barcode: str
    cents: int


def variants(rng: Random) -> list[Variant]:
    """All that the shop sells, in order of ids."""
    found = []
    for number in range(PRODUCTS):
        garment, cents = rng.choice(words.GARMENTS)
        title = f"{rng.choice(words.COLOURS)} {rng.choice(words.STYLES)} {garment}"
        for place, size in enumerate(words.SIZES[: rng.randint(2, 5)]):
            found.append(
                Variant(
                    id=520_000_000_000_000_000 + number * 100_003 + place,
                    external_id=str(42_000_000_000_000 + number * 4099 + place),
                    product_id=510_000_000_000_000_000 + number * 100_003,
                    product_external_id=str(7_600_000_000_000 + number * 4099),
                    sku=f"{2_039_000 + number}-{size}",
                    title=title,
                    size=size,
                    barcode=str(290_832_000_000 + number * 613 + place),
                    cents=cents,
                ),
            )
    return found


def price(cents: int) -> dict[str, Any]:
    return {"amount": cents, "currency_code": "USD"}


def products(stock: list[Variant]) -> Rows:
    """``/products``: one row a product."""
    rows: Rows = {}
    for variant in stock:
        row = rows.setdefault(
            variant.product_id,
            {
                "id": variant.product_id,
                "external_id": variant.product_external_id,
                "channel": {"id": 77, "name": EXTERNAL_CHANNEL},
                "sku": variant.sku.split("-")[0],
                "name": variant.title,
                "weight_grams": 250 + variant.cents / 100,
                "barcode": variant.barcode,
                "description": f"<p>{variant.title}, made to last.</p>",
                "type": variant.title.split()[-1],
                "vendor": "Loop Demo Goods",
                "price": price(variant.cents),
                "created_at": clock.naive(OPENED + variant.product_id % 9999, "T") + "Z",
                "updated_at": clock.naive(OPENED + variant.product_id % 99_999, "T") + "Z",
                "collections": [
                    {k: v for k, v in _collection(variant.product_id).items() if k != "channel"},
                ],
                "options": [{"position": 1, "values": [], "name": "Size"}],
                "images": [f"https://cdn.shop.example/{variant.product_external_id}.jpg"],
                "tags": [] if variant.product_id % 3 else ["final-sale"],
                "source": "shop",
                "default_variant_id": str(variant.id),
            },
        )
        row["options"][0]["values"].append(variant.size)
    return rows


def product_variants(stock: list[Variant]) -> Rows:
    """One row a variant; asked for by product."""
    return {
        variant.id: {
            "id": variant.id,
            "external_id": variant.external_id,
            "sku": variant.sku,
            "name": f"{variant.title} / {variant.size}",
            "weight_grams": 250 + variant.cents / 100,
            "barcode": variant.barcode,
            "product": {
                "id": variant.product_id,
                "external_id": variant.product_external_id,
                "sku": variant.sku.split("-")[0],
                "name": variant.title,
            },
            "price": price(variant.cents),
            "images": [],
            "inventories": {
                "id": variant.id + 50,
                "available_count": variant.id % 41,
                "location": {"id": _location_id(0), "external_id": "61001", "name": "Warehouse 0"},
            },
            "options": [{"position": 1, "value": variant.size}],
            "logistics_information": {
                "origin_country_code": "PT",
                "origin_region_code": None,
                "default_hs_code": "6109.10",
                "requires_shipping": True,
                "cost": price(variant.cents // 3),
                "destination_country_hs_codes": [
                    {"destination_country_code": "CA", "hs_code": "6109.10.00"},
                ],
            },
        }
        for variant in stock
    }


def _collection(product_id: int) -> dict[str, Any]:
    number = product_id % 7
    return {
        "id": 530_000_000_000_000_000 + number,
        "external_id": str(28_000_000_000 + number),
        "channel": EXTERNAL_CHANNEL,
        "name": f"{words.STYLES[number]} season",
    }


def collections(stock: list[Variant]) -> Rows:
    """``/collections``, each with its products."""
    rows: Rows = {}
    for product in products(stock).values():
        found = _collection(product["id"])
        row = rows.setdefault(found["id"], {**found, "products": []})
        row["products"].append({key: product[key] for key in ("id", "external_id", "sku", "name")})
    return dict(sorted(rows.items()))


def _location_id(number: int) -> int:
    return 540_000_000_000_000_000 + number


def locations() -> Rows:
    """``/locations``: two warehouses and a shop that closed."""
    return {
        _location_id(number): {
            "id": _location_id(number),
            "external_id": str(61_001 + number),
            "channel": EXTERNAL_CHANNEL if number else None,
            "name": f"Warehouse {number}",
            "status": "inactive" if number == 2 else "active",
            "address": {
                "address1": f"{number + 1} Dock Road",
                "address2": None,
                "city": "Reno",
                "region": "NV",
                "postal_code": "89501",
                "country_code": "US",
            },
        }
        for number in range(3)
    }


def inventories(stock: list[Variant]) -> Rows:
    """``/inventories``: rows without an id; the key is this mock's own place in the list.

    Lists where one object is meant are the documentation's own shape.
    """
    places = list(locations().values())[:2]
    rows: Rows = {}
    for variant in stock:
        for place in places:
            rows[len(rows) + 1] = {
                "available_count": (variant.id + place["id"]) % 53,
                "product_variant": [
                    {
                        "id": variant.id,
                        "external_id": variant.external_id,
                        "sku": variant.sku,
                        "name": f"{variant.title} / {variant.size}",
                        "weight_grams": 250 + variant.cents / 100,
                        "barcode": variant.barcode,
                    },
                ],
                "location": [
                    {
                        "id": place["id"],
                        "external_id": place["external_id"],
                        "name": place["name"],
                        "status": place["status"],
                        "address": [place["address"]],
                    },
                ],
            }
    return rows
