"""Orders, customers and bulk operations, made to agree with the returns."""

from __future__ import annotations

import gc
from collections.abc import Iterable

from mock_loop import clock
from mock_loop.book import Return
from mock_loop.seeds import catalogue
from mock_loop.seeds.catalogue import Variant, price
from mock_loop.seeds.people import Person, of_email, person
from mock_loop.tables import Row, Tables


def fill(tables: Tables, stock: list[Variant], returns: Iterable[Return]) -> None:
    """All commerce tables; an account without returns has none of it."""
    known = list(returns)
    if not known:
        return
    tables["products"].update(catalogue.products(stock))
    tables["product_variants"].update(catalogue.product_variants(stock))
    tables["collections"].update(catalogue.collections(stock))
    tables["locations"].update(catalogue.locations())
    tables["inventories"].update(catalogue.inventories(stock))
    for place in range(3):
        tables["bulk_operations"][place + 1] = bulk_operation(place + 1)
        for job in range(3 * place + 1):
            number = 100 * (place + 1) + job
            tables["bulk_operation_jobs"][number] = bulk_operation_job(number, place + 1)
    # Looking for garbage among a million new rows takes as long as making them.
    collecting = gc.isenabled()
    gc.disable()
    for found in known:
        add_order(tables, found.row())
    if collecting:
        gc.enable()


def add_order(tables: Tables, returned: Row) -> None:
    """The order that a return belongs to, and its customer, unless already known."""
    order_id = int(returned["order_id"])
    who = of_email(returned["customer"]) or person(0)
    tables["customers"].setdefault(who.id, customer(who))
    if order_id not in tables["orders"]:
        tables["orders"][order_id] = order(order_id, returned, who)


def customer(who: Person) -> Row:
    return {
        "id": who.id,
        "external_id": who.external_id,
        "channel": catalogue.EXTERNAL_CHANNEL,
        "first_name": who.first_name,
        "last_name": who.last_name,
        "email": who.email,
        "phone": who.phone if who.number % 3 else None,
        "tags": ["vip"] if who.number % 11 == 0 else [],
    }


def order(order_id: int, returned: Row, who: Person) -> Row:
    """What is known of an order's shape, and `fulfillments`, known in part."""
    lines = [_line(item) for item in returned["line_items"]]
    total = price(sum(line["unit_price"]["amount"] for line in lines))
    made = clock.parse(returned["created_at"]) - 11 * clock.DAY
    buyer = customer(who)
    provider_id = returned["provider_order_id"].rpartition("/")[2]  # where it is a global id
    return {
        "id": order_id,
        "external_id": provider_id,
        "name": returned["order_name"],
        "source": "web",
        "channel": {"id": 77, "name": catalogue.EXTERNAL_CHANNEL},
        "customer": {key: buyer[key] for key in buyer if key not in ("channel", "tags")},
        "status": "active",
        "shipping_address": who.address(),
        "billing_address": who.address(),
        "taxes_included": False,
        "total_price": total,
        "total_price_presentment": total,
        "total_discounts": price(0),
        "total_discounts_presentment": price(0),
        "total_taxes": price(total["amount"] // 12),
        "total_taxes_presentment": price(total["amount"] // 12),
        "shipping_lines": [{"title": "Standard", "price": price(495), "tax_lines": []}],
        "order_discounts": [],
        "tags": [],
        "line_items": lines,
        "fulfillments": [{"external_id": provider_id + "1"}],
        "created_at": clock.naive(made, "T") + "Z",
        "updated_at": clock.naive(made + clock.DAY, "T") + "Z",
    }


def _line(item: Row) -> Row:
    cents = abs(round(float(item["price"]) * 100))
    return {
        "id": int(item["line_item_id"]) + 5_000_000_000_000_000,
        "external_id": item["provider_line_item_id"],
        "product": {"id": int(item["product_id"])},
        "product_variant": {"id": int(item["variant_id"])},
        "quantity": 1,
        "unit_price": price(cents),
        "unit_price_presentment": price(cents),
        "unit_discounts": price(0),
        "unit_discounts_presentment": price(0),
        "taxable": True,
        "tax_lines": [{"title": "Sales tax", "rate": 0.0833, "price": price(cents // 12)}],
        "refunds": [],
        "discounts": [],
        "duties": [],
    }


def bulk_operation_job(number: int, operation: int) -> Row:
    """What became of a row of an import; its fields are this mock's guess, but for the id."""
    failed = number % 4 == 0
    return {
        "id": number,
        "bulk_operation_id": operation,
        "status": "failed" if failed else "completed",
        "line": number % 100 + 1,
        "errors": [{"field": "sku", "message": "The sku is taken."}] if failed else [],
    }


def bulk_operation(number: int) -> Row:
    """Only id, status and the idea of counts are known; the names are this mock's guess."""
    return {
        "id": number,
        "status": "completed" if number % 3 else "processing",
        "pending_count": 0 if number % 3 else 12,
        "success_count": 250 * number,
        "failed_count": number,
    }
