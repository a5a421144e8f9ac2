"""Advanced shipping notices: of the days that are new, and of those whose returns changed."""

from __future__ import annotations

from collections.abc import Callable

from singer_sdk import Tap

from loop_returns import endpoints, times
from loop_returns.errors import UnexpectedAnswer
from loop_returns.paging import Rows, looks_cut
from loop_returns.spans import Span
from loop_returns.times import DAY
from tap_loopreturns.records.cleaner import asked_by
from tap_loopreturns.run import Run
from tap_loopreturns.streams.by_date import ByDate
from tap_loopreturns.streams.changed_returns import ChangedReturns

_MANY = 25  # rows; fewer are not cut by anyone


class AdvancedShippingNotices(ByDate):
    """One record a returned line item, as a warehouse wants it announced.

    Loop takes whole days here, and does not say which of a row's dates they are
    compared with, nor whether the last day counts. A day more is asked for on
    each side; rows that come twice are the same rows.

    A notice is made with its return. Where a return changed that was made before the
    trailing stretch, the day on which it was made is asked for again.
    """

    name = "advanced_shipping_notices"
    keys: tuple[str, ...] = ("id", "return_line_item_id")
    replication_key = "created_at"
    endpoint = endpoints.SHIPPING_NOTICES
    shows_change = ("updated_at", "state", "label_status", "restock_status")
    costs = "one for about 5,000 rows, or 117 days; one a day whose returns changed"
    longest = 117 * DAY  # with a day on each side, within the 120 that 2026-10 allows
    rows_wanted = 5000  # the answer is not paged, so the window follows the density
    changed: ChangedReturns | None = None
    """The returns that changed, where this run reads both."""

    _longest = 0  # rows in an answer; another one of as many may be cut
    _full_days: set[int]

    def __init__(self, tap: Tap, run: Run) -> None:
        super().__init__(tap, run)
        self._full_days = set()

    def read_window(self, window: Span) -> None:
        """Ask for the days of a window."""
        self.learn(self._read_days(window, self.write_rows), window, margin=2)

    def finish(self) -> None:
        """Ask again for days whose returns changed, within `late_notice_requests`."""
        changed = self.changed or ChangedReturns(self)
        changed.keep = self.bookmark.remember
        changed.read_rest()
        changed.finish()
        at_most = self.run.settings.late_notice_requests
        lists = changed.lists(most_days=self._days)
        if not lists:
            return
        self.logger.info(
            "%s: %s returns changed that were made before the trailing days: "
            "%s requests for their notices",
            self.name, f"{changed.count:,}", f"{min(len(lists), at_most):,}",
        )  # fmt: skip
        for days in lists[:at_most]:
            self._write_changed(days, changed)
            changed.settle(days)
            self.bookmark.flush()
            self.run.stop_if_asked()
        if changed.count:
            self.logger.warning(
                "%s: %s returns that changed wait for the next run, which reads their notices "
                "(late_notice_requests is %s)", self.name, f"{changed.count:,}", at_most,
            )  # fmt: skip

    def probe(self) -> None:
        """Ask for a day."""
        day = _day(self.run.settings.span.end)
        params = {"from": day, "to": day}
        self.run.client.probe(self.endpoint.path, params, scope=self.endpoint.scope)

    def _write_changed(self, days: Span, changed: ChangedReturns) -> None:
        """Write the notices of the returns that changed, of all where they cannot be told."""
        ids = changed.ids(days)

        def write(rows: Rows) -> None:
            wanted = [row for row in rows if asked_by(row, "id", self.name) in ids]
            self.write_rows(wanted or rows)

        self._read_days(days, write)

    def _read_days(self, days: Span, write: Callable[[Rows], object]) -> int:
        return self._read((days.start - DAY) // DAY, (days.end + DAY) // DAY, write)

    def _read(self, first: int, last: int, write: Callable[[Rows], object]) -> int:
        """Ask for some days, and for each half of them where the answer may be cut; its rows.

        Raises:
            UnexpectedAnswer: Loop cuts the notices of a single day.
        """
        rows = 0
        for page in self.pages(_day(first * DAY), _day(last * DAY)):
            write(page)
            rows += len(page)
        may_be_cut = looks_cut(rows) or rows == self._longest >= _MANY
        self._longest = max(rows, self._longest)
        if may_be_cut and first == last:
            self._full_days.add(rows)
        if not may_be_cut or first == last:
            return rows
        middle = (first + last) // 2
        halves = self._read(first, middle, write) + self._read(middle + 1, last, write)
        if halves > rows and rows in self._full_days:
            raise UnexpectedAnswer(
                f"GET {self.endpoint.path}: Loop cuts the list at {rows:,} rows, and one day has "
                f"more, from {_day(first * DAY)} to {_day(last * DAY)}; they cannot be read."
            )
        return max(rows, halves)


def _day(second: int) -> str:
    return times.show(second)[:10]
