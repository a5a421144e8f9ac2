"""What the marts of one row a thing must hold, from the account's own rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.warehouses import meant
from tests.warehouses.analytics.choices import Choices
from tests.warehouses.analytics.mock import views

Row = dict[str, Any]
ZERO = Decimal(0)
WHOLE = {"JPY", "KRW"}
"""Of the currencies without cents, those that the tests use."""


def money(raw: Any) -> Decimal | None:
    """An amount as Loop sends it."""
    return None if raw in (None, "", "N/A") else Decimal(str(raw))


def text(raw: Any) -> str | None:
    """A text that says something."""
    return None if raw in (None, "") else str(raw)


def code(raw: Any) -> str | None:
    """A code; Loop writes N/A where there is none."""
    return None if raw in (None, "", "N/A") else str(raw)


def moment(raw: Any) -> datetime | None:
    """A date-time in UTC, without saying so."""
    if raw in (None, "", "N/A"):
        return None
    if isinstance(raw, dict):
        return datetime.fromisoformat(raw["date"])
    return meant.moment(raw).replace(tzinfo=None)


def plain_id(raw: Any) -> str | None:
    """An id of the shop platform, whether number or GID."""
    return None if raw in (None, "") else str(raw).rsplit("/", 1)[-1]


def seconds(first: datetime | None, last: datetime | None) -> int | None:
    """Whole seconds between two moments."""
    return None if first is None or last is None else (last - first) // timedelta(seconds=1)


def reason(raw: Any) -> str:
    """A reason without quotation marks around it."""
    bare = (raw or "").strip(" ")
    if len(bare) > 1 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1].strip(" ")
    return bare or "Not given"


def customer_key(email: str | None, choices: Choices) -> str | None:
    """Who a shopper is."""
    if not email:
        return None
    return hashlib.sha256((choices.salt + email.strip(" ").lower()).encode()).hexdigest()


def cost(label: Row, currency: str, choices: Choices) -> Decimal | None:
    """What a label cost, in whole units of the currency."""
    rate = money(label["rate"])
    cents = choices.rate_unit == "cents" and currency not in WHOLE
    return rate / 100 if cents and rate is not None else rate


def outcome(row: Row, choices: Choices) -> str:
    """What the shopper gets, in one spelling."""
    if choices.outcome == "money":
        amounts = {"exchange": "exchange_total", "credit": "gift_card", "refund": "refund"}
        parts = [name for name, column in amounts.items() if (money(row[column]) or ZERO) > 0]
        return "+".join(parts) or "none"
    said = (row["outcome"] or "").lower()
    words = {
        "exchange": ("exchange", "upsell"),
        "credit": ("credit", "gift"),
        "refund": ("refund",),
    }
    parts = [name for name, known in words.items() if any(word in said for word in known)]
    return "+".join(parts) or said or "none"


def retained(row: Row, choices: Choices) -> Decimal:
    """What stayed with the shop."""
    exchange, credit, upsell, returned, refund = (
        money(row[name]) or ZERO
        for name in ("exchange_total", "gift_card", "upsell", "return_total", "refund")
    )
    return {
        "without_upsell": exchange + credit - upsell,
        "with_upsell": exchange + credit,
        "not_refunded": returned - refund,
    }[choices.retained]


AMOUNTS = {
    "product_amount": "return_product_total",
    "discount_amount": "return_discount_total",
    "tax_amount": "return_tax_total",
    "returned_amount": "return_total",
    "refund_amount": "refund",
    "credit_amount": "gift_card",
    "exchange_amount": "exchange_total",
    "upsell_amount": "upsell",
    "handling_fee_amount": "handling_fee",
}


def a_return(shop: str, row: Row, ordered: dict[str, datetime], choices: Choices) -> Row:
    """The row of `loop__returns`."""
    currency = row["currency"] or "XXX"
    created = moment(row["created_at"])
    processed = moment((row["outcomes_processed_at"] or {}).get("return_processed"))
    order = plain_id(row["provider_order_id"])
    ordered_at = ordered.get(order or "")
    labels = row["labels"]
    delivered = [moment(one["updated_at"]) for one in labels if one["status"] == "delivered"]
    delivered_at = min((one for one in delivered if one), default=None)
    label_cost = sum((cost(one, currency, choices) or ZERO for one in labels), ZERO)
    basis = {"created": created, "processed": processed, "ordered": ordered_at}[choices.basis]
    return {
        "source_relation": shop,
        "return_id": row["id"],
        "currency": currency,
        "state": row["state"],
        "is_counted": row["state"] not in choices.excluded,
        "outcome": outcome(row, choices),
        "stated_outcome": text(row["outcome"]),
        "return_type": text(row["type"]),
        "provider_order_id": order,
        "order_name": text(row["order_name"]),
        "customer_key": customer_key(row["customer"], choices),
        "country_code": code(row["origin_country_code"]),
        "destination_id": code(row["destination_id"]),
        "created_at": created,
        "updated_at": moment(row["updated_at"]),
        "ordered_at": ordered_at,
        "processed_at": processed,
        "delivered_at": delivered_at,
        "date_day": choices.day(basis),
        "seconds_to_process": seconds(created, processed),
        "seconds_to_deliver": seconds(created, delivered_at),
        "units": len(row["line_items"]),
        "exchanged_units": len(row["exchanges"]),
        "labels": len(labels),
        **{name: money(row[column]) for name, column in AMOUNTS.items()},
        "retained_amount": retained(row, choices),
        "label_cost_amount": label_cost,
        "net_shipping_amount": label_cost - (money(row["handling_fee"]) or ZERO),
    }


def lines(parent: Row, row: Row) -> Iterator[Row]:
    """Its rows of `loop__return_lines`."""
    for item in row["line_items"]:
        grade = (item.get("condition") or {}).get("condition_category")
        yield {
            **_of(parent, "source_relation", "return_id", "currency", "state", "is_counted"),
            **_of(parent, "outcome", "date_day", "provider_order_id", "customer_key"),
            "line_item_id": item["line_item_id"],
            "product_id": code(item["product_id"]) or "unknown",
            "variant_id": code(item["variant_id"]),
            "sku": code(item["sku"]),
            "title": text(item["title"]),
            "parent_reason": reason(item["parent_return_reason"]),
            "reason": reason(item["return_reason"]),
            "line_outcome": text(item["outcome"]),
            "grade": grade["grade"] if isinstance(grade, dict) else text(grade),
            "disposition": text((item.get("disposition") or {}).get("disposition_outcome")),
            "price_amount": money(item["price"]),
            "discount_amount": money(item["discount"]),
            "tax_amount": money(item["tax"]),
            "refund_amount": money(item["refund"]),
            "value_amount": abs(money(item["price"]) or ZERO)
            - abs(money(item["discount"]) or ZERO),
        }


def exchanges(parent: Row, row: Row) -> Iterator[Row]:
    """Its rows of `loop__exchanges`."""
    replaced = _replaced(row)
    for item in row["exchanges"]:
        unit = replaced.get(item["exchange_id"])
        price = money(item["price"])
        step = None
        if unit and price is not None:
            step = price - abs(money(unit["price"]) or ZERO)
        yield {
            **_of(parent, "source_relation", "return_id", "currency", "state", "is_counted"),
            "date_day": parent["date_day"],
            "exchange_id": item["exchange_id"],
            "exchange_type": text(item["type"]),
            "product_id": code(item["product_id"]) or "unknown",
            "variant_id": code(item["variant_id"]),
            "sku": code(item["sku"]),
            "title": text(item["title"]),
            "exchanged_for": _exchanged_for(item, row["line_items"]),
            "replaced_line_item_id": unit and unit["line_item_id"],
            "price_amount": price,
            "discount_amount": money(item["discount"]),
            "tax_amount": money(item["tax"]),
            "total_amount": money(item["total"]),
            "price_step_amount": step,
            "is_out_of_stock": bool(item["out_of_stock"]),
        }


def _replaced(row: Row) -> dict[str, Row]:
    """The unit that each exchanged item stands for: by the variant it names, then by product."""
    found: dict[str, Row] = {}
    free = sorted(row["line_items"], key=lambda unit: str(unit["line_item_id"]))
    items = sorted(row["exchanges"], key=lambda item: str(item["exchange_id"]))
    for theirs, ours in (("exchange_variant", "variant_id"), ("product_id", "product_id")):
        for item in items:
            fits = (u for u in free if code(u[theirs]) and code(u[theirs]) == code(item[ours]))
            unit = None if item["exchange_id"] in found else next(fits, None)
            if unit:
                found[item["exchange_id"]] = unit
                free.remove(unit)
    return found


def _exchanged_for(item: Row, units: list[Row]) -> str:
    for what, column in (("same variant", "variant_id"), ("same product", "product_id")):
        if code(item[column]) in {code(unit[column]) for unit in units if code(unit[column])}:
            return what
    return "another product"


def labels(parent: Row, row: Row, choices: Choices) -> Iterator[Row]:
    """Its rows of `loop__labels`."""
    for place, label in enumerate(row["labels"], 1):
        yield {
            **_of(parent, "source_relation", "return_id", "currency", "state", "is_counted"),
            "date_day": parent["date_day"],
            "label_position": place,
            "carrier": code(label["carrier"]) or "unknown",
            "tracking_number": code(label["tracking_number"]),
            "label_status": code(label["status"]) or "unknown",
            "status_changed_at": moment(label["updated_at"]),
            "is_delivered": label["status"] == "delivered",
            "rate_as_sent": money(label["rate"]),
            "cost_amount": cost(label, parent["currency"], choices),
        }


def _of(parent: Row, *names: str) -> Row:
    return {name: parent[name] for name in names}


def under_way(parents: dict[str, Row], notices: Iterable[Row], choices: Choices) -> Iterator[Row]:
    """The rows of `loop__shipments_under_way`, of notices as Loop sends them."""
    for notice in notices:
        parent = parents[str(notice["id"])]
        status = code(notice["label_status"])
        if parent["state"] in ("closed", "cancelled", "expired") or notice["date_delivered"]:
            continue
        if status == "delivered":
            continue
        created = moment(notice["created_at"])
        changed = moment(notice["label_updated_at"])
        newest = max(one for one in (created, changed) if one) if changed is None else changed
        silent = seconds(newest, choices.as_of) or 0
        yield {
            "source_relation": parent["source_relation"],
            "return_id": str(notice["id"]),
            "line_item_id": notice["return_line_item_id"],
            "currency": notice["currency"] or "XXX",
            "state": parent["state"],
            "carrier": code(notice["carrier"]),
            "tracking_number": code(notice["tracking_number"]),
            "label_status": status or "unknown",
            "destination_id": code(notice["destination_id"]),
            "destination_name": text(notice["destination_name"]),
            "title": text(notice["title"]),
            "sku": code(notice["sku"]),
            "price_amount": money(notice["purchase_price"]),
            "created_at": created,
            "newest_change_at": newest,
            "age_days": (seconds(created, choices.as_of) or 0) // 86_400,
            "silent_days": silent // 86_400,
            "is_stuck": silent >= 86_400 * choices.stuck_days,
        }


def notices_of(row: Row, shop: Any) -> Iterator[Row]:
    """The shipping notices of a return, as Loop sends them."""
    yield from views.shipping_notices(row, shop.destinations)
