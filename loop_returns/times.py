"""Points in time: Loop's many spellings in, one spelling out. Pure.

Loop counts time in whole seconds of UTC; zoneless values are UTC too, as every
known client takes them. Within the tap a point in time is an integer of seconds
since the epoch; outside of it RFC 3339 in UTC, such as `2026-11-22T10:00:00Z`.
"""

from __future__ import annotations

from datetime import UTC, datetime

DAY = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = int(datetime(2015, 1, 1, tzinfo=UTC).timestamp())
"""Loop opened in 2017; nothing can be older than this, whatever a `start_date` says."""


def parse(text: str) -> datetime:
    """Read a date or date-time in any ISO 8601 form; without a zone it is UTC.

    Raises:
        ValueError: it is not a date.
    """
    moment = datetime.fromisoformat(text.strip())
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:  # in the year 1 or 9999, and out of it in UTC
        raise ValueError("out of range") from None


def second(text: str) -> int:
    """The whole second in which a date-time lies (see `parse`)."""
    return int(parse(text).timestamp() // 1)


def show(seconds: int) -> str:
    """A point in time as RFC 3339 in UTC."""
    return spell(datetime.fromtimestamp(seconds, UTC))


def spell(moment: datetime) -> str:
    """A UTC moment as RFC 3339, with a fraction only where there is one."""
    return moment.isoformat().removesuffix("+00:00") + "Z"


def show_milliseconds(milliseconds: int) -> str:
    """A point in time, given in milliseconds since the epoch, as RFC 3339 in UTC."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
