"""Values as sources send them, taken for what their column is: JSON text, CSV's texts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from loop_returns.http.envelopes import exact_number

_TRUTHS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
_LARGE = 10**30  # more digits than any id has


def exact(text: str) -> Any:
    """A number as databases send it: 7.0 for an integer of a numeric column.

    Raises:
        ValueError: written out, it would fill the memory.
    """
    number = exact_number(text)
    whole = abs(number) < _LARGE and number == number.to_integral_value()
    return int(number) if whole else number


_DECODER = msgspec.json.Decoder(float_hook=exact)


def as_meant(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value in the type that its column has, where its text says it; else as it came.

    Args:
        value: As the source sent it. Snowflake sends objects and lists as JSON text, CSV
            everything as text, PostgreSQL lists as {1,2}, people 1,2.
        schema: JSON Schema of the column.
    """
    if not isinstance(value, str):
        return value
    kinds = schema.get("type", "string")
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    text = value.strip()
    if "array" in kinds or "object" in kinds:
        return _nested(value, kinds, _is_one_word(schema))
    if "string" in kinds:
        return text if "pattern" in schema else value  # ids and the like, without blanks
    if "boolean" in kinds:
        return _TRUTHS.get(text.lower(), value)
    return _number(text, value) if {"integer", "number"} & set(kinds) else value


def _is_one_word(schema: Mapping[str, Any]) -> bool:
    """Whether the items of a list are plain, so that it may be written with commas."""
    return "string" in schema.get("items", {}).get("type", ())


def _nested(value: str, kinds: Any, plain: bool) -> Any:  # noqa: FBT001  private
    text = value.strip()
    parsed = _parsed(text) if text.startswith(("{", "[")) else None
    if isinstance(parsed, dict) and "object" in kinds:
        return parsed
    if isinstance(parsed, list) and "array" in kinds:
        return parsed
    if "array" in kinds and plain:
        parts = [part.strip(" \"'") for part in text.strip(" {}[]").split(",")]
        return [part for part in parts if part]
    return value


def _parsed(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _number(text: str, value: str) -> Any:
    parsed = _parsed(text) if text else None
    return value if parsed is None or isinstance(parsed, (bool, str, list, dict)) else parsed
