"""The events themselves, from the store of `loopreturns-events`: nothing is asked of Loop."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property

import msgspec
from singer_sdk import Tap
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE

from loop_returns.endpoints import NO_SCOPE, Endpoint
from loopreturns_events.store import Event
from tap_loopreturns.events import EventsFeed, parsed_body, said_state
from tap_loopreturns.output.state import write_entry
from tap_loopreturns.records.objects import Record
from tap_loopreturns.run import Run
from tap_loopreturns.streams.base import LoopStream


class LoopEvents(LoopStream):
    """One record an event; one that was delivered again comes again, under the same key.

    Its offset lives in STATE, as `store` and `sequence` of its entry. Events are pruned only
    below the offset that the run was given, since that alone proves that the target has them.
    """

    name = "loop_events"
    keys = ("id",)
    replication_key = "sequence"
    selected_by_default = False
    endpoint = Endpoint("events_store", NO_SCOPE)  # no address of Loop's
    costs = "none"

    def __init__(self, tap: Tap, run: Run) -> None:
        super().__init__(tap, run)
        self.selected_by_default = bool(run.config.get("events_store"))

    @cached_property
    def _feed(self) -> EventsFeed | None:
        events = self.run.settings.events
        return EventsFeed(events, self.name, self.logger) if events else None

    def nothing_to_ask(self) -> str | None:
        """No store is named."""
        return None if self._feed else "events_store is not set"

    def probe(self) -> None:
        """Open the store; the receiver must have made it."""
        if self._feed:
            self._feed.reader.last()

    def check_state(self) -> None:
        """The offset is looked at when the store is: it says whose it is."""

    def read(self) -> None:
        """Read what came since the offset in STATE, which follows every few hundred events."""
        if not (feed := self._feed):
            self.progress.start("nothing to read, events_store is not set")
            return
        whole = self.replication_method == REPLICATION_FULL_TABLE  # as a catalog may ask for
        offset = feed.begin({} if whole else self.given_entry)
        last = feed.reader.last()
        store = feed.reader.store_id
        self.progress.start(f"events of the store from {offset:,} to {last:,}")
        for events in feed.after(offset):
            self.write_rows([_row(event, store) for event in events])
            self._put_offset(feed, events[-1].sequence)
            self.progress.tell((events[-1].sequence - offset) / max(last - offset, 1))
        if not self.progress.rows:
            self._put_offset(feed, offset)
        feed.close()
        self.end(0)

    def write(self, records: Sequence[Record | msgspec.Struct]) -> None:
        """Write records; where there are many shops, under the shop's name in their list."""
        for record in records:
            if self.run.many_shops and isinstance(record, dict):
                del record["shop"]
        super().write(records)

    def _put_offset(self, feed: EventsFeed, sequence: int) -> None:
        write_entry(self, {"replication_key": "sequence", **feed.entry(sequence)})


def _row(event: Event, store: str) -> Record:
    body = parsed_body(event)
    return {
        "id": hashlib.sha256(event.shop.encode() + b"\0" + event.body).hexdigest(),
        "sequence": event.sequence,
        "store": store,
        "shop": event.shop,
        "topic": event.topic,
        "trigger": event.trigger,
        "return_id": event.return_id,
        "return_state": said_state(body),
        "received_at": event.received_at,
        "last_received_at": event.last_received_at,
        "count": event.count,
        "body": body,
        "body_text": None if body is not None else event.body.decode("utf-8", "backslashreplace"),
    }
