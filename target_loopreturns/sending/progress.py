"""How far a run has come, and when its failures are too many."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from loop_returns.errors import ActionsUnsettled
from target_loopreturns.settings import TargetSettings

log = logging.getLogger("target-loopreturns")

_SELDOM = 30.0  # seconds between two lines
_ENOUGH = 20  # actions, before a share of them says anything


class ActionsProgress:
    """Counts actions as they are taken, and says every half minute how far the run is.

    Args:
        whole: How many actions there are.
        clock: Seconds that only grow.
    """

    def __init__(self, whole: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.taken = 0
        self.failed = 0
        self._whole = whole
        self._clock = clock
        self._lock = threading.Lock()
        self._began = self._said = clock()

    def take(self, count: int, *, failed: bool) -> None:
        """So many actions more have an outcome."""
        with self._lock:
            self.taken += count
            self.failed += count if failed else 0
            now = self._clock()
            if now - self._said >= _SELDOM and self.taken < self._whole:
                self._said = now
                log.info("%s", self._line(now - self._began))

    def has_failed(self, *, count: int, share: float) -> bool:
        """Whether too many have failed, or are uncertain.

        Args:
            count: So many are too many; 0: never.
            share: More than this part of those taken, 20 at least, is too much; 0: never.
        """
        if count and self.failed >= count:
            return True
        return bool(share) and self.taken >= _ENOUGH and self.failed > share * self.taken

    def stop_if_failing(self, limit: TargetSettings) -> None:
        """End the run where too many have failed (`stop_after_failures`).

        Raises:
            ActionsUnsettled: they have.
        """
        if self.has_failed(count=limit.failure_count, share=limit.failure_share):
            raise ActionsUnsettled(
                f"{self.failed:,} of {self.taken:,} actions failed or are uncertain "
                "('stop_after_failures'), so the rest was not tried; the reasons are in "
                f"{limit.outcomes}."
            )

    def _line(self, seconds: float) -> str:
        rate = self.taken / seconds
        left = (self._whole - self.taken) / rate
        failed = f", {self.failed:,} failed or uncertain" if self.failed else ""
        return (
            f"{self.taken:,} of {self._whole:,} actions{failed}; {60 * rate:,.0f} a minute, "
            f"about {_in_words(left)} left."
        )


def _in_words(seconds: float) -> str:
    return f"{seconds / 60:,.0f} min" if seconds >= 90 else f"{seconds:,.0f} s"  # noqa: PLR2004
