"""Records on their way out: selection, stream maps and flattening applied where there are any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from singer_sdk.mapper import RemoveRecordTransform
from singer_sdk.singerlib import RecordMessage

from loopreturns_plugin.sdk import SingerStream
from tap_loopreturns.output.writer import PageWriter
from tap_loopreturns.records import schemas
from tap_loopreturns.records.objects import Record


def write_as_it_is(
    stream: SingerStream,
    records: Sequence[Record | msgspec.Struct],
    writer: PageWriter,
    left_out: tuple[str, ...],
    beside: Mapping[str, str],
) -> None:
    """Write records to which no stream map, flattening or selection applies.

    `left_out` are the properties that a message lacks where they are null; `beside` are
    fields that each record gets besides its own.
    """
    for record in records:
        if isinstance(record, dict):
            _leave_out(record, left_out)
    writer.write_records(stream.name, records, stream.version, beside)


def write_mapped(stream: SingerStream, records: Iterable[Record], writer: PageWriter) -> None:
    """Write what selection and the stream's maps make of records, which are changed by it."""
    for record in records:
        chosen = stream.without_deselected(record)
        for stream_map in stream.stream_maps:
            if isinstance(stream_map, RemoveRecordTransform):
                continue
            if (mapped := stream_map.transform(chosen)) is not None:
                _leave_out(mapped, schemas.may_be_left_out(stream_map.transformed_schema))
                writer.write_message(
                    RecordMessage(
                        stream=stream_map.stream_alias,
                        record=mapped,
                        version=stream.version,
                        time_extracted=datetime.now(UTC),
                    )
                )


def _leave_out(record: Record, names: tuple[str, ...]) -> None:
    for name in names:
        if name in record and record[name] is None:
            del record[name]
