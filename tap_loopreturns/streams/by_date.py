"""Lists with dates: read on from the bookmark, and a trailing stretch again for late changes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar

from loop_returns.paging import Rows, until_still
from loop_returns.spans import Span, Spans
from loop_returns.times import DAY, show
from tap_loopreturns.output.deep import DeepReading
from tap_loopreturns.output.progress import stretch
from tap_loopreturns.output.state import ROWS, StreamState
from tap_loopreturns.streams.base import LoopStream

_FIRST_DAYS = 14
_GROWTH = 4
_MARGIN = 2 * DAY  # that lists are asked for beyond a window, at most


class ByDate(LoopStream):
    """A list that is asked for by dates, one window after another.

    Rows are selected by when they were made. A change is seen while its row is in
    the trailing stretch, and else by the next deep reading.
    """

    longest: ClassVar[int] = 119 * DAY
    """Seconds in a window, at most; Loop refuses more than 120 days."""
    rows_wanted: int | None = None
    """Rows in a window, about; None where a window may be as long as Loop takes."""
    changed_since: int
    """From where on a window holds something new; what is older in it is read again."""
    leaves_out_unchanged: ClassVar[bool] = True
    """Whether rows that are read again as they were are not sent again."""
    bookmark: StreamState
    """Its bookmark, while it is read."""

    def read(self) -> None:
        """Read what is missing, oldest first; the bookmark follows each window."""
        before = self.run.client.requests
        self.plan()
        if self.leaves_out_unchanged:
            self.sent = self.saving.rows(anew=self.is_deep)
        self.bookmark.reopen()
        self.bookmark.remember(deep=self._deep.entry())
        missing = self.bookmark.lacking
        self.progress.start(self._what(missing))
        self._days = self._remembered_days()
        done = windows = 0
        for window in self._windows(missing):
            self.changed_since = self._changed_since(window)
            self._remember_rows(window)
            self._share = (done / missing.length, window.length / missing.length)
            self._write_window(window)
            done += window.length
            windows += 1
            self.bookmark.cover({ROWS: Spans([window])})
            self.bookmark.flush()
            self.advance(1)
        if self.sent:
            self.sent.remembers = False
        self.finish()
        self._put_down()
        self.end(self.run.client.requests - before, f"{windows:,} windows")

    def finish(self) -> None:
        """What else is to be done before the stream is at its end."""

    def advance(self, part: float) -> None:
        """Tell how much of the window is done, of which STATE is out; stop here if asked to."""
        done, window = self._share
        self.progress.tell(done + window * part)
        self.run.stop_if_long()

    @cached_property
    def is_due(self) -> bool:
        """By the upper bound of the last reading."""
        if not self.run.settings.reconcile:
            return True
        self.plan()
        return self.bookmark.is_due(self.run.settings.reconcile)

    def plan(self) -> None:
        """Take up the bookmark; the whole list is missing where a deep reading is due."""
        settings, now = self.run.settings, self.run.now
        self._deep = DeepReading.read(self.state_entry, now=now)
        self._goes_deep = self._deep.is_due(settings.deep_every, now)
        lookback = max(settings.trailing, settings.lookback)
        if self._goes_deep:
            lookback = max(lookback, now - self.run.span.start)
        self.bookmark = self.state((ROWS,), lookback=lookback)
        if self._goes_deep:
            self._deep = self._deep.begun(self.bookmark.out_before.get(ROWS, Spans()), now)

    def passes_over(self, second: int) -> bool:
        """Whether the rows of a second are out, and this run does not read them again."""
        out = self.bookmark.out_before.get(ROWS, Spans())
        return out.holds(second) and not self.bookmark.lacking.holds(second)

    @property
    def is_deep(self) -> bool:
        """Whether a deep reading goes on."""
        return self._deep.since is not None

    def probe_ahead(self) -> None:
        """Ask for the first window, of which the answer is kept for the reading."""
        self.plan()
        self._days = self._remembered_days()
        first = next(self._windows(self.bookmark.lacking), None)
        if first is None:
            self.probe()
        else:
            self.probe_window(first)

    def probe_window(self, window: Span) -> None:
        """Ask for what a window is read with first."""
        del window
        self.probe()

    def _put_down(self) -> None:
        days = self._days if self.rows_wanted else None
        self._deep = self._deep.finished()
        self.bookmark.remember(deep=self._deep.entry(), days=days)
        self.bookmark.remember(sent=self.saving.entry(self.sent))
        self.bookmark.flush()

    def _remember_rows(self, window: Span) -> None:
        """Remember the rows of windows that the next run reads again, a margin included."""
        if self.sent:
            trailing = max(self.run.settings.trailing, self.run.settings.lookback)
            self.sent.remembers = window.end > self.bookmark.wanted.end - trailing - _MARGIN

    def _what(self, missing: Spans) -> str:
        if not missing:
            return "nothing to read"
        since = show(next(iter(missing)).start)
        if self._goes_deep:
            return f"all rows since {since} once more, for late changes (deep_reading_days)"
        return f"{stretch(missing.length)} of rows, since {since}"

    def _windows(self, missing: Spans) -> Iterator[Span]:
        """The windows of what is missing; each as long as `length` says when its turn comes."""
        for lacking in missing:
            at = lacking.start
            while at < lacking.end:
                yield (window := Span(at, min(at + self.length(), lacking.end)))
                at = window.end

    def _changed_since(self, window: Span) -> int:
        state, lookback = self.bookmark, self.run.settings.lookback
        known = state.wanted.start if state.value is None else state.value - lookback
        if self._deep.since is not None:
            known = min(known, self._deep.since - lookback)
        out = state.out_before.get(ROWS, Spans()) | self._deep.out
        new = next(iter(Spans([window]) - out), None)
        return min(known, new.start) if new else known

    def length(self) -> int:
        """Seconds in the next window: long where rows are few, so that it stays bearable."""
        return min(self.longest, self._days * DAY) if self.rows_wanted else self.longest

    def learn(self, rows: int, window: Span, *, margin: int) -> None:
        """Take in how many rows a window had, and so many days beside it."""
        if self.rows_wanted:
            days = window.length / DAY
            density = max(rows / (days + margin), 1)
            most = min(int(_GROWTH * max(days, 1)), self.longest // DAY)
            self._days = max(1, min(int(self.rows_wanted / density), most))

    def _remembered_days(self) -> int:
        """How long a window was to be when the last run ended."""
        days = self.state_entry.get("days")
        return min(max(days, 1), self.longest // DAY) if isinstance(days, int) else _FIRST_DAYS

    @abstractmethod
    def read_window(self, window: Span) -> None:
        """Ask for a window and write its rows."""

    def pages(self, first: str, last: str) -> Iterator[Rows]:
        """The pages from one date, or date-time, to another."""
        return self.endpoint.pages(self.run.client, {"from": first, "to": last})

    def _write_window(self, window: Span) -> None:
        until_still(
            lambda: self.read_window(window),
            f"{self.name} of {show(window.start)} to {show(window.end)}",
            again=lambda: self.logger.info(
                "%s: changed while it was read; reading it again", self.name
            ),
        )
