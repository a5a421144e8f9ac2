"""Lists with dates: read on from the bookmark, and a trailing stretch again for late changes."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from tap_loopreturns.bookmark import Bookmark
from tap_loopreturns.errors import UnexpectedAnswer
from tap_loopreturns.loop.pages import Moved, Rows
from tap_loopreturns.progress import stretch
from tap_loopreturns.spans import Span, Spans
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.times import DAY, show

_ROWS = "rows"  # these lists are not read by state, so their bookmark has one entry
_TRIES = 5


class Dated(LoopStream):
    """A list that is asked for by dates, one window after another."""

    longest: ClassVar[int] = 119 * DAY
    changed_since: int
    """From where on a window holds something new; what is older in it is read again."""

    def read(self) -> None:
        """Read what is missing, oldest first; the bookmark follows each window."""
        settings = self.tap.settings
        key = str(type(self).replication_key)
        mark = Bookmark.read(key, self.bookmark_entry(), (_ROWS,), now=self.tap.now)
        span = self.tap.span
        start = span.start if mark.value is None else min(span.start, mark.value)
        wanted = Span(start, span.end)
        out = mark.covered.get(_ROWS, Spans())
        known = start if mark.value is None else mark.value - settings.lookback
        lookback = max(settings.trailing, settings.lookback)
        missing = mark.missing((_ROWS,), wanted, lookback=lookback).get(_ROWS, Spans())
        mark.reopen({_ROWS: missing}, span.end)
        before = self.tap.client.requests
        first = next(iter(missing), None)
        self.progress.start(
            f"{stretch(missing.length)} of rows, since {show(first.start)}"
            if first
            else "nothing to read"
        )
        done = windows = 0
        for lacking in missing:
            at = lacking.start
            while at < lacking.end:
                window = Span(at, min(at + self.length(), lacking.end))
                new = next(iter(Spans([window]) - out), None)
                self.changed_since = min(known, new.start) if new else known
                self.write_window(window)
                at = window.end
                done += window.length
                windows += 1
                mark.cover({_ROWS: Spans([window])}, (_ROWS,), start)
                self.checkpoint(mark.entry())
                self.flush_state()
                self.progress.add(0, done / missing.length)
                self.tap.stop_if_asked()
        self.end(self.tap.client.requests - before, f"{windows:,} windows")

    def length(self) -> int:
        """Seconds in the next window."""
        return self.longest

    def write_window(self, window: Span) -> None:
        """Write the rows of a window; again from its start, if they changed while being read."""
        for _ in range(_TRIES):
            try:
                self.read_window(window)
            except Moved:
                self.logger.info("%s: changed while it was read; reading it again", self.name)
            else:
                return
        raise UnexpectedAnswer(
            f"{self.name}: the list changed in each of {_TRIES} readings of {show(window.start)} "
            f"to {show(window.end)}, so it is not known to be complete."
        )

    @abstractmethod
    def read_window(self, window: Span) -> None:
        """Ask for a window and write its rows."""

    def write_rows(self, rows: Rows) -> None:
        """Clean rows and write them."""
        self.write([self.clean(row) for row in rows])
