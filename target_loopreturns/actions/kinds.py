"""The kinds of action: one Singer stream each, with its JSON Schema and what it needs. Pure."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from loop_returns import endpoints
from loop_returns.endpoints import Endpoint

PERMISSIONS = ("process", "remove_line_items", "delete")
"""Actions that cannot be undone: they want their names in the setting `allow`."""

_SCHEMAS = Path(__file__).parent.parent / "schemas"


KINDS: dict[str, Endpoint] = {
    "return_actions": endpoints.RETURN_ACTION,
    "allowlist_items": endpoints.ALLOWLIST,
    "blocklist_items": endpoints.BLOCKLIST,
    "destinations": endpoints.DESTINATIONS,
    "carts": endpoints.CARTS,
    "fraud_reports": endpoints.FRAUD_REPORT,
    "webhooks": endpoints.WEBHOOKS,
}
"""Each kind with the address that its actions are sent to, or below."""


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a kind's rows, or of `action_outcomes`."""
    found: dict[str, Any] = json.loads((_SCHEMAS / f"{name}.json").read_text("utf-8"))
    return found


@cache
def validator(kind: str) -> Draft202012Validator:
    """What a row of this kind must pass."""
    return Draft202012Validator(schema(kind))
