"""What new events name, read again: once in a run, for all streams that live on returns.

An event is a hint. It says that something happened to a return, not what the return is like
now: Loop promises neither order nor delivery. So the returns that are named are asked for,
by the list where it can be said in which state they are, else through their details.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from loop_returns import times
from loop_returns.endpoints import RETURN_DETAILS, STATES
from loop_returns.errors import LoopRefused, LoopReturnsError
from loop_returns.http import envelopes
from loop_returns.returns_list.reading import Portion, ReturnsReading
from loop_returns.spans import Span, Spans
from loop_returns.times import parse, second, spell
from loopreturns_events.store import Event
from tap_loopreturns.events import EventsFeed, parsed_body, said_state
from tap_loopreturns.events_settings import EventsSettings
from tap_loopreturns.output.state import StreamState
from tap_loopreturns.records.cleaner import asked_by
from tap_loopreturns.run import Run
from tap_loopreturns.streams.base import LoopStream

_MOST = 20_000
"""Events; where there are more, the dated reading costs fewer requests."""
_BEFORE = 300
"""Seconds before the first event was received from which on the list is asked for changes."""
_SURELY_READ = 3600
"""Seconds before a dated reading; what events told of by then, it has read, whoever's clock."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A return that is to be asked for."""

    second: int
    id: str
    updated_at: str | None


@dataclass(frozen=True, slots=True)
class News:
    """What events name."""

    returns: dict[str, str | None]
    """The returns by id, each in the state that its last event said, if it said any."""
    since: int
    """The second in which the first of the events was received."""
    count: int
    offset: int
    """The sequence of the last event."""


class ByReturns(LoopStream):
    """A stream that is read by what changed among returns."""

    refresh: Refresh

    def dated(self) -> StreamState:
        """The stream's bookmark in this run."""
        return self.state(self.run.settings.states, lookback=self.lookback())

    def lookback(self) -> int:
        """Seconds behind the bookmark that are read again."""
        return self.run.settings.lookback

    @property
    def is_due(self) -> bool:
        """Whether it is read by date in this run, or by events."""
        return self.refresh.news is None


def _sequence(entry: Mapping[str, Any]) -> int:
    found = entry.get("sequence", 0)
    return found if isinstance(found, int) else -1


class Refresh:
    """Says whether this run goes by events, and lists the returns that new ones name.

    Attributes:
        streams: All streams that live on returns; those selected are read.
        found: The returns that new events name, and that Loop has listed so far.
    """

    def __init__(self, run: Run) -> None:
        self.streams: list[ByReturns] = []
        self.found: dict[str, Changed] = {}
        self._run = run
        self._listed = False

    @cached_property
    def news(self) -> News | None:
        """What new events name; None where everything is to be read by date."""
        if self._events is None or self._dated_is_due(self._events):
            return None
        return self._new_since(self._offset)

    def portions(self) -> Iterator[Portion]:
        """Ask the list for what happened since the first event, in the states that are named."""
        news = self.news
        self._listed = True
        if news is None or not news.returns:
            return
        states = self._states_to_ask(news)
        span = Spans([Span(news.since - _BEFORE, self._run.present)])
        yield from self._read(dict.fromkeys(states, span))

    @property
    def left(self) -> list[str]:
        """The named returns that the list has not shown."""
        news = self.news
        wanted = self._run.settings.states
        return [
            one
            for one, state in (news.returns if news else {}).items()
            if one not in self.found and (state in wanted or state not in STATES)
        ]

    def portions_of_left(self) -> Iterator[Portion]:
        """Ask for the details of those left, then for the seconds in which they changed."""
        missing: dict[str, list[tuple[int, int]]] = {}
        for one in self.left:
            if at := self._place(one):
                state, changed = at
                missing.setdefault(state, []).append((changed, changed + 1))
        yield from self._read({state: Spans(spans) for state, spans in missing.items()})
        if left := len(self.left):
            self._run.log.warning(
                "%s returns that events name were not found, or have just changed again; the "
                "next dated reading has them, if they are there.",
                f"{left:,}",
            )

    def changed(self) -> list[Changed]:
        """The named returns, listed now if they are not yet; oldest change first."""
        if not self._listed:
            with self.forgetting():
                for portion in chain(self.portions(), self.portions_of_left()):
                    self.take_in(portion)
        return sorted(self.found.values(), key=lambda one: (one.second, one.id))

    def take_in(self, portion: Portion) -> None:
        """Note which of the named returns are in an answer of the list."""
        named = self.news.returns if self.news else {}
        for changed_at, head in portion.heads():
            if (one := asked_by(head, "id", "returns")) in named:
                self.found[one] = Changed(changed_at, one, spell(parse(head["updated_at"])))

    def forget(self) -> None:
        """Forget what was listed: not all came, and streams after this one list for themselves."""
        self.found.clear()
        self._listed = False

    @contextmanager
    def forgetting(self) -> Iterator[None]:
        """List, and forget it where that fails."""
        try:
            yield
        except LoopReturnsError:
            self.forget()
            raise

    def finish(self, state: StreamState) -> None:
        """Put into STATE how far the events have been dealt with, after a stream was read."""
        if self._events:
            offset = self.news.offset if self.news else self._surely_read
            state.put_events(self._feed.entry(offset))
            state.flush()

    @cached_property
    def _events(self) -> EventsSettings | None:
        events = self._run.settings.events
        return events if events and events.refresh else None

    @cached_property
    def _feed(self) -> EventsFeed:
        if self._events is None:
            raise TypeError("nothing is read by events")
        return EventsFeed(self._events, "returns", self._run.log)

    @cached_property
    def _given(self) -> list[Mapping[str, Any]]:
        """What STATE says of the events, for each selected stream."""
        entries = [stream.given_entry.get("events") for stream in self.streams if stream.selected]
        return [entry if isinstance(entry, dict) else {} for entry in entries]

    @cached_property
    def _offset(self) -> int:
        """From where on events are new to one of the streams."""
        return self._feed.begin(min(self._given, key=_sequence, default={}))

    def _dated_is_due(self, events: EventsSettings) -> bool:
        store = self._feed.reader.store_id
        return (
            self._run.span.end < self._run.now
            or any(entry.get("store") != store for entry in self._given)
            or any(s.dated().is_due(events.reconcile) for s in self.streams if s.selected)
        )

    def _new_since(self, offset: int) -> News | None:
        returns: dict[str, str | None] = {}
        since, count = self._run.now, 0
        for events in self._feed.after(offset):
            count += len(events)
            if count > _MOST:
                return None
            for event in events:
                offset = event.sequence
                self._note(event, returns)
                since = min(since, second(event.last_received_at))
        return News(returns, since, count, offset)

    def _note(self, event: Event, returns: dict[str, str | None]) -> None:
        one = event.return_id
        if one is not None and one.isascii() and one.isdigit():  # Loop refuses any other
            said = said_state(parsed_body(event))
            returns[one] = said or returns.get(one)

    @cached_property
    def _surely_read(self) -> int:
        """The sequence up to which the dated reading of this run has what events told of."""
        offset = self._offset
        latest = times.show(self._run.span.end - _SURELY_READ)
        for events in self._feed.after(offset):
            for event in events:
                if event.last_received_at >= latest:
                    return offset
                offset = event.sequence
        return offset

    def _states_to_ask(self, news: News) -> tuple[str, ...]:
        """The states that were named, or all, whichever costs fewer requests."""
        wanted = self._run.settings.states
        named = tuple(state for state in wanted if state in news.returns.values())
        unsaid = sum(state not in STATES for state in news.returns.values())
        # A request a state; a return of an unknown one takes its details, and its second.
        return wanted if len(named) + 2 * unsaid > len(wanted) else named

    def _place(self, one: str) -> tuple[str, int] | None:
        """The state in which a return is, and the second in which it changed last."""
        endpoint, client = RETURN_DETAILS, self._run.client
        with suppress(LoopRefused, KeyError, TypeError, ValueError, AttributeError):
            answer = client.get(endpoint.path, {"return_id": one}, scope=endpoint.scope)
            row = envelopes.row(answer.json(), endpoint.path)
            if row["state"] in self._run.settings.states:
                return str(row["state"]), second(row["updated_at"])
        return None

    def _read(self, missing: dict[str, Spans]) -> Iterator[Portion]:
        settings = self._run.settings
        for portion in ReturnsReading(
            self._run.client,
            missing,
            page_size=settings.page_size,
            workers=settings.concurrency,
            on_contradiction=lambda line: self._run.log.warning("%s", line),
            idle=self._run.stop_if_asked,
        ):
            self.take_in(portion)
            yield portion
