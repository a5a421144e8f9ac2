"""Which rows Loop has of a stream: their keys and dates, and nothing else of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from singer_sdk.singerlib import Message

from loop_returns import times
from loop_returns.errors import SettingsError
from loop_returns.returns_list.answers import MADE
from loop_returns.returns_list.reading import Portion, ReturnsReading
from loop_returns.spans import Spans
from tap_loopreturns.output.progress import Progress
from tap_loopreturns.output.writer import PageWriter
from tap_loopreturns.records.cleaner import asked_by
from tap_loopreturns.run import Run
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.streams.one_by_one import ReturnDetails
from tap_loopreturns.streams.returns import Returns, ReturnsStream
from tap_loopreturns.streams.shipping import HappyReturnsShipmentItems, HappyReturnsShipments

Key = tuple[str, ...]
"""The values of a stream's key, as text."""


class LoopRow(NamedTuple):
    """What a comparison needs to know of a row. Times in seconds."""

    date: int | None
    """Its replication key."""
    made: int | None = None
    """When it was made, where lists are asked for by that."""
    state: str | None = None
    """The state of its return."""
    shown: tuple[str, ...] = ()
    """What its stream's `shows_change` names, as text."""


class RowsWriter(PageWriter):
    """Takes the place of the writer of Singer messages: keeps keys and dates, writes nothing.

    Args:
        kinds: The streams whose rows are kept.
    """

    def __init__(self, kinds: Iterable[type[LoopStream]]) -> None:
        super().__init__()
        self.kinds = {kind.name: kind for kind in kinds}
        self.rows: dict[str, dict[Key, LoopRow]] = {name: {} for name in self.kinds}

    def write_records(
        self,
        stream: str,
        records: Iterable[dict[str, Any] | msgspec.Struct],
        version: int | None,
        beside: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what a comparison needs of the records."""
        del version, beside
        kind = self.kinds[stream]
        for record in records:
            self.rows[stream][key_of(kind, record)] = _row(kind, record)

    def write_message(self, message: Message) -> None:
        """Write nothing."""

    def write_line(self, line: bytes) -> None:
        """Write nothing."""


def dated(kinds: Iterable[type[LoopStream]]) -> dict[str, type[LoopStream]]:
    """The streams of Loop's that have a date, by their names."""
    declared: dict[type[LoopStream], object] = {kind: kind.replication_key for kind in kinds}
    return {
        kind.name: kind
        for kind, date in declared.items()
        if isinstance(date, str) and date != "sequence"
    }


def key_of(kind: type[LoopStream], record: dict[str, Any] | msgspec.Struct) -> Key:
    """The key of a record, as text."""
    return tuple(str(_part(record, name)) for name in kind.keys)


def read_rows(streams: Mapping[str, LoopStream], name: str, run: Run) -> dict[Key, LoopRow]:
    """The rows that Loop has of a stream, made or changed since the start date.

    What comes from the list of returns is read by when returns were made, which is another
    way than the tap's own; other lists are read as the tap reads them.

    Args:
        streams: All streams, of a tap whose writer is a `RowsWriter` and that has no STATE.
        name: The stream.
        run: What they share.

    Raises:
        LoopReturnsError: as reading the stream does.
    """
    stream = streams[name]
    if isinstance(stream, ReturnsStream | ReturnDetails):
        return dict(_of_returns(stream, streams, run))
    writer = run.writer
    if not isinstance(writer, RowsWriter):
        raise TypeError("rows are kept by a RowsWriter")
    needed = [stream]
    if isinstance(stream, HappyReturnsShipmentItems):  # they are found by their shipments
        needed.insert(0, streams[HappyReturnsShipments.name])
    for one in needed:
        one.selected = True
        one.sync()
    run.end()
    rows = writer.rows[name]
    if isinstance(stream, HappyReturnsShipmentItems):
        shipments = writer.rows[HappyReturnsShipments.name]
        for key, row in rows.items():
            shipment = shipments.get(key[:1])
            rows[key] = row._replace(made=shipment.made if shipment else None)
    return rows


def _of_returns(
    stream: ReturnsStream | ReturnDetails, streams: Mapping[str, LoopStream], run: Run
) -> Iterator[tuple[Key, LoopRow]]:
    settings = run.settings
    ever = Spans([(times.EARLIEST, run.present)])
    progress = Progress(run.log, stream.name)
    progress.start("returns of all times, by when they were made")
    done = rows = 0
    for portion in ReturnsReading(
        run.client,
        dict.fromkeys(settings.states, ever),
        page_size=settings.page_size,
        workers=settings.concurrency,
        column=MADE,
        idle=run.stop_if_asked,
    ):
        run.stop_if_asked()
        for key, row in _of_portion(portion, stream, streams):
            if row.state in settings.states:
                rows += 1
                yield key, row
        done += sum(spans.length for spans in portion.proof.credit.values())
        progress.rows = rows
        progress.tell(done / (ever.length * len(settings.states)))
    progress.end(f"{rows:,} rows, {run.client.requests:,} requests")


def _of_portion(
    portion: Portion, stream: ReturnsStream | ReturnDetails, streams: Mapping[str, LoopStream]
) -> Iterator[tuple[Key, LoopRow]]:
    if isinstance(stream, Returns | ReturnDetails):
        for second, head in portion.heads():
            yield (
                (asked_by(head, "id", stream.name),),
                LoopRow(second, state=str(head.get("state"))),
            )
        return
    clean = streams[Returns.name].cleaner.quickly
    for second, row in portion.rows():
        record = clean(row)
        for exploded in stream.records(record):
            keys = key_of(type(stream), exploded)
            yield keys, LoopRow(second, state=str(_part(record, "state")))


def _row(kind: type[LoopStream], record: dict[str, Any] | msgspec.Struct) -> LoopRow:
    date = _second(_part(record, str(kind.replication_key)))
    shown = tuple(as_text(name, _part(record, name)) for name in kind.shows_change)
    return LoopRow(date, _second(_part(record, "created_at")), shown=shown)


def as_text(name: str, value: object) -> str:
    """A value of a column so that it is the same to Loop and to any warehouse."""
    if name.endswith("_at") and (second := _second(value)) is not None:
        return times.show(second)
    return "" if value is None else str(value).strip()


def _part(record: dict[str, Any] | msgspec.Struct, name: str) -> Any:
    return record.get(name) if isinstance(record, dict) else getattr(record, name, None)


def _second(value: object) -> int | None:
    if isinstance(value, datetime):
        return int(value.timestamp() // 1)
    return times.second(value) if isinstance(value, str) and value else None


def known(kinds: Mapping[str, type[LoopStream]], name: str) -> type[LoopStream]:
    """The stream of that name.

    Raises:
        SettingsError: there is none with a date.
    """
    if name not in kinds:
        raise SettingsError("--stream", f"accepts a stream with a date: {', '.join(kinds)}.")
    return kinds[name]
