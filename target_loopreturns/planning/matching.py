"""Whether a row of Loop's has what an action's fields say. Pure.

Loop does not keep every value as it was sent. Laravel trims texts and makes null
of empty ones; NUL has no place in a database (and reads as U+FFFD); the case of
e-mail addresses is not kept for certain. What is compared here is what is left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_LOST = dict.fromkeys(map(ord, "\0\ufffd\u200b\ufeff"))
"""NUL as it was sent and as it is read, and what Laravel trims beside blanks."""


def holds(row: Mapping[str, Any], fields: Mapping[str, Any], *, loosely: bool = False) -> bool:
    """Whether a row has what the fields say.

    Args:
        row: As Loop has it.
        fields: What it must have; objects in it may leave names out.
        loosely: Letter case, blanks and a slash at the end do not matter. Otherwise they
            do, but for the case of e-mail addresses.
    """
    kind = fields.get("type", row.get("type"))
    return all(
        _same(row.get(name), wanted, loosely=loosely or (name == "value" and kind == "email"))
        for name, wanted in fields.items()
    )


def merged(row: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """A row with the fields put into it; objects keep the names that the fields leave out."""
    result = dict(row)
    for name, value in fields.items():
        before = result.get(name)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        result[name] = merged(before, value) if both else value  # type: ignore[arg-type]
    return result


def kept(value: object) -> object:
    """A value as Loop keeps it, to be compared; blank texts are null, ids are texts."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value.translate(_LOST)).strip()
        return text or None
    if isinstance(value, (bool, int, Decimal)):
        return f"{Decimal(value).normalize():f}"  # Laravel's truth values may be 1 and 0
    return value


def _same(have: object, wanted: object, *, loosely: bool) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(have, Mapping) and holds(have, wanted, loosely=loosely)
    have, wanted = kept(have), kept(wanted)
    if loosely and isinstance(have, str) and isinstance(wanted, str):
        return _loose(have) == _loose(wanted)
    return have == wanted


def _loose(text: str) -> str:
    return " ".join(text.casefold().rstrip("/").split())
