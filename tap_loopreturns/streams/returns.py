"""Returns, and the streams that are taken out of the same answers."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, TypeVar

import msgspec

from tap_loopreturns import times
from tap_loopreturns.bookmark import Bookmark
from tap_loopreturns.clean import ADDITIONAL, Record
from tap_loopreturns.errors import UncleanRecord
from tap_loopreturns.loop import returns as loop_returns
from tap_loopreturns.options import STATES
from tap_loopreturns.ordered import in_order
from tap_loopreturns.progress import stretch
from tap_loopreturns.reconcile import Reconciliation, is_outside
from tap_loopreturns.spans import Span, Spans
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.windows import Windows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_loopreturns.tap import TapLoopReturns

_T = TypeVar("_T")
_AT_ONCE = 200  # rows cleaned and written; an unpaged answer may hold many thousands


class ReturnsStream(LoopStream):
    """A stream filled from the list of returns; those selected are read together."""

    scope = loop_returns.SCOPE
    replication_key = "updated_at"
    endpoint = "/warehouse/return/list"
    costs = "one for 750 returns"

    def read(self) -> None:
        """Read for all selected streams of the list, at the turn of the first of them."""
        self.tap.returns_reading.read()

    def probe(self) -> None:
        """Ask for a second of open returns."""
        loop_returns.probe(self.tap.client, self.tap.settings.span.end)

    @abstractmethod
    def records(self, record: Record) -> Iterable[Record]:
        """The records that a return (cleaned) holds for this stream."""


class Returns(ReturnsStream):
    """One record a return, with everything nested in it."""

    name = "returns"
    keys = ("id",)

    def records(self, record: Record) -> Iterable[Record]:
        """The return itself."""
        return (record,)


class Exploded(ReturnsStream):
    """One record an entry of a list in the return.

    An entry that has left its return is not deleted by anyone; it can be told by
    its `return_updated_at`, which is older than that of its return.
    """

    replication_key = "return_updated_at"
    costs = "none, with `returns`"
    taken_from: ClassVar[str]
    _warned = False

    def records(self, record: Record) -> Iterable[Record]:
        """The entries of the list, each with its return's id and times."""
        entries = record.get(self.taken_from) or ()
        names: set[object] = set()
        aside = record.get(ADDITIONAL) or {}
        for index, entry in enumerate(entries):
            if entry is None:
                continue
            prefix = f"/{self.taken_from}/{index}"
            kept = {
                pointer.removeprefix(prefix): value
                for pointer, value in aside.items()
                if pointer.startswith(prefix + "/")
            }
            exploded = {
                **self._blank,
                **entry,
                "return_id": record["id"],
                "return_updated_at": record["updated_at"],
                "return_created_at": record["created_at"],
                "return_state": record["state"],
                ADDITIONAL: kept or None,
            }
            keyed = self.keyed(exploded, index)
            names.add(keyed[self.keys[-1]])
            yield keyed
        if len(names) < len(entries) - list(entries).count(None):
            self._warn_of_twins(record)

    def keyed(self, record: Record, index: int) -> Record:  # noqa: ARG002
        """See to it that the record has its key."""
        for key in self.keys:
            if record.get(key) is None:
                raise UncleanRecord(
                    f"{self.name}: an entry of return {record['return_id']} has no '{key}', "
                    "its key."
                )
        return record

    def _warn_of_twins(self, record: Record) -> None:
        if self._warned:
            return
        self._warned = True
        self.logger.warning(
            "%s: return %s has two entries with the same '%s'; a table keyed by it keeps one of "
            "them, the table of returns has both.",
            self.name,
            record["id"],
            self.keys[-1],
        )

    @cached_property
    def _blank(self) -> dict[str, None]:
        return dict.fromkeys(self.schema["properties"])


class ReturnLineItems(Exploded):
    """One record a returned unit: Loop has no quantities."""

    name = "return_line_items"
    keys = ("return_id", "line_item_id")
    taken_from = "line_items"


class ReturnExchanges(Exploded):
    """One record an item sent in exchange."""

    name = "return_exchanges"
    keys = ("return_id", "exchange_id")
    taken_from = "exchanges"


class ReturnLabels(Exploded):
    """One record a label; labels have no id, so their place in the return is the key."""

    name = "return_labels"
    keys = ("return_id", "position")
    taken_from = "labels"

    def keyed(self, record: Record, index: int) -> Record:
        """Give the record its place, counted from 1."""
        return {**record, "position": index + 1}


class ReturnsReading:
    """One reading of the list of returns for all selected streams that live on it.

    Each stream has a bookmark of its own: what one of them lacks is asked for,
    and only those that lack it are given it.
    """

    def __init__(self, tap: TapLoopReturns, streams: list[ReturnsStream], cleaner: Returns) -> None:
        self._tap = tap
        self._streams = streams
        self._returns = cleaner
        self._done = False

    def read(self) -> None:
        """Read what is missing; nothing, if that has been done in this run."""
        if self._done:
            return
        self._done = True
        settings, client, span = self._tap.settings, self._tap.client, self._tap.span
        states = settings.states
        marks: dict[str, Bookmark] = {}
        missing: dict[str, dict[str, Spans]] = {}
        starts: dict[str, int] = {}
        for stream in self._streams:
            key = str(type(stream).replication_key)
            mark = Bookmark.read(key, stream.bookmark_entry(), states, now=self._tap.now)
            start = span.start if mark.value is None else min(span.start, mark.value)
            marks[stream.name], starts[stream.name] = mark, start
            missing[stream.name] = mark.missing(
                states, Span(start, span.end), lookback=settings.lookback
            )
            mark.reopen(missing[stream.name], span.end)
            stream.write_schema()
            since = min(
                (next(iter(spans)).start for spans in missing[stream.name].values()), default=None
            )
            stream.progress.start(
                f"{', '.join(states)} returns changed since {times.show(since)}, "
                f"{stretch(max(map(_length, missing[stream.name].values())))} of them"
                if since
                else "nothing to read"
            )
        union = {
            state: _union(lacking.get(state, Spans()) for lacking in missing.values())
            for state in states
        }
        windows = Windows(
            {s: spans for s, spans in union.items() if spans}, page_size=settings.page_size
        )
        total = sum(spans.length for spans in union.values())
        done = 0
        before = client.requests
        tally = Reconciliation()
        strange: set[str] = set()
        for window, answer in in_order(
            windows.take,
            lambda window, place: loop_returns.ask(client, window, settings.page_size, place.hold),
            workers=settings.concurrency,
            idle=self._tap.stop_if_asked,
        ):
            listed = loop_returns.understand(answer, window)
            seen = listed.seen
            for contradiction in tally.take(window, listed.heads, listed.checksums, seen):
                self._streams[0].logger.warning("%s", contradiction)
            strange |= seen.states.difference(STATES)
            proof = windows.tell(window, seen)
            rows = (
                (second, row)
                for second, row in zip(seen.seconds, listed.rows, strict=True)
                if proof.span.holds(second) or is_outside(window, second)
            )
            while some := list(islice(rows, _AT_ONCE)):
                self._write(some, proof.span, missing)
            done += sum(spans.length for spans in proof.credit.values())
            for stream in self._streams:
                lacking = missing[stream.name]
                credit = {
                    state: spans & lacking.get(state, Spans())
                    for state, spans in proof.credit.items()
                }
                marks[stream.name].cover(credit, states, starts[stream.name])
                stream.checkpoint(marks[stream.name].entry())
                stream.progress.add(0, done / total if total else None)
            self._streams[0].flush_state()
            self._tap.stop_if_asked()
        for stream in self._streams:
            stream.end(
                client.requests - before,
                f"{tally.windows:,} windows of {', '.join(states)} returns",
                *filter(None, (str(tally),)),
            )
        if strange:
            self._returns.logger.warning(
                "returns: Loop sent returns in states that this version does not know: %s. They "
                "are kept, but cannot be asked for by name; see whether there is a newer version.",
                ", ".join(sorted(state[:40] for state in strange)),
            )
        if unknown := self._returns.clean.unknown:
            self._returns.logger.warning(
                "returns: Loop sent fields that the schema does not know; they are kept in "
                "additional_fields: %s",
                ", ".join(sorted(unknown)),
            )

    def _write(
        self,
        rows: list[tuple[int, msgspec.Raw | Record]],
        span: Span,
        missing: dict[str, dict[str, Spans]],
    ) -> None:
        clean = self._returns.clean
        if self._streams == [self._returns] and self._returns.written_as_it_is:
            lacking = _union(missing[self._returns.name].values())
            wanted = self._wanted(rows, span, lacking)
            self._returns.write_as_it_is([clean.quickly(row) for _, row in wanted])
            return
        records = [(second, clean.read(row)) for second, row in rows]
        for stream in self._streams:
            lacking = _union(missing[stream.name].values())
            stream.write(
                [
                    exploded
                    for _, record in self._wanted(records, span, lacking)
                    for exploded in stream.records(record)
                ]
            )

    def _wanted(
        self, rows: list[tuple[int, _T]], span: Span, lacking: Spans
    ) -> list[tuple[int, _T]]:
        """The rows that a stream lacks, and those that were sent without being asked for."""
        if not Spans([span]) - lacking:
            return rows
        return [row for row in rows if lacking.holds(row[0]) or not span.holds(row[0])]


def _length(spans: Spans) -> int:
    return spans.length


def _union(spans: Iterable[Spans]) -> Spans:
    union = Spans()
    for some in spans:
        union |= some
    return union
