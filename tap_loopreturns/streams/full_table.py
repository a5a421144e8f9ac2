"""Lists that are read whole in every run, and tell the target which rows are gone."""

from __future__ import annotations

from collections.abc import Iterator

from loop_returns.paging import Rows, until_still
from tap_loopreturns.records.objects import Record
from tap_loopreturns.streams.base import LoopStream


class FullTable(LoopStream):
    """A list without dates: each run reads all of it.

    Its records carry a version, and only after a complete read ACTIVATE_VERSION
    is written, upon which a target removes the rows that Loop has no longer.
    """

    costs = "one a page"

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
        self.activate_version()
        self.end(self.run.client.requests - before)

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
        self.run.client.probe(self.endpoint.path, scope=self.endpoint.scope)

    def _read_once(self) -> None:
        self.set_version(self.run.next_version())
        for rows in self.pages():
            self.write_rows([self.prepare(row) for row in rows])
            self.progress.add(0)
            self.run.stop_if_asked()
