"""Lists with dates: read on from the bookmark, and a trailing stretch again for late changes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar

from loop_returns.paging import Rows, until_still
from loop_returns.spans import Span, Spans
from loop_returns.times import DAY, show
from tap_loopreturns.output.progress import stretch
from tap_loopreturns.output.state import StreamState
from tap_loopreturns.streams.base import LoopStream

_ROWS = "rows"  # these lists are not read by state, so their bookmark has one entry


class ByDate(LoopStream):
    """A list that is asked for by dates, one window after another."""

    longest: ClassVar[int] = 119 * DAY
    """Seconds in a window, at most; Loop refuses more than 120 days."""
    changed_since: int
    """From where on a window holds something new; what is older in it is read again."""

    def read(self) -> None:
        """Read what is missing, oldest first; the bookmark follows each window."""
        client = self.run.client
        state = self._state()
        missing = state.lacking
        before = client.requests
        self.progress.start(
            f"{stretch(missing.length)} of rows, since {show(next(iter(missing)).start)}"
            if missing
            else "nothing to read"
        )
        done = windows = 0
        for window in self._windows(missing):
            self.changed_since = self._changed_since(window, state)
            self._write_window(window)
            done += window.length
            windows += 1
            state.cover({_ROWS: Spans([window])})
            state.flush()
            self.progress.add(0, done / missing.length)
            self.run.stop_if_asked()
        self.end(client.requests - before, f"{windows:,} windows")

    @cached_property
    def is_due(self) -> bool:
        """By the upper bound of the last reading."""
        return self._state().is_due(self.run.settings.reconcile)

    def _state(self) -> StreamState:
        settings = self.run.settings
        return self.state((_ROWS,), lookback=max(settings.trailing, settings.lookback))

    def _windows(self, missing: Spans) -> Iterator[Span]:
        """The windows of what is missing; each as long as `length` says when its turn comes."""
        for lacking in missing:
            at = lacking.start
            while at < lacking.end:
                yield (window := Span(at, min(at + self.length(), lacking.end)))
                at = window.end

    def _changed_since(self, window: Span, state: StreamState) -> int:
        known = state.wanted.start
        if state.value is not None:
            known = state.value - self.run.settings.lookback
        new = next(iter(Spans([window]) - state.out_before.get(_ROWS, Spans())), None)
        return min(known, new.start) if new else known

    def length(self) -> int:
        """Seconds in the next window."""
        return self.longest

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
