"""Finds the JSON Schema of a stream: in the wheel beside this module, in a checkout at the top."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent.parent
FOLDER = next(
    (folder for folder in (_HERE / "schemas", _HERE.parent / "schemas") if folder.is_dir()),
    _HERE.parent / "schemas",
)

# Singer targets know a decimal by this format; Snowflake's default for it has no
# digits after the point, so precision and scale always go with it.
DECIMAL = "x-singer.decimal"
_SHOP = {"type": ["string"], "description": "The shop's name, as the setting 'shops' has it."}
LAST_SEEN = {
    "last_seen_at": {
        "type": ["string", "null"],
        "format": "date-time",
        "description": "The reading of the whole list that found this row; see full_table_reads.",
    }
}
"""What rows of a table that is read whole have besides, where many shops share it."""
_DECIMAL_SIZE = {"precision": 38, "scale": 9}


@cache
def load(stream: str) -> dict[str, Any]:
    """The schema of a stream, as its file says."""
    schema: dict[str, Any] = json.loads((FOLDER / f"{stream}.json").read_text("utf-8"))
    return schema


def of_many_shops(schema: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """A schema whose records say which shop they are of, and have `extra` properties, too."""
    return {**schema, "properties": {"shop": _SHOP, **extra, **schema["properties"]}}


def with_decimal_size(schema: Any) -> Any:
    """A copy of a schema in which every decimal says its precision and scale."""
    if isinstance(schema, list):
        return [with_decimal_size(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {name: with_decimal_size(item) for name, item in schema.items()}
    items = copy.get("items")
    if isinstance(items, dict) and "object" in items.get("type", ()) and "properties" not in items:
        # Some targets look into the objects of a list without asking whether they say their fields.
        copy["items"] = items | {"properties": {}, "additionalProperties": True}
    return copy | _DECIMAL_SIZE if copy.get("format") == DECIMAL else copy


def may_be_left_out(schema: dict[str, Any]) -> tuple[str, ...]:
    """The properties that a message leaves out where they are null: objects and lists.

    A null in their place lands as a JSON null that is not SQL's NULL in
    Snowflake, and validators of Singer messages look for fields within it.
    """
    return tuple(
        name
        for name, node in schema["properties"].items()
        if {"object", "array"}.intersection(node.get("type", ()))
    )
