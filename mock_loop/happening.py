"""What a webhook says of a change: topic, trigger and body, as Loop documents them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
SHOP_ID = 4242
_OF_THE_LIST_ALONE = ("updated_at", "type", "outcome", "shopify_refund_object")
"""What a return in a list has and a `return` payload has not, in any edition."""
_STATES = {"review": "needs review"}


@dataclass(frozen=True, slots=True)
class Happened:
    """A webhook that Loop would send to whoever is subscribed to the pair."""

    topic: str
    trigger: str
    body: Row


def of_return(before: Row | None, after: Row) -> Iterator[Happened]:
    """A return was made, or changed from one row to another."""
    if before is None:
        # In a real pair the return came before its label: pending, no carrier, and "N/A".
        unlabelled = {"labels": [], "carrier": "", "tracking_number": "N/A"}
        yield _of_return("return.created", after | unlabelled | {"label_status": "pending"})
        if after.get("labels"):
            yield _of_label("label.created", after)
        return
    yield _of_return("return.updated", after)
    if after["state"] == "closed" != before["state"]:
        yield _of_return("return.closed", after)
        if after.get("line_items"):
            yield _of_restock(after)
        if float(after.get("gift_card") or 0):
            yield _of_gift_card(after)
    if not before.get("labels") and after.get("labels"):
        yield _of_label("label.created", after)
    elif after.get("label_status") != before.get("label_status"):
        yield _of_label("label.updated", after)


def of_label_request(row: Row) -> Happened:
    """A label was asked for."""
    body = {"topic": "label.request", "trigger": "label.request.issued", "shop_id": SHOP_ID} | {
        name: row.get(name) for name in ("id", "return_id", "created_at")
    }
    return Happened("label.request", "label.request.issued", body)


def of_failed_processing(return_id: str, state: str) -> Happened:
    """A return could not be processed."""
    body = {
        "topic": "return.processing",
        "trigger": "return.processing.failed",
        "return_id": int(return_id),
        "return_state": state,
        "message": "Return failed to process",
        "source": "api",
    }
    return Happened("return.processing", "return.processing.failed", body)


def _of_return(trigger: str, row: Row) -> Happened:
    said = {name: value for name, value in row.items() if name not in _OF_THE_LIST_ALONE}
    state = _STATES.get(row["state"], row["state"])
    head = {"topic": "return", "trigger": trigger, "shop_id": SHOP_ID}
    return Happened("return", trigger, head | said | {"state": state})


def _of_restock(row: Row) -> Happened:
    """What came back goes on the shelf; whether `id` is the return's, Loop does not say."""
    items = row["line_items"]
    body = {
        "topic": "restock",
        "trigger": "restock.requested",
        "id": int(items[0]["line_item_id"]),
        "order_id": row.get("order_id"),
        "restock_items": [
            {"variant_id": item.get("variant_id"), "available_adjustment": 1} for item in items
        ],
    }
    return Happened("restock", "restock.requested", body)


def _of_gift_card(row: Row) -> Happened:
    """Store credit was issued for a return."""
    body = {
        "topic": "giftcard",
        "trigger": "giftcard.requested",
        "id": None,
        "total_credit_issued": row["gift_card"],
        "currency": row.get("currency"),
        "return_id": row["id"],
        "email": row.get("customer"),
        "external_order_name": row.get("order_name"),
    }
    return Happened("giftcard", "giftcard.requested", body)


def _of_label(trigger: str, row: Row) -> Happened:
    names = ("order_id", "provider_order_id", "carrier", "tracking_number", "label_status",
             "label_updated_at")  # fmt: skip
    head = {"topic": "label", "trigger": trigger, "shop_id": SHOP_ID, "return_id": int(row["id"])}
    return Happened("label", trigger, head | {name: row.get(name) for name in names})
