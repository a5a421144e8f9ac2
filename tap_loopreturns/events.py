"""The store of received events, as the tap's settings name it; opened when it is first needed."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import msgspec

from loop_returns.errors import SettingsError
from loopreturns_events.errors import OffsetAhead
from loopreturns_events.reading import Reader, open_reader
from loopreturns_events.store import Event
from tap_loopreturns.events_settings import EventsSettings

_AT_ONCE = 500  # events whose bodies are in memory
_SPELT_OTHERWISE = {"needs review": "review"}
"""States as webhooks spell them, by the list's own word."""


class EventsFeed:
    """Follows the events for one purpose; pruning waits until it has confirmed them.

    Every method raises StoreTrouble where the store does not answer.

    Args:
        settings: The store.
        purpose: What they are read for: each purpose has an offset of its own.
        log: Is told where offsets do not belong to this store.
    """

    def __init__(self, settings: EventsSettings, purpose: str, log: logging.Logger) -> None:
        self._settings = settings
        self._log = log
        self._name = "/".join(filter(None, (settings.reader, settings.shop, purpose)))
        self._opened = ExitStack()
        self._reader: Reader | None = None

    @property
    def reader(self) -> Reader:
        """The reader, opened now if it is not yet.

        Raises:
            SettingsError: the address is of no known kind, or the extra for it is not installed.
        """
        if self._reader is None:
            try:
                opening = open_reader(self._settings.store, self._name)
                self._reader = self._opened.enter_context(opening)
            except SettingsError as error:
                raise SettingsError("events_store", str(error).partition(" ")[2]) from None
        return self._reader

    def close(self) -> None:
        """Give back the connection."""
        self._opened.close()
        self._reader = None

    def begin(self, given: Mapping[str, Any]) -> int:
        """The offset to read on from; what lies before it has landed, and is confirmed.

        Args:
            given: `store` and `sequence` as `entry` has put them into the STATE that this run
                was given. Only that proves that the target has what was read.

        Raises:
            SettingsError: it holds no offset.
        """
        store, sequence = given.get("store"), given.get("sequence", 0)
        if sequence.__class__ is not int or sequence < 0:
            raise SettingsError("--state", "holds an offset of events that cannot be read.")
        own = self.reader.store_id
        if store not in {None, own}:
            self._log.warning(
                "The store of events (events_store) is another one than the one that STATE was "
                "read from: it is read from its beginning. Events that were in the old one alone, "
                "and were not read from it, are in neither; the dated reading has their returns."
            )
            sequence = 0
        try:
            self.reader.confirm(sequence)
        except OffsetAhead:
            self._log.warning(
                "The store of events (events_store) ends at %s, before %s, where STATE is: it was "
                "put back from an older copy. It is read from its beginning.",
                f"{self.reader.last():,}",
                f"{sequence:,}",
            )
            sequence = 0
            self.reader.confirm(sequence)
        return int(sequence)

    def entry(self, sequence: int) -> dict[str, Any]:
        """An offset as it stands in STATE."""
        return {"store": self.reader.store_id, "sequence": sequence}

    def after(self, offset: int) -> Iterator[list[Event]]:
        """The events behind an offset, in their order, so many at a time; of this shop alone."""
        shops = (self._settings.shop,) if self._settings.shop else ()
        while events := self.reader.read(offset, limit=_AT_ONCE, shops=shops):
            yield events
            offset = events[-1].sequence


def parsed_body(event: Event) -> dict[str, Any] | None:
    """The body of an event; None where it is no JSON object."""
    try:
        body = msgspec.json.decode(event.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def said_state(body: Mapping[str, Any] | None) -> str | None:
    """The state of the return that a body is about, if it says one."""
    if body is None:
        return None
    said = body.get("return_state")
    if said is None and body.get("topic") == "return":
        said = body.get("state")
    return _SPELT_OTHERWISE.get(said, said) if isinstance(said, str) else None
