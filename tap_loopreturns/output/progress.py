"""What a run says of itself: a line at the start, one each half minute, one at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from logging import Logger

from loop_returns.times import DAY

_SELDOM = 30.0


class Progress:
    """Counts a stream's work and tells of it, sparingly.

    `share` is how much of the work is done, between 0 and 1, if that is known.
    """

    def __init__(
        self, log: Logger, name: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rows = 0
        self._log = log
        self._name = name
        self._clock = clock
        self._began = self._told = clock()

    def start(self, what: str) -> None:
        """Say what is about to be read; time counts from here."""
        self._began = self._told = self._clock()
        self._log.info("%s: %s", self._name, what)

    def add(self, rows: int, share: float | None = None) -> None:
        """Count rows; now and then, say how far it has come."""
        self.rows += rows
        now = self._clock()
        if now - self._told < _SELDOM:
            return
        self._told = now
        spent = now - self._began
        line = f"{self.rows:,} rows, {self.rows / spent * 60:,.0f} a minute"
        if share:
            line += f", {min(share, 0.99):.0%} done, about {_minutes(spent / share - spent)} to go"
        self._log.info("%s: %s", self._name, line)

    def end(self, what: str) -> None:
        """Say what was read, and how long it took."""
        spent = self._clock() - self._began
        self._log.info("%s: done, %s, in %s", self._name, what, _minutes(spent))


def stretch(seconds: int) -> str:
    """How much of Loop's history is to be read."""
    if seconds >= 2 * DAY:
        return f"{seconds / DAY:,.0f} days"
    return f"{seconds / 3600:.1f} hours" if seconds >= 3600 else "less than an hour"  # noqa: PLR2004


def _minutes(seconds: float) -> str:
    if seconds < 90:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"  # noqa: PLR2004
