"""Compares what the tap wrote with what the account holds, by rules of its own.

It knows nothing of the tap's cleaner: a value counts as the same if a person who
reads Loop's documentation would say so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from mock_loop import Shop
from tests.running import Output

KEYS: dict[str, tuple[str, ...]] = {
    "returns": ("id",),
    "return_line_items": ("return_id", "line_item_id"),
    "return_exchanges": ("return_id", "exchange_id"),
    "return_labels": ("return_id", "position"),
    "return_details": ("id",),
    "return_notes": ("id",),
    "advanced_shipping_notices": ("id", "return_line_item_id"),
    "happy_returns_shipments": ("loop_shipment_id",),
    "carts": ("token",),
    "allowlist_items": ("id",),
    "blocklist_items": ("id",),
    "destinations": ("id",),
    "label_requests": ("id",),
    "webhooks": ("id",),
    "orders": ("id",),
    "customers": ("id",),
    "products": ("id",),
    "product_variants": ("id",),
    "collections": ("id",),
    "locations": ("id",),
    "bulk_operations": ("id",),
    "bulk_operation_jobs": ("bulk_operation_id", "id"),
}
_NONE = (None, "", "N/A")


def differences(shop: Shop, run: Output, stream: str) -> list[str]:
    """What is missing, too much, or other than in the account."""
    account = {_key(row, stream, place=1): row for row in shop.truth(stream)}
    landed = {_key(row, stream): row for row in run.records(stream)}
    found = [f"missing {key}" for key in account.keys() - landed.keys()]
    found += [f"too much {key}" for key in landed.keys() - account.keys()]
    for key in account.keys() & landed.keys():
        found += [f"{key}{path}" for path in unlike(account[key], whole(landed[key]))]
    return found


def _key(row: Mapping[str, Any], stream: str, place: int = 0) -> tuple[str, ...]:
    """The key of a row; the account counts the places of labels from 0, the tap from 1."""
    return tuple(
        str(row[name] + place if name == "position" else row[name]) for name in KEYS[stream]
    )


def whole(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with what is aside put back to where its JSON pointer says it was."""
    found: dict[str, Any] = json.loads(json.dumps(record))
    for pointer, value in (record.get("additional_fields") or {}).items():
        *path, last = (
            part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]
        )
        holder: Any = found
        for part in path:
            holder = holder[int(part)] if isinstance(holder, list) else holder.setdefault(part, {})
        holder[int(last) if isinstance(holder, list) else last] = value
    return found


def unlike(sent: Any, landed: Any, path: str = "") -> list[str]:
    """The paths at which a value landed other than it was sent."""
    if isinstance(sent, Mapping) and set(sent) == {"date", "timezone_type", "timezone"}:
        sent = sent["date"]
    if isinstance(sent, Mapping) and isinstance(landed, list):
        sent = [sent]  # a price of a label request, which Loop sends in three shapes
    if isinstance(sent, Mapping) and isinstance(landed, Mapping):
        if "currency" in sent and "currency_code" in landed:
            sent = {("currency_code" if k == "currency" else k): v for k, v in sent.items()}
        return [
            found
            for name, value in sent.items()
            if name not in {"position", "condition_category"}
            for found in unlike(value, landed.get(name), f"{path}/{name}")
        ]
    if isinstance(sent, list) and isinstance(landed, list) and len(sent) == len(landed):
        return [
            found
            for index, pair in enumerate(zip(sent, landed, strict=True))
            for found in unlike(*pair, f"{path}/{index}")
        ]
    same = landed in _NONE if sent in _NONE else _plain(sent) == _plain(landed)
    return [] if same else [f"{path}: {sent!r} landed as {landed!r}"]


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    try:
        return Decimal(str(value))
    except InvalidOperation:
        pass
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def states_of(run: Output) -> dict[str, str]:
    """The returns of a run, each with its state."""
    return {record["id"]: record["state"] for record in run.records("returns")}


def states_in(shop: Shop) -> dict[str, str]:
    """The returns of an account, each with its state."""
    return {name: row["state"] for name, row in shop.returns.items()}
