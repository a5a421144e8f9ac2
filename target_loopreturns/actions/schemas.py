"""The kinds of action by name: one Singer stream each, with the JSON Schema of its rows. Pure."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

PERMISSIONS = ("process", "remove_line_items", "delete", "generate", "import")
"""Actions that cannot be undone: they want their names in the setting `allow`."""

_SCHEMAS = Path(__file__).parent.parent / "schemas"

KINDS = (
    "return_actions",
    "allowlist_items",
    "blocklist_items",
    "destinations",
    "carts",
    "fraud_reports",
    "webhooks",
    "line_item_grades",
    "line_item_dispositions",
    "return_labels",
    "labels",
    "label_request_errors",
    "order_links",
    "orders",
    "customers",
    "products",
    "product_variants",
    "collections",
    "locations",
    "inventories",
    "bulk_operations",
)
"""The names of the kinds; what each of them does is told in the package `kinds`."""


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a kind's rows, or of `action_outcomes`."""
    found: dict[str, Any] = json.loads((_SCHEMAS / f"{name}.json").read_text("utf-8"))
    return found


@cache
def validator(kind: str) -> Draft202012Validator:
    """What a row of this kind must pass."""
    return Draft202012Validator(schema(kind))
