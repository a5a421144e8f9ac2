"""What must stand in the tables: the account's own rows, in the types that the schemas promise.

Written apart from the tap's cleaner, from the account's side, so that an error
in one of them does not excuse the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from mock_loop import Shop
from tap_loopreturns.records import schemas

Row = dict[str, Any]
Aside = dict[str, Any]

KEYS: dict[str, tuple[str, ...]] = {
    "return_line_items": ("return_id", "line_item_id"),
    "return_exchanges": ("return_id", "exchange_id"),
    "return_labels": ("return_id", "position"),
    "advanced_shipping_notices": ("id", "return_line_item_id"),
    "happy_returns_shipments": ("loop_shipment_id",),
    # Its row_key is the tap's own; what it stands for is compared.
    "happy_returns_shipment_items": ("shipment_id", "happy_returns_return_bag_barcodes"),
    "inventories": ("product_variant_id", "location_id"),
    "carts": ("token",),
    "bulk_operation_jobs": ("bulk_operation_id", "id"),
}
PARTS = {
    "return_line_items": "line_items",
    "return_exchanges": "exchanges",
    "return_labels": "labels",
}
FULL_TABLES = (
    "allowlist_items",
    "blocklist_items",
    "destinations",
    "webhooks",
    "carts",
    "orders",
    "customers",
    "products",
    "product_variants",
    "collections",
    "locations",
    "inventories",
    "bulk_operations",
    "bulk_operation_jobs",
)
STREAMS = (
    *PARTS,
    *FULL_TABLES,
    "returns",
    "return_details",
    "return_notes",
    "advanced_shipping_notices",
    "label_requests",
    "happy_returns_shipments",
    "happy_returns_shipment_items",
)
_NOTHING = ("", "N/A")
_LEFT_OUT = ("object", "objects", "texts")
"""What is not there rather than null, within what is nested."""


def keys(stream: str) -> tuple[str, ...]:
    """The columns that tell a stream's rows apart."""
    return KEYS.get(stream, ("id",))


def rows(shop: Shop, stream: str) -> Iterator[Row]:
    """The rows that a stream's table must hold; a value for every column of the schema."""
    schema = schemas.load(stream)
    for raw in _raw(shop, stream):
        aside: Aside = {}
        row = _object(schema, raw, aside, "")
        yield dict.fromkeys(schema["properties"]) | row | {"additional_fields": aside or None}


def kind(node: Row) -> str:
    """What a column is, in one word."""
    types = node["type"]
    if node.get("x-loop") == "money":
        return "money"
    if node.get("format") == "date-time":
        return "moment"
    for name in ("object", "integer", "number", "boolean"):
        if name in types:
            return name
    if "array" in types:
        return "objects" if "object" in node["items"]["type"] else "texts"
    return "text"


def moment(text: str) -> datetime:
    """A date-time in any of Loop's spellings; zoneless ones are UTC."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def plain(value: Any) -> Any:
    """JSON in a form in which equal things are equal, and true is not 1."""
    if isinstance(value, bool):
        return f"<{value}>"
    if isinstance(value, (int, float)):
        return Decimal(str(value))
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {_text(name): plain(item) for name, item in value.items()}
    return _text(value) if isinstance(value, str) else value


def _raw(shop: Shop, stream: str) -> Iterator[Row]:
    returns = {row["id"]: row for row in shop.truth("returns")}
    if stream in PARTS:
        for row in returns.values():
            for place, piece in enumerate(row[PARTS[stream]]):
                yield piece | _of_return(row, stream, place)
        return
    shipments = shop.table("happy_returns_shipments")
    for raw in shop.truth(stream):
        row = dict(raw)
        if stream == "return_notes":
            row["return_updated_at"] = returns[row["return_id"]]["updated_at"]
        elif stream == "happy_returns_shipment_items":
            row["shipment_updated_at"] = shipments[row["shipment_id"]]["updated_at"]
        elif stream == "inventories":
            row["product_variant_id"] = row["product_variant"][0]["id"]
            row["location_id"] = row["location"][0]["id"]
        yield row


def _of_return(row: Row, stream: str, place: int) -> Row:
    mine = {
        "return_id": row["id"],
        "return_updated_at": row["updated_at"],
        "return_created_at": row["created_at"],
        "return_state": row["state"],
    }
    return mine | {"position": place + 1} if stream == "return_labels" else mine


def _object(schema: Row, raw: Row, aside: Aside, path: str) -> Row:
    found: Row = {}
    for name, value in raw.items():
        node = schema["properties"].get(name)
        pointer = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
        if node is None or name == "additional_fields":
            if value is not None or node is None:
                aside[pointer] = plain(value)
        elif node.get("x-loop") == "grade" and isinstance(value, dict):
            detail = f"{name}_detail"
            found[name] = value["grade"]
            found[detail] = _value(schema["properties"][detail], value, aside, f"{path}/{detail}")
        else:
            found[name] = _value(node, value, aside, pointer)
            if found[name] is None and kind(node) in _LEFT_OUT:
                del found[name]
    return found


def _value(node: Row, raw: Any, aside: Aside, path: str) -> Any:
    how, what = node.get("x-loop"), kind(node)
    if isinstance(raw, str) and (what == "object" or (how == "id" and raw.startswith("gid://"))):
        # A text where an object is meant, and an id of which the number is the column's.
        aside[path] = plain(raw)
        raw = None if what == "object" else raw.rpartition("/")[2]
    nothing = raw in _NOTHING and (what != "text" or how in {"id", "code"})
    if raw is None or nothing:
        return None
    if what == "object":
        if "properties" not in node:
            return plain(raw)
        if how == "one" and isinstance(raw, list):
            raw = raw[0]
        return _object(node, raw, aside, path)
    if what in {"objects", "texts"}:
        return _list(node, raw, aside, path)
    return _leaf(what, raw, nested=path.count("/") > 1)


def _leaf(what: str, raw: Any, *, nested: bool) -> Any:
    """Within JSON, money and date-times are text: the one digit for digit, the other in UTC."""
    if what == "moment":
        found = _moment(raw)
        return found.isoformat().replace("+00:00", "Z") if nested else found
    if what == "money":
        return str(raw) if nested else Decimal(str(raw))
    if what in {"integer", "number"}:
        return Decimal(str(raw))
    return f"<{bool(raw)}>" if what == "boolean" else _text(str(raw))


def _list(node: Row, raw: Any, aside: Aside, path: str) -> Any:
    how, item = node.get("x-loop"), node["items"]
    if how in {"many", "prices"} and isinstance(raw, dict):
        raw = [raw]
    if how == "flat":
        raw = [one for part in raw for one in (part if isinstance(part, list) else [part])]
    if how == "prices":
        raw = [
            {"currency_code" if name == "currency" else name: part for name, part in one.items()}
            for one in raw
        ]
    return [_value(item, one, aside, f"{path}/{place}") for place, one in enumerate(raw)]


def _moment(raw: Any) -> datetime:
    if isinstance(raw, dict):  # a serialised PHP DateTime
        local = datetime.fromisoformat(raw["date"])
        return local.replace(tzinfo=ZoneInfo(raw["timezone"])).astimezone(UTC)
    return moment(raw)


def _text(text: str) -> str:
    """No database takes these characters; the tap replaces them."""
    return re.sub("[\x00\ud800-\udfff]", "\ufffd", text)
