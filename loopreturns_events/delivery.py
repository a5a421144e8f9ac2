"""One delivery as it came, and what can be told of it without believing it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

LONGEST_NAME = 200
"""Characters kept of a topic, a trigger or an id; the body is kept whole whatever they are."""
_ID_IS_THE_RETURN = ("return", "label")
"""Topics whose `id` is the return's; `label` calls it `return_id` in the newer edition."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A body that came to a shop's address at a time."""

    shop: str
    body: bytes
    received_at: str

    @property
    def digest(self) -> bytes:
        """What tells a repeated delivery, since Loop gives none an id."""
        return hashlib.sha256(self.body).digest()


@dataclass(frozen=True, slots=True)
class Named:
    """What a body says that it is about; None where it does not say."""

    topic: str | None = None
    trigger: str | None = None
    return_id: str | None = None


def now() -> str:
    """The present moment in UTC, with microseconds: texts of it sort by time."""
    return days_ago(0)


def days_ago(days: float) -> str:
    """A moment that is so many days past, spelt likewise."""
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def named(body: bytes) -> Named:
    """Read topic, trigger and return of a body of any kind; it need not even be JSON.

    Topics are spelt with dots in Loop's documentation, and with underscores by
    one receiver in production: both name the same.
    """
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Named()
    if not isinstance(found, dict):
        return Named()
    topic = _text(found.get("topic"))
    return_id = _text(found.get("return_id"))
    if return_id is None and topic in _ID_IS_THE_RETURN:
        return_id = _text(found.get("id"))
    return Named(topic, _text(found.get("trigger")), return_id)


def _text(value: Any) -> str | None:
    """A short text that every store can hold, or None."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)[:LONGEST_NAME].replace("\0", "")
    return text.encode("utf-8", "replace").decode() or None
