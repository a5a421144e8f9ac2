"""The same return as other endpoints show it: other names, other types."""

from __future__ import annotations

from typing import Any

from mock_loop import clock
from mock_loop.seeds.people import of_email
from mock_loop.seeds.returns import money
from mock_loop.tables import Row, Table

# A shopper pays in another currency where `multi_currency` is set.
PRESENTMENT = ("CAD", 137)
MONEY = (
    "total", "return_product_total", "return_discount_total", "return_tax_total", "return_total",
    "return_credit_total", "exchange_product_total", "exchange_discount_total",
    "exchange_tax_total", "exchange_total", "exchange_credit_total", "gift_card", "handling_fee",
    "refund", "upsell",
)  # fmt: skip
ITEM_MONEY = ("price", "discount", "tax", "refund", "refund_item", "refund_tax")


def _integer(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("gid://"):
        value = value.rpartition("/")[2]
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _naive(value: Any) -> Any:
    return clock.naive(clock.parse(value)) if value else value


def list_item(row: Row) -> Row:
    """An allowlist or blocklist entry as the list shows it: only the single answer is dated."""
    return {key: row[key] for key in row if key != "created_at"}


def details(row: Row, *, presentment: bool = False) -> Row:
    """As ``/warehouse/return/details``: ids are integers, date-times lack a zone."""
    who = of_email(row["customer"] or "")
    exchange = row["exchanges"][0] if row["exchanges"] else {}
    found = {
        **row,
        **{name: _naive(row[name]) for name in ("created_at", "updated_at", "edited_at")},
        **{
            name: _integer(row[name])
            for name in (
                "id", "order_id", "order_number", "provider_order_id", "provider_order_number",
            )
        },
        "exchange": row["exchange_total"],
        "exchange_order_name": exchange.get("exchange_order_name"),
        "exchange_order_id": exchange.get("exchange_order_id"),
        "refunds": [_refund(row)] if row["refund"] != "0.00" else [],
        "customer_email": row["customer"],
        "customer_first_name": who and who.first_name,
        "customer_last_name": who and who.last_name,
        "line_items": [_details_item(item) for item in row["line_items"]],
    }  # fmt: skip
    if presentment and row["multi_currency"]:
        currency, rate = PRESENTMENT
        found |= {"currency": currency} | _converted(found, MONEY, rate)
        found["line_items"] = [
            item | _converted(item, ITEM_MONEY, rate) for item in found["line_items"]
        ]
    return found


def _converted(row: Row, names: tuple[str, ...], rate: int) -> Row:
    return {
        name: money(round(float(row[name]) * 100) * rate // 100)
        for name in names
        if row.get(name) is not None
    }


def _refund(row: Row) -> Row:
    return {
        "gateway": "shopify_payments",
        "amount": row["refund"],
        "currency": row["currency"],
        "provider_refund_id": str(
            970_000_000_000 + int(_integer(row["provider_order_id"])) % 10**9
        ),
        "provider": "shopify",
    }


def _details_item(item: Row) -> Row:
    integers = ("line_item_id", "provider_line_item_id", "product_id", "variant_id")
    renamed = {"return_reason": "reason", "parent_return_reason": "parent_reason"}
    return {
        **{renamed.get(name, name): value for name, value in item.items()},
        **{name: _integer(item[name]) for name in integers if name in item},
        "exchange_variant": item.get("exchange_variant") or None,
        "line_item_title": item.get("title"),
        "variant_title": "M",
        "image": "https://cdn.shop.example/item.jpg",
    }


def shipping_notices(row: Row, destinations: Table) -> list[Row]:
    """As ``/warehouse/reporting/asn``: a row for each returned line item.

    The id is taken to be the return's, repeated, so it alone is no key.
    """
    method = row["return_method"] or {}
    if isinstance(method, str):
        method = {"method_type": method}
    destination = destinations.get(int(row["destination_id"] or 0), {})
    label_date = row["label_updated_at"]
    known = row["label_status"] != "N/A"
    closed = row["updated_at"] if row["state"] == "closed" else None
    rate = row["label_rate"]
    return [
        {
            "id": _integer(row["id"]),
            "return_line_item_id": item["line_item_id"],
            "order_id": row["order_id"],
            "order_name": row["order_name"],
            "order_number": row["order_number"],
            "provider_order_number": row["provider_order_number"],
            "state": row["state"],
            "customer_email": row["customer"],
            "title": item["title"],
            "sku": item["sku"],
            "barcode": item["barcode"],
            "purchase_price": item["price"],
            "carrier": row["carrier"],
            "service": "Ground" if known else None,
            "tracking_number": row["tracking_number"],
            "integration_tracking_url": None,
            "label_status": row["label_status"],
            "restock_status": "pending",
            "currency": row["currency"],
            "label_updated_at": label_date,
            "label_url": row["label_url"],
            "label_rate": None if rate is None else str(rate),
            "closed_at": closed,
            "updated_at": row["updated_at"],
            "created_at": row["created_at"],
            "return_reason": item["return_reason"],
            "actioned_by": "customer",
            "return_method": method.get("method_type"),
            "return_method_rma_code": method.get("rma_id"),
            "return_method_state": method.get("state"),
            "date_delivered": label_date if row["label_status"] == "delivered" else None,
            "outcome": row["outcome"],
            "scannable_id": method.get("scannable_id"),
            "package_reference": row["package_reference"],
            "shipping_box_barcode": None,
            "provider_created_at": row["created_at"],
            "destination_id": str(row["destination_id"]),
            "destination_name": destination.get("name"),
        }
        for item in row["line_items"]
    ]
