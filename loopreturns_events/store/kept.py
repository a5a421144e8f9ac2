"""What a store keeps and counts, and what becomes of a delivery in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from loopreturns_events.delivery import Delivery


class Taken(Enum):
    """What became of a delivery that is on disk, or of one that was not kept."""

    NEW = "new"
    REPEATED = "repeated"
    ASIDE = "aside"
    NO_ROOM_ASIDE = "no room aside"


@dataclass(frozen=True, slots=True)
class Event:
    """A distinct body of a shop, however often it was delivered.

    `id` never changes. `sequence` is the place in the order of reading: that of
    the last delivery, so that one which comes again is read again.
    """

    id: int
    sequence: int
    shop: str
    topic: str | None
    trigger: str | None
    return_id: str | None
    received_at: str
    last_received_at: str
    count: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Aside:
    """A delivery with a signature that no secret had made when it came."""

    delivery: Delivery
    signature: bytes
    id: int = 0


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """The state of a store."""

    last: int
    events: int
    aside: int
    aside_bytes: int
    size: int
    oldest: str | None
    """When the oldest event was received that some reader has not confirmed."""
    readers: dict[str, int]


@dataclass(frozen=True, slots=True)
class ReaderFigures:
    """How far a reader is, and what is kept for it."""

    name: str
    confirmed: int
    confirmed_at: str
    """When it last went further."""
    unread: int
    oldest: str | None
    """When the oldest event was received that it has not confirmed."""
    overdue: int
    """Of the unread, those past their retention."""
