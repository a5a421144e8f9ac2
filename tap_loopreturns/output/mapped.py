"""Records on their way out: selection, stream maps and flattening applied where there are any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec
from singer_sdk.mapper import RemoveRecordTransform
from singer_sdk.singerlib import RecordMessage

from loopreturns_plugin.sdk import SingerStream
from tap_loopreturns.records import schemas
from tap_loopreturns.records.objects import Record


def leave_out_nulls(records: Sequence[Record | msgspec.Struct], names: tuple[str, ...]) -> None:
    """Take out of records the properties that a message lacks where they are null."""
    for record in records:
        if isinstance(record, dict):
            _leave_out(record, names)


def mapped(stream: SingerStream, record: Record) -> Iterator[tuple[str, Record]]:
    """What selection and the stream's maps make of a record, which is changed by it.

    Each with the name of the stream that it is written to.
    """
    chosen = stream.without_deselected(record)
    for stream_map in stream.stream_maps:
        if isinstance(stream_map, RemoveRecordTransform):
            continue
        if (made := stream_map.transform(chosen)) is not None:
            _leave_out(made, schemas.may_be_left_out(stream_map.transformed_schema))
            yield stream_map.stream_alias, made


def message(stream: SingerStream, alias: str, record: Record) -> RecordMessage:
    """The message that a record is written as."""
    return RecordMessage(
        stream=alias,
        record=record,
        version=stream.version,
        time_extracted=datetime.now(UTC),
    )


def _leave_out(record: Record, names: tuple[str, ...]) -> None:
    for name in names:
        if name in record and record[name] is None:
            del record[name]
