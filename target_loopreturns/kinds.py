"""The kinds of action: one Singer stream each, with its JSON Schema and what it needs. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

PERMISSIONS = ("process", "remove_line_items", "delete")
"""Actions that cannot be undone: they want their names in the setting `allow`."""

_SCHEMAS = Path(__file__).parent / "schemas"


@dataclass(frozen=True, slots=True)
class Kind:
    """What one stream's rows do. Scopes are named as Loop's page of keys names them."""

    scope: str
    read_scope: str


KINDS = {
    "return_actions": Kind("Returns", "Returns"),
    "allowlist_items": Kind("Orders", "Orders"),
    "blocklist_items": Kind("Orders", "Orders"),
    "destinations": Kind("Destinations (Write)", "Destinations (Read)"),
    "carts": Kind("Carts", "Carts"),
    "fraud_reports": Kind("Returns", "Returns"),
    "webhooks": Kind("Developer Tools", "Developer Tools"),
}


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a kind's rows, or of `action_outcomes`."""
    found: dict[str, Any] = json.loads((_SCHEMAS / f"{name}.json").read_text("utf-8"))
    return found


@cache
def validator(kind: str) -> Draft202012Validator:
    """What a row of this kind must pass."""
    return Draft202012Validator(schema(kind))
