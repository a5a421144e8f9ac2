"""Single values: what Loop sends for a kind of field → what the schema promises. Pure.

Loop sends the same thing in several forms: "N/A" or "" for none, ids as numbers
in one endpoint and text in another, date-times with a zone, without one, or as a
serialized PHP DateTime. A form that is none of the known ones raises Unclean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from loop_returns import times
from loop_returns.http.envelopes import shape

NONE = frozenset({"", "N/A"})
_AMOUNT = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?|[+-]?\.[0-9]+")
_GLOBAL_ID = re.compile(r"gid://shopify/[A-Za-z]{5,}/([0-9]+)(\?.*)?", re.DOTALL)
LONGEST_ID = 20
"""Characters of an id that is no global one: `gid://shopify/Order/1` has more, 64 bits have not."""
_SHAPES = frozenset({"-T::", "- ::"})  # of 2026-11-22T10:00:00, or with a space, from place 7 on
_UTC_ENDINGS = frozenset(
    fraction + zone for fraction in ("", ".000", ".000000") for zone in ("", "Z", "+00:00")
)
_OF_PHP = {"date", "timezone_type", "timezone"}
_REMEMBERED = 20_000


class Unclean(Exception):  # noqa: N818  the record is, the program is not in error
    """A value in no known form; `path` leads to its field."""

    def __init__(self, expected: str, value: object, *path: str) -> None:
        super().__init__(f"expected {expected}, got {shape(value)}")
        self.path = list(path)


class AnotherForm(Unclean):
    """A value whose column has it in another form, `cleaned`, that does not say all of it."""

    def __init__(self, cleaned: str, value: object) -> None:
        super().__init__(cleaned, value)
        self.cleaned = cleaned


class Memo(dict[Any, Any]):
    """Remembers what texts were cleaned to: amounts and dates recur by the thousand."""

    def __init__(self, clean: Callable[[Any], Any]) -> None:
        super().__init__()
        self._clean = clean

    def __missing__(self, value: Any) -> Any:
        cleaned = self._clean(value)
        if isinstance(value, str):
            if len(self) >= _REMEMBERED:
                self.clear()
            self[value] = cleaned
        return cleaned


def code(value: Any) -> str | None:
    """An identifier, in its one form: text."""
    if value.__class__ is str:
        return None if value in NONE else value
    if isinstance(value, bool):
        raise Unclean("an identifier", value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal) and value.is_finite():
        return format(
            value.to_integral_value() if value == value.to_integral_value() else value, "f"
        )
    raise Unclean("an identifier", value)


def identifier(value: Any) -> str | None:
    """The id of a thing of Loop's or Shopify's, so that it joins however it is sent.

    Shopify's global ids (`gid://shopify/Order/123`) were received where the number is
    documented; the number is the same.

    Raises:
        AnotherForm: it was a global id; `cleaned` is its number.
    """
    if value.__class__ is str and len(value) <= LONGEST_ID:
        return None if value in NONE else value
    found = code(value)
    if found is not None and (number := _GLOBAL_ID.fullmatch(found)):
        raise AnotherForm(number[1], value)
    return found


def text(value: Any) -> str | None:
    """Free text, kept as it is; a number or truth value where text is meant becomes text."""
    if value.__class__ is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return str(value)
    raise Unclean("text", value)


def money(value: Any) -> str | None:
    """An amount as decimal text, digit for digit; never a float."""
    if isinstance(value, str):
        if value in NONE:
            return None
        if _AMOUNT.fullmatch(value):
            return value
    elif isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    elif isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Unclean("a decimal amount", value)


def moment(value: Any) -> str | None:
    """A date-time as RFC 3339 in UTC; zoneless ones are UTC."""
    if isinstance(value, str):
        return None if value in NONE else _spelled(value)
    if value is None:
        return None
    if isinstance(value, Mapping):
        return _php_moment(value)
    raise Unclean("a date-time", value)


def _spelled(text: str) -> str:
    try:
        parsed = datetime.fromisoformat(text)
        if text[7:17:3] in _SHAPES and text[19:] in _UTC_ENDINGS:
            return f"{text[:10]}T{text[11:19]}Z"
        parsed = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
        return times.spell(parsed)
    except (ValueError, OverflowError):
        raise Unclean("a date-time", text) from None


def _php_moment(value: Mapping[str, Any]) -> str:
    """A serialized PHP DateTime: {"date": …, "timezone_type": 3, "timezone": "UTC"}."""
    if not value.keys() <= _OF_PHP or type(value.get("timezone_type", 3)) is not int:
        raise Unclean("a date-time", value)
    try:
        local = datetime.fromisoformat(value["date"])
        zone = value.get("timezone", "UTC")
        if zone in {"UTC", "Z", "+00:00"}:
            return times.spell(local.replace(tzinfo=UTC))
        if zone[:1] in {"+", "-"}:  # timezone_type 1, an offset
            return times.spell(datetime.fromisoformat(local.isoformat() + zone).astimezone(UTC))
        return times.spell(local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC))
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise Unclean("a date-time", value) from None


def integer(value: Any) -> int | None:
    """A whole number."""
    if value.__class__ is int:
        return value
    if isinstance(value, str):
        if value in NONE:
            return None
        if re.fullmatch(r"[+-]?[0-9]{1,18}", value):
            return int(value)
    elif isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value)
    raise Unclean("a whole number", value)


def number(value: Any) -> int | Decimal | None:
    """A number, exact."""
    amount = money(value) if not isinstance(value, int) or isinstance(value, bool) else value
    return Decimal(amount) if isinstance(amount, str) else amount


def truth(value: Any) -> bool | None:
    """True or false."""
    if value.__class__ is bool:
        return value
    known = {1: True, 0: False, "1": True, "0": False, "true": True, "false": False}
    try:
        if value in NONE:
            return None
        return known[value]
    except (KeyError, TypeError):
        raise Unclean("true or false", value) from None
