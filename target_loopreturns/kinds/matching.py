"""Whether a row of Loop's has what an action's fields say. Pure.

Loop does not keep every value as it was sent. Laravel trims texts and makes null
of empty ones; NUL has no place in a database (and reads as U+FFFD); the case of
e-mail addresses is not kept for certain. What is compared here is what is left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

_LOST = dict.fromkeys(map(ord, "\0\ufffd\u200b\ufeff"))
"""NUL as it was sent and as it is read, and what Laravel trims beside blanks."""
_TELLING = ("type", "value", "name", "topic", "trigger", "url", "content")
"""Fields that tell what was made; in others, such as addresses, Loop may change more."""


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
    if isinstance(wanted, list):
        if not isinstance(have, list) or len(have) != len(wanted):
            return False
        pairs = zip(have, wanted, strict=True)
        return all(_same(one, other, loosely=loosely) for one, other in pairs)
    have, wanted = kept(have), kept(wanted)
    if loosely and isinstance(have, str) and isinstance(wanted, str):
        return _loose(have) == _loose(wanted)
    return have == wanted


def _loose(text: str) -> str:
    return " ".join(text.casefold().rstrip("/").split())


def like(rows: Collection[Mapping[str, Any]], fields: Mapping[str, Any]) -> frozenset[str]:
    """Loop's ids of rows like one that would be made from these fields."""
    telling = {name: value for name, value in fields.items() if name in _TELLING}
    return frozenset(
        str(row["id"]) for row in rows if "id" in row and holds(row, telling, loosely=True)
    )


def created(
    rows: Collection[Mapping[str, Any]],
    fields: Mapping[str, Any],
    before: Collection[str] | None,
    claimed: Collection[str],
) -> str | None:
    """Loop's id of what was made: like it, not there before, and no other action's."""
    mine = like(rows, fields) - {*(before or ()), *claimed}
    return min(mine, key=lambda own: (len(own), own), default=None)
