"""Streams that cost one request a return: its details, its notes. Off by default."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from singer_sdk import Tap

from loop_returns import endpoints
from loop_returns.errors import (
    Incomplete,
    LoopRefused,
    LoopReturnsError,
    Redirected,
    UncleanRecord,
    UnexpectedAnswer,
)
from loop_returns.fetch_ahead import fetch_ahead
from loop_returns.http import envelopes
from loop_returns.returns_list import answers
from loop_returns.returns_list.reading import ReturnsReading
from loop_returns.spans import Span, Spans
from loop_returns.times import parse, show
from tap_loopreturns.output.state import StreamState
from tap_loopreturns.records.cleaner import asked_by
from tap_loopreturns.records.objects import Record
from tap_loopreturns.run import Run
from tap_loopreturns.streams.listing import ReturnsListing
from tap_loopreturns.streams.refresh import ByReturns, Changed

_CHUNK = 100  # returns between two bookmarks
_LEFT_OUT = (LoopRefused, UnexpectedAnswer, UncleanRecord)
_MOST_IN_A_ROW = 6
"""So many returns in a row that cannot be read, and it is not the returns."""


class OneByOne(ByReturns):
    """First the returns that changed are listed, then each is asked for, oldest change first."""

    selected_by_default = False
    costs = "one a return that changed"

    def __init__(self, tap: Tap, run: Run) -> None:
        super().__init__(tap, run)
        self._unread: dict[str, Spans] = {}
        self._failed: list[LoopReturnsError] = []
        self._in_a_row = 0

    def read(self) -> None:
        """Read what is missing; the bookmark follows every hundred returns."""
        settings, client = self.run.settings, self.run.client
        state = self.dated()
        before = client.requests
        changed = self._list(state)
        minutes = len(changed) / settings.connection.requests_per_minute
        self.progress.start(
            f"{len(changed):,} returns changed since {show(state.wanted.start)}: as many requests, "
            f"at least {minutes:,.0f} minutes"
        )
        at = min([span.start for span in state.lacking], default=state.wanted.start)
        for count, one in enumerate(self._written(changed, len(changed)), 1):
            if count % _CHUNK == 0:  # what changed before this one is out
                self._cover(state, Span(at, one.second))
                at = max(at, one.second)
                self.run.stop_if_long()
        self._cover(state, Span(at, state.wanted.end))
        if not self._unread:
            self.refresh.finish(state)
        self.end(client.requests - before, f"{len(changed):,} returns changed")
        self._tell_left_out()

    def read_between(self) -> None:
        """Ask for the returns that new events name."""
        before = self.run.client.requests
        state = self.dated()
        changed = self.refresh.changed()
        self.progress.start(f"{len(changed):,} returns that new events name: as many requests")
        for _ in self._written(changed, len(changed)):
            pass
        if not self._unread:
            self.refresh.finish(state)
        self.end(self.run.client.requests - before, f"{len(changed):,} returns named by events")
        self._tell_left_out()

    def probe(self) -> None:
        """Ask for a second of open returns; what they need is the same scope."""
        answers.probe(self.run.client, self.run.settings.span.end)

    @abstractmethod
    def ask(self, return_id: str) -> Any:
        """Ask for what belongs to one return: the parsed answer, None where there is nothing.

        Raises:
            LoopReturnsError: as `Endpoint.read`.
        """

    @abstractmethod
    def rows(self, changed: Changed, document: Any) -> Iterator[Record]:
        """The rows in an answer."""

    def _written(self, changed: Iterable[Changed], total: int) -> Iterator[Changed]:
        """Ask for each return, and write its rows."""
        for count, (one, document) in enumerate(self._ask_for(changed), 1):
            with self._leaving_out(one):
                if isinstance(document, Exception):
                    raise document
                if document is not None:
                    self.write_rows(list(self.rows(one, document)))
            self.progress.tell(count / total)
            yield one
            self.run.stop_if_asked()

    def _ask_for(self, changed: Iterable[Changed]) -> Iterator[tuple[Changed, Any]]:
        todo = iter(changed)
        return fetch_ahead(
            lambda: next(todo, None),
            lambda one, _: self._ask(one),
            workers=self.run.settings.concurrency,
            idle=self.run.stop_if_asked,
        )

    def _ask(self, one: Changed) -> Any:
        """What is answered of a return, or why it cannot be had."""
        try:
            return self.ask(one.id)
        except _LEFT_OUT as error:
            return error

    @contextmanager
    def _leaving_out(self, one: Changed) -> Iterator[None]:
        """Leave a return that cannot be read to the next run; not many of them in a row."""
        try:
            yield
        except _LEFT_OUT as error:
            self._in_a_row += 1
            if self._in_a_row >= _MOST_IN_A_ROW or isinstance(error, Redirected):
                raise
            self._failed.append(error)
            gone = Spans([Span(one.second, one.second + 1)])
            states = self.run.settings.states
            self._unread = {s: self._unread.get(s, Spans()) | gone for s in states}
        else:
            self._in_a_row = 0

    def _tell_left_out(self) -> None:
        count = len(self._failed)
        if count:
            first: LoopReturnsError = self._failed[0]
            if count > 1:
                first = Incomplete(f"{count:,} returns could not be read; the first: {first}")
            self.run.put_off(self.name, first)

    def _list(self, state: StreamState) -> ReturnsListing:
        settings = self.run.settings
        changed = ReturnsListing()
        reading = ReturnsReading(
            self.run.client,
            state.missing,
            page_size=settings.page_size,
            workers=settings.concurrency,
            on_contradiction=lambda line: self.logger.warning("%s", line),
            idle=self.run.stop_if_asked,
        )
        try:
            for portion in reading:
                for _, head in portion.heads():
                    changed.add(asked_by(head, "id", self.name), parse(head["updated_at"]))
        except Incomplete as error:
            self._unread = error.spans
            self.run.put_off(self.name, error)
        return changed

    def _cover(self, state: StreamState, span: Span) -> None:
        listed = Spans([span])
        state.cover({s: listed - self._unread.get(s, Spans()) for s in state.missing})
        state.flush()


class ReturnDetails(OneByOne):
    """What the list of returns leaves out: refunds by gateway, the customer's name."""

    name = "return_details"
    endpoint = endpoints.RETURN_DETAILS
    keys = ("id",)
    replication_key = "updated_at"

    def ask(self, return_id: str) -> Any:
        """Ask for the details of a return; one that was listed has some."""
        path = self.endpoint.path
        answer = self.run.client.get(path, {"return_id": return_id}, scope=self.endpoint.scope)
        return envelopes.row(answer.json(), path)

    def rows(self, changed: Changed, document: Any) -> Iterator[Record]:
        """The one return."""
        row: Record = document
        if asked_by(row, "id", self.name) != changed.id:
            raise UnexpectedAnswer(
                f"{self.name}: asked for return {changed.id}, Loop answers another one."
            )
        if row.get("updated_at") is None:
            row["updated_at"] = changed.updated_at
        yield row


class ReturnNotes(OneByOne):
    """Notes that were written on returns."""

    name = "return_notes"
    endpoint = endpoints.RETURN_NOTES
    keys = ("id",)
    replication_key = "return_updated_at"

    def lookback(self) -> int:
        """A note is not known to change its return's `updated_at`, so some days are read again."""
        return max(self.run.settings.lookback, self.run.settings.notes_lookback)

    def ask(self, return_id: str) -> Any:
        """Ask for the notes of a return."""
        return self.endpoint.read(self.run.client, id=return_id)

    def rows(self, changed: Changed, document: Any) -> Iterator[Record]:
        """The notes, a bare list, each with its return's id."""
        where = self.endpoint.at(id=changed.id)
        for row in envelopes.rows(document, self.endpoint.rows, where, bare=True):
            yield {**row, "return_id": changed.id, "return_updated_at": changed.updated_at}
