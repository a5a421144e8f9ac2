"""Streams that cost one request a return: its details, its notes. Off by default."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tap_loopreturns.bookmark import Bookmark
from tap_loopreturns.clean import Record, asked_by
from tap_loopreturns.errors import LoopRefused, UnexpectedAnswer
from tap_loopreturns.loop import envelopes
from tap_loopreturns.loop import returns as loop_returns
from tap_loopreturns.loop.client import Answer
from tap_loopreturns.ordered import in_order
from tap_loopreturns.reconcile import is_outside
from tap_loopreturns.spans import Span, Spans
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.times import parse, show, spell
from tap_loopreturns.windows import Windows

_CHUNK = 100  # returns between two bookmarks


@dataclass(frozen=True, slots=True)
class Changed:
    """A return that is to be asked for."""

    second: int
    id: str
    updated_at: str | None


class OneByOne(LoopStream):
    """First the returns that changed are listed, then each is asked for, oldest change first."""

    selected_by_default = False
    costs = "one a return that changed"
    scope = loop_returns.SCOPE

    def read(self) -> None:
        """Read what is missing; the bookmark follows every hundred returns."""
        settings, client = self.tap.settings, self.tap.client
        mark = Bookmark.read(
            str(type(self).replication_key),
            self.bookmark_entry(),
            settings.states,
            now=self.tap.now,
        )
        span = self.tap.span
        start = span.start if mark.value is None else min(span.start, mark.value)
        wanted = Span(start, span.end)
        missing = mark.missing(settings.states, wanted, lookback=self.lookback())
        mark.reopen(missing, span.end)
        before = client.requests
        changed = self._list(missing)
        minutes = len(changed) / settings.requests_per_minute
        self.progress.start(
            f"{len(changed):,} returns changed since {show(start)}: as many requests, "
            f"at least {minutes:,.0f} minutes"
        )
        everything = _union(missing)
        at = next(iter(everything)).start if everything else wanted.end
        todo = iter(changed)
        for count, (one, answer) in enumerate(
            in_order(
                lambda: next(todo, None),
                lambda one, _: self._ask(one),
                workers=settings.concurrency,
                idle=self.tap.stop_if_asked,
            ),
            1,
        ):
            if answer is not None:
                self.write([self.clean(row) for row in self.rows(one, answer)])
            self.progress.add(0, count / len(changed))
            if count % _CHUNK == 0 and count < len(changed):
                until = changed[count].second
                self._cover(mark, missing, Span(at, until), start)
                at = until
            self.tap.stop_if_asked()
        self._cover(mark, missing, Span(at, wanted.end), start)
        self.end(client.requests - before, f"{len(changed):,} returns changed")

    def probe(self) -> None:
        """Ask for a second of open returns; what they need is the same scope."""
        loop_returns.probe(self.tap.client, self.tap.settings.span.end)

    def lookback(self) -> int:
        """Seconds behind the bookmark that are read again."""
        return self.tap.settings.lookback

    @abstractmethod
    def ask(self, return_id: str) -> Answer:
        """Ask for one return.

        Raises:
            LoopRefused: there is nothing (see `is_nothing`), or something is wrong.
        """

    @abstractmethod
    def is_nothing(self, refusal: LoopRefused) -> bool:
        """Whether a refusal only says that there is nothing to have."""

    @abstractmethod
    def rows(self, changed: Changed, answer: Answer) -> Iterator[Record]:
        """The rows in an answer."""

    def _ask(self, changed: Changed) -> Answer | None:
        try:
            return self.ask(changed.id)
        except LoopRefused as refusal:
            if self.is_nothing(refusal):
                return None
            raise

    def _list(self, missing: dict[str, Spans]) -> list[Changed]:
        settings, client = self.tap.settings, self.tap.client
        changed: dict[str, Changed] = {}
        windows = Windows(missing, page_size=settings.page_size)
        for window, answer in in_order(
            windows.take,
            lambda window, place: loop_returns.ask(client, window, settings.page_size, place.hold),
            workers=settings.concurrency,
            idle=self.tap.stop_if_asked,
        ):
            listed = loop_returns.understand(answer, window)
            proof = windows.tell(window, listed.seen)
            for second, row in zip(listed.seen.seconds, listed.heads, strict=True):
                if proof.span.holds(second) or is_outside(window, second):
                    one = Changed(
                        second, asked_by(row, "id", self.name), spell(parse(row["updated_at"]))
                    )
                    changed[one.id] = one
        return sorted(changed.values(), key=lambda one: (one.second, one.id))

    def _cover(self, mark: Bookmark, missing: dict[str, Spans], span: Span, start: int) -> None:
        credit = {state: spans & Spans([span]) for state, spans in missing.items()}
        mark.cover(credit, self.tap.settings.states, start)
        self.checkpoint(mark.entry())
        self.flush_state()


class ReturnDetails(OneByOne):
    """What the list of returns leaves out: refunds by gateway, the customer's name."""

    name = "return_details"
    endpoint = "/warehouse/return/details"
    keys = ("id",)
    replication_key = "updated_at"

    def ask(self, return_id: str) -> Answer:
        """Ask for the details of a return."""
        return self.tap.client.get(self.endpoint, {"return_id": return_id}, scope=self.scope)

    def is_nothing(self, refusal: LoopRefused) -> bool:
        """Never so: a return that was listed has details."""
        del refusal
        return False

    def rows(self, changed: Changed, answer: Answer) -> Iterator[Record]:
        """The one return."""
        row = envelopes.row(answer.json(), answer.where)
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
    endpoint = "/warehouse/return/{id}/notes"
    keys = ("id",)
    replication_key = "return_updated_at"

    def lookback(self) -> int:
        """A note is not known to change its return's `updated_at`, so some days are read again."""
        return max(self.tap.settings.lookback, self.tap.settings.notes_lookback)

    def ask(self, return_id: str) -> Answer:
        """Ask for the notes of a return."""
        return self.tap.client.get(f"/warehouse/return/{return_id}/notes", scope=self.scope)

    def is_nothing(self, refusal: LoopRefused) -> bool:
        """A return without notes is answered with 422 and `false`."""
        return refusal.status == 422 and refusal.body is False  # noqa: PLR2004

    def rows(self, changed: Changed, answer: Answer) -> Iterator[dict[str, Any]]:
        """The notes, a bare list, each with its return's id."""
        for row in envelopes.rows(answer.json(), "notes", answer.where, bare=True):
            yield {**row, "return_id": changed.id, "return_updated_at": changed.updated_at}


def _union(missing: dict[str, Spans]) -> Spans:
    union = Spans()
    for spans in missing.values():
        union |= spans
    return union
