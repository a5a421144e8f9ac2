"""What all streams share: endpoint, schema file, cleaner, records out, a line at the end."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from singer_sdk import Tap
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.singerlib import Catalog

from loop_returns.endpoints import Endpoint
from loop_returns.errors import SettingsError
from loop_returns.paging import Rows
from loopreturns_plugin.sdk import SingerStream, keep_calm
from tap_loopreturns.output import mapped
from tap_loopreturns.output.distinct import Distinct
from tap_loopreturns.output.progress import Progress
from tap_loopreturns.output.sent import SentRows
from tap_loopreturns.output.state import StreamState, check_bookmark
from tap_loopreturns.records import schemas
from tap_loopreturns.records.cleaner import Cleaner
from tap_loopreturns.records.objects import Record
from tap_loopreturns.run import Run
from tap_loopreturns.streams.saving import Saving

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context

_MOST_FIELDS = 50  # in one line; names that are data would make it endless


class LoopStream(SingerStream):
    """A stream of Loop's, declared by its name, its keys and its endpoint."""

    # What comes from JSON needs no conforming to what JSON can say; the cleaner
    # has seen to the rest.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    name: str
    keys: tuple[str, ...]
    """The names of its primary key; a catalog cannot change what the tap depends on."""
    endpoint: ClassVar[Endpoint]
    costs: ClassVar[str]
    """The requests that it takes, for the documentation."""
    shows_change: ClassVar[tuple[str, ...]] = ()
    """Columns that change with a row whose replication key does not."""

    sent: SentRows | None = None
    """Tells which rows are news; None: all are written."""

    extra_of_shops: ClassVar[dict[str, Any]] = {}
    """Properties that its records have besides where many shops share the table."""

    def __init__(self, tap: Tap, run: Run) -> None:
        self.run = run
        schema = self.own_schema()
        if run.many_shops:
            schema = schemas.of_many_shops(schema, self.extra_of_shops)
        super().__init__(tap, schema=schema)
        keep_calm(self.logger)
        if not self.primary_keys:
            self.primary_keys = (*self._shop_key, *self.keys)
        self.progress = Progress(self.logger, self.name)
        self.saving = Saving(self, run)
        self._distinct = Distinct()
        self._key_in_dict = itemgetter(*self.keys)
        self._key_in_struct = attrgetter(*self.keys)
        self._left_out = schemas.may_be_left_out(self.schema)

    @classmethod
    def own_schema(cls) -> dict[str, Any]:
        """The schema of its records, as its file says."""
        return schemas.load(cls.name)

    @property
    def logger(self) -> logging.Logger:
        """The stream's logger; of many shops, the shop's own."""
        return self.run.shop_log or super().logger

    @property
    def _shop_key(self) -> tuple[str, ...]:
        return ("shop",) if self.run.many_shops else ()

    @property
    def beside(self) -> dict[str, str]:
        """What each record gets besides what Loop sends: the shop, where there are many."""
        return {"shop": self.run.shop} if self.run.many_shops else {}

    def apply_catalog(self, catalog: Catalog) -> None:
        """Take up what a catalog selects.

        Raises:
            SettingsError: it is of one shop, and there are many: targets would mix them.
        """
        super().apply_catalog(catalog)
        entry = catalog.get_stream(self.name)
        if entry is None or not self.run.many_shops:
            return
        if "shop" not in (entry.schema.properties or {}):
            raise SettingsError(
                "--catalog", "was made for one shop; make it again with --discover and 'shops'."
            )
        self.primary_keys = ("shop", *(key for key in self.primary_keys if key != "shop"))

    def want_own_keys(self) -> None:
        """See to it that the catalog names no other keys than the stream has.

        Raises:
            SettingsError: it does, and rows would overwrite each other, or come twice.
        """
        declared: object = type(self).replication_key
        date = declared if isinstance(declared, str) else None
        own_keys = (*self._shop_key, *self.keys)
        if set(self.primary_keys) != set(own_keys):
            asked, own = ", ".join(self.primary_keys), ", ".join(own_keys)
            what = f"the key {asked}; it is {own}"
        elif self.replication_key not in {None, date}:
            what = f"the replication key {self.replication_key}; " + (
                f"it is {date}" if date else "it has none, and is read whole"
            )
        else:
            return
        raise SettingsError(
            "--catalog",
            f"gives {self.name} {what}. Take that out; columns can be added with stream_maps.",
        )

    @cached_property
    def cleaner(self) -> Cleaner:
        """Makes a record of a row."""
        declared: object = type(self).replication_key  # a property, where a stream has none
        date = declared if isinstance(declared, str) else None
        return Cleaner(self.name, schemas.load(self.name), self.keys, self.run.rules, date)

    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Read the stream. Records are written as they come, so none are left to yield."""
        del context
        self.run.stop_if_asked()
        if self.name not in self.run.unreadable:
            with self.run.going_on(self.name):
                (self.read if self.is_due else self.read_between)()
        return iter(())

    @abstractmethod
    def read(self) -> None:
        """Read what is to be read, write it, and say that it is out."""

    @property
    def is_due(self) -> bool:
        """Whether it is to be read now; not in each run, with `refresh: events`."""
        return True

    def read_between(self) -> None:
        """Read what is to be read while the stream is not due: nothing."""
        self.saving.put_back()
        self.progress.start("not due, by reconcile_hours")

    @abstractmethod
    def probe(self) -> None:
        """Ask Loop once, as cheaply as may be, to see whether the key may read the stream.

        Raises:
            AccessError: it may not.
        """

    def probe_ahead(self) -> None:
        """Ask as `probe`, before a run reads: for what it reads first, where that is known."""
        self.probe()

    def nothing_to_ask(self) -> str | None:
        """Why the stream asks Loop nothing, if so: then nothing is known of what the key may."""
        return None

    def check_state(self) -> None:
        """See to it that what STATE holds of the stream can be read (see `check_bookmark`)."""
        check_bookmark(self)

    def state(self, states: tuple[str, ...], *, lookback: int) -> StreamState:
        """The stream's bookmark in this run (see `StreamState`)."""
        run = self.run
        return StreamState(self, states, run.span, now=run.now, lookback=lookback)

    def write_rows(self, rows: Rows) -> None:
        """Clean rows and write them."""
        self.write([self.cleaner(row) for row in rows])

    def write(self, records: Sequence[Record | msgspec.Struct]) -> None:
        """Write records, with selection, stream maps and flattening applied."""
        if not self.selected:
            return
        write = self._write_as_it_is if self.is_written_as_it_is else self._write_mapped
        written = write(records)
        self.progress.rows += len(written)
        self._distinct.take(written)
        self.run.stop_if_asked()

    def _write_as_it_is(self, records: Sequence[Record | msgspec.Struct]) -> list[Hashable]:
        """Write records to which no stream map, flattening or selection applies; their keys."""
        mapped.leave_out_nulls(records, self._left_out)
        keys = [self._key(record) for record in records]
        if self.sent:
            news = [self.sent.is_news(*row) for row in zip(keys, records, strict=True)]
            records, keys = list(compress(records, news)), list(compress(keys, news))
        if records:
            self.run.writer.write_records(self.name, records, self.version, self.beside)
        return keys

    def _write_mapped(self, records: Sequence[Record | msgspec.Struct]) -> list[Hashable]:
        """Write what selection and the stream's maps make of records; the keys of those."""
        keys = []
        for record in records:
            key = self._key(record)
            made = list(mapped.mapped(self, {**self.beside, **self.cleaner.in_full(record)}))
            if self.sent and not self.sent.is_news(key, made):
                continue
            for alias, row in made:
                self.run.writer.write_message(mapped.message(self, alias, row))
            keys.append(key)
        return keys

    def _key(self, record: Record | msgspec.Struct) -> Hashable:
        if isinstance(record, dict):
            return self._key_in_dict(record)  # type: ignore[no-any-return]
        return self._key_in_struct(record)

    def end(self, requests: int, *more: str) -> None:
        """Say what was read, so that it can be compared with what has landed."""
        counts = f"{self.progress.rows:,} rows, {self._distinct.count:,} ids, {requests:,} requests"
        same = self.sent.unchanged if self.sent else 0
        left = [f"{same:,} unchanged rows not sent"] if same else []
        self.progress.end(", ".join((counts, *more, *left)))
        self.tell_kept_aside()

    def tell_kept_aside(self) -> None:
        """Say what was kept aside: fields that the schema does not know, and other shapes."""
        drops = self.run.settings.pii == "drop"  # all of what is aside may be personal
        fate = "left out, since pii is drop" if drops else "kept in additional_fields"
        for what, count in (
            ("fields that the schema does not know; they are", self.cleaner.unknown),
            ("values of another shape than the schema says; their columns are null, they are",
             self.cleaner.misshapen),
        ):  # fmt: skip
            if count:
                line = "%s: Loop sent %s %s: %s"
                self.logger.warning(line, self.name, what, fate, _shown(count))

    def finish_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema with the precision and scale of decimals, which the SDK's own model drops."""
        return schemas.with_decimal_size(schema)  # type: ignore[no-any-return]


def _shown(count: Mapping[str, int]) -> str:
    """Fields and how often each came, the first of very many."""
    first = [f"{field} ({times:,})" for field, times in sorted(count.items())[:_MOST_FIELDS]]
    more = len(count) - len(first)
    return ", ".join(first) + (f" and {more:,} more" if more else "")
