"""What a person is told of a store: counts, readers, the last events without their bodies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from loopreturns_events.delivery import days_ago
from loopreturns_events.settings import Settings
from loopreturns_events.store import ReaderFigures, open_store


def lines(settings: Settings, last: int) -> Iterator[str]:
    """A few lines about the store.

    Raises:
        StoreTrouble: it does not answer.
    """
    with closing(open_store(settings.store, create=False)) as store:
        found = store.figures()
        yield (
            f"{found.events:,} events up to sequence {found.last:,}, {found.aside:,} deliveries "
            f"kept aside ({found.aside_bytes:,} bytes), {found.size:,} bytes on disk"
        )
        if not found.readers:
            yield "No reader yet: nothing is pruned."
        for reader in store.followed(days_ago(settings.retention_days)):
            yield from _of_reader(reader, settings.retention_days)
        for event in store.read(max(0, found.last - last)):
            yield "  ".join(
                str(value) for value in (
                    event.sequence, event.received_at, event.shop, event.topic, event.trigger,
                    f"return {event.return_id or '-'}", f"x{event.count}",
                )
            )  # fmt: skip


def _of_reader(reader: ReaderFigures, retention_days: float) -> Iterator[str]:
    told = f"Reader {reader.name}: up to {reader.confirmed:,} since {reader.confirmed_at}, "
    if not reader.unread:
        yield f"{told}nothing unread"
        return
    yield f"{told}{reader.unread:,} unread, the oldest of {reader.oldest}"
    if reader.overdue:
        yield (
            f"  It holds back {reader.overdue:,} events older than retention_days "
            f"({retention_days:g}). If nothing reads by this name any more: "
            f"loopreturns-events forget {reader.name}"
        )


def forget(settings: Settings, reader: str) -> bool:
    """Wait for a reader no longer; False if there is none of that name.

    Raises:
        StoreTrouble: the store does not answer.
    """
    with closing(open_store(settings.store, create=False)) as store:
        return store.forget(reader)
