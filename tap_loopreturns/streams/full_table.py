"""Lists that are read whole in every run, and tell the target which rows are gone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar

from loop_returns import times
from loop_returns.paging import Rows, until_still
from tap_loopreturns.output.state import write_entry
from tap_loopreturns.records import schemas
from tap_loopreturns.records.objects import Record
from tap_loopreturns.streams.base import LoopStream


class FullTable(LoopStream):
    """A list without dates: each run reads all of it.

    Its records carry a version, and only after a complete read ACTIVATE_VERSION
    is written, upon which a target removes the rows that Loop has no longer.

    A table that many shops share has neither, since that would remove the rows of the
    other shops. There each record says which reading found it, and a record of
    full_table_reads says which reading was the last complete one.
    """

    costs = "one a page"
    extra_of_shops: ClassVar[dict[str, Any]] = schemas.LAST_SEEN
    rows = 0
    """Rows of the last reading."""
    _read_at = ""

    def read(self) -> None:
        """Read the list; again, if it changed while it was read."""
        self.progress.start(self.what())
        before = self.run.client.requests
        until_still(
            self._read_once,
            f"GET {self.endpoint.path}",
            again=lambda: self.logger.info(
                "%s: changed while it was read; reading it again", self.name
            ),
        )
        if self.is_surely_whole():
            self._tell_whole()
        if self.run.settings.reconcile:
            write_entry(self, {"read_at": times.show(self.run.now)})
        self.end(self.run.client.requests - before)

    @cached_property
    def is_due(self) -> bool:
        """By when it was read last, which STATE remembers where not every run reads it."""
        reconcile, read_at = self.run.settings.reconcile, self.given_entry.get("read_at")
        return not reconcile or not read_at or times.second(read_at) <= self.run.now - reconcile

    def _tell_whole(self) -> None:
        """Tell the target that the list was read whole."""
        if not self.run.settings.activate_version:
            return
        if self.run.many_shops:
            self.run.full_table_read(self.name, self._read_at, self.rows)
        else:
            self.activate_version()

    def is_surely_whole(self) -> bool:
        """Whether what was not in the list is gone; else the target keeps it."""
        return True

    def what(self) -> str:
        """What is about to be read, in words."""
        return "the whole list"

    def pages(self) -> Iterator[Rows]:
        """The pages of the list."""
        return self.endpoint.pages(self.run.client)

    def prepare(self, row: Record) -> Record:
        """Give a row what the key needs and Loop does not send."""
        return row

    def probe(self) -> None:
        """Ask once, to see whether the key may."""
        listing = self.endpoint.listing()
        self.run.client.probe(listing.path, listing.params, scope=listing.scope)

    @property
    def beside(self) -> dict[str, str]:
        """The shop and the reading, where there are many shops."""
        beside = super().beside
        return {**beside, "last_seen_at": self._read_at} if beside else beside

    def _read_once(self) -> None:
        version = self.run.next_version()
        if self.run.many_shops:
            self._read_at = times.show_milliseconds(version)
        else:
            self.set_version(version if self.run.settings.activate_version else None)
        self.rows = 0
        for rows in self.pages():
            self.rows += len(rows)
            self.write_rows([self.prepare(row) for row in rows])
            self.progress.tell()
            self.run.stop_if_asked()
