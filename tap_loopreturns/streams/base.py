"""What all streams share on the Singer side: schema file, cleaner, messages, bookmark.

Two of the SDK's habits are replaced. Records are written a page at a time, since
its way costs more than all other work together. And its bookmark, the greatest
value seen, is not used: Loop's lists are not known to be sorted, so a value that
was seen proves nothing of those before it (see `bookmark`).
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from singer_sdk import Stream
from singer_sdk.helpers._catalog import pop_deselected_record_properties
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import RemoveRecordTransform, SameRecordTransform
from singer_sdk.singerlib import RecordMessage, SchemaMessage
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE

from tap_loopreturns import logs, schema_files
from tap_loopreturns.clean import Cleaner, Record
from tap_loopreturns.privacy import Privacy
from tap_loopreturns.progress import Progress
from tap_loopreturns.reconcile import Distinct

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context

    from tap_loopreturns.tap import TapLoopReturns


class LoopStream(Stream):
    """A stream of Loop's, declared by its name, its keys and its scope."""

    # What comes from JSON needs no conforming to what JSON can say; the cleaner
    # has seen to the rest.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    name: str
    keys: tuple[str, ...]
    """The names of its primary key; a catalog cannot change what the tap depends on."""
    scope: ClassVar[str]
    """The scope that the key needs for it, as Loop's settings page names it."""

    endpoint: ClassVar[str]
    """Where it comes from, for the documentation."""
    costs: ClassVar[str]
    """The requests that it takes, for the documentation."""

    def __init__(self, tap: TapLoopReturns) -> None:
        super().__init__(tap, schema=schema_files.load(self.name))
        self.tap = tap
        logs.calm(self.logger)
        if not self.primary_keys:
            self.primary_keys = self.keys
        self.progress = Progress(self.logger, self.name)
        self._distinct = Distinct()
        self._key_in_dict = itemgetter(*self.keys)
        self._key_in_struct = attrgetter(*self.keys)
        self._nested = schema_files.may_be_left_out(self.schema)

    @cached_property
    def clean(self) -> Cleaner:
        """Makes a record of a row (see `clean.Cleaner`)."""
        settings = self.tap.settings
        return Cleaner(
            self.name,
            schema_files.load(self.name),
            self.keys,
            Privacy(settings.pii, settings.pii_hash_key),
        )

    def get_records(self, context: Context | None) -> Iterator[Record]:  # noqa: ARG002
        """Read the stream. Records are written as they come, so none are left to yield."""
        self.tap.stop_if_asked()
        if self.tap.may_read(self):
            self.read()
        return iter(())

    @abstractmethod
    def read(self) -> None:
        """Read what is to be read, write it, and say that it is out."""

    def write(self, records: list[Record]) -> None:
        """Write records, with selection, stream maps and flattening applied."""
        if self.selected and self.written_as_it_is:
            self.write_as_it_is(records)
        elif self.selected:
            self._count(records)
            for record in records:
                self._write_mapped(record)
            self.tap.stop_if_asked()

    def write_as_it_is(self, records: Sequence[Record | msgspec.Struct]) -> None:
        """Write records to which no stream map, flattening or selection applies."""
        self._count(records)
        for record in records:
            if isinstance(record, dict):
                _leave_out(record, self._nested)
        self.tap.page_writer.write_records(self.name, records, self._stream_version)
        self.tap.stop_if_asked()

    def _count(self, records: Sequence[Record | msgspec.Struct]) -> None:
        self.progress.rows += len(records)
        self._distinct.take(
            self._key_in_dict(record) if isinstance(record, dict) else self._key_in_struct(record)
            for record in records
        )

    def end(self, requests: int, *more: str) -> None:
        """Say what was read, so that it can be compared with what has landed."""
        counts = f"{self.progress.rows:,} rows, {self._distinct.count:,} ids, {requests:,} requests"
        self.progress.end(", ".join((counts, *more)))

    def write_schema(self) -> None:
        """Write the SCHEMA message, before records that another stream's turn brings."""
        self._write_schema_message()

    @abstractmethod
    def probe(self) -> None:
        """Ask Loop once, as cheaply as may be, to see whether the key may read the stream.

        Raises:
            AccessError: it may not.
        """

    def bookmark_entry(self) -> dict[str, Any]:
        """The stream's entry in STATE; empty where the catalog asks for a full read."""
        full = self.replication_method == REPLICATION_FULL_TABLE
        return {} if full else self.state_manager.stream_state

    def checkpoint(self, entry: dict[str, Any]) -> None:
        """Put the stream's bookmark into STATE; `flush_state` writes it."""
        state = self.state_manager.stream_state
        state.clear()
        state.update(entry)
        self.state_manager.is_flushed = False

    def flush_state(self) -> None:
        """Write STATE, if it has changed."""
        self._write_state_message()

    @cached_property
    def written_as_it_is(self) -> bool:
        """Whether no stream map, flattening or selection changes its records."""
        maps = self.stream_maps
        return (
            len(maps) == 1
            and type(maps[0]) is SameRecordTransform
            and not maps[0].flattening_enabled
            and maps[0].stream_alias == self.name
            and all(self.mask.values())
        )

    def _write_mapped(self, record: Record) -> None:
        record = copy.deepcopy(record)  # the streams of the returns list share what is nested
        pop_deselected_record_properties(record, self.schema, self.mask)
        for stream_map in self.stream_maps:
            if isinstance(stream_map, RemoveRecordTransform):
                continue
            if (mapped := stream_map.transform(record)) is not None:
                _leave_out(mapped, schema_files.may_be_left_out(stream_map.transformed_schema))
                self.tap.write_message(
                    RecordMessage(
                        stream=stream_map.stream_alias,
                        record=mapped,
                        version=self._stream_version,
                        time_extracted=datetime.now(UTC),
                    )
                )

    def _generate_schema_messages(self) -> Iterable[SchemaMessage]:  # type: ignore[override]
        # The SDK's own schema model drops precision and scale.
        for message in super()._generate_schema_messages():
            message.schema = schema_files.with_decimal_size(message.schema)
            yield message

    def _increment_stream_state(self, *_: Any, **__: Any) -> None:
        """Leave the bookmark to `checkpoint`."""


def _leave_out(record: Record, nested: tuple[str, ...]) -> None:
    for name in nested:
        if name in record and record[name] is None:
            del record[name]
