"""What a run says of itself: a line at the start, one each half minute, one at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from logging import Logger

from loop_returns.times import DAY

_SELDOM = 30.0  # seconds between two lines
_FROM = 1 / 3  # of the work done; before that, nothing is estimated
_PARTS = 8
_STEADY = 1.6  # the slowest of the parts, at most, by the fastest
_STEP = 0.01  # of the work, between two marks


class Progress:
    """Counts a stream's work and tells of it, sparingly.

    How much is left is told where the parts of what is done went at about one pace. Loop does
    not say how many returns a stretch of dates has, so that of a growing or seasonal account
    an estimate would be wrong by far more than a factor of two.

    Attributes:
        rows: Counted by whoever writes them.
    """

    def __init__(
        self, log: Logger, name: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rows = 0
        self._log = log
        self._name = name
        self._clock = clock
        self._began = self._told = clock()
        self._marks: list[tuple[float, float]] = []  # a share of the work, and when it was done

    def start(self, what: str) -> None:
        """Say what is about to be read; time counts from here."""
        self._began = self._told = self._clock()
        self._marks = []
        self._log.info("%s: %s", self._name, what)

    def tell(self, share: float | None = None) -> None:
        """Now and then, say how far it has come.

        `share` is how much of the work is done, between 0 and 1, if that is known.
        """
        now = self._clock()
        if share and share >= (self._marks[-1][0] if self._marks else 0) + _STEP:
            self._marks.append((share, now - self._began))
        if now - self._told < _SELDOM:
            return
        self._told = now
        spent = now - self._began
        line = f"{self.rows:,} rows, {self.rows / spent * 60:,.0f} a minute"
        if share:
            line += f", {min(share, 0.99):.0%} done"
        if share and self._is_steady(share, spent):
            line += f", about {_minutes(spent / share - spent)} to go"
        self._log.info("%s: %s", self._name, line)

    def _is_steady(self, share: float, spent: float) -> bool:
        if share < _FROM:
            return False
        ends = [0.0]
        for part in range(1, _PARTS):
            near = min(self._marks, key=lambda mark: abs(mark[0] - share * part / _PARTS))
            ends.append(near[1])
        ends.append(spent)
        took = [later - earlier for earlier, later in pairwise(ends)]
        return 0 < max(took) <= _STEADY * min(took)

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
