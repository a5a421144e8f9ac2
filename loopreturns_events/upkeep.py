"""Looks after the store beside the receiver: figures, readiness, retention."""

from __future__ import annotations

import asyncio
import logging
import time

from loopreturns_events.delivery import days_ago
from loopreturns_events.errors import StoreTrouble
from loopreturns_events.figures import Figures
from loopreturns_events.settings import Settings
from loopreturns_events.store import open_store

log = logging.getLogger("loopreturns-events")
_EVERY = 15.0
_AT_ONCE = 1000
_MANY = 100_000
_CHECKED = 5.0
"""Seconds for which the answer to "does the store write?" holds: asking costs a commit."""


class Upkeep:
    """Its own connection to the store, so that nothing here holds up a delivery."""

    def __init__(self, settings: Settings, figures: Figures) -> None:
        self._settings = settings
        self._figures = figures
        self._store = open_store(settings.store)
        self._checking = asyncio.Lock()
        self._checked: tuple[float, StoreTrouble | None] = (float("-inf"), None)
        self._well = True
        self._told = False

    async def check(self) -> None:
        """Write something to the store, unless that was tried a moment ago.

        Raises:
            StoreTrouble: it cannot be written.
        """
        async with self._checking:
            if time.monotonic() - self._checked[0] > _CHECKED:
                trouble = None
                try:
                    await asyncio.to_thread(self._store.check)
                except StoreTrouble as found:
                    trouble = found
                self._checked = time.monotonic(), trouble
        if self._checked[1]:
            raise self._checked[1]

    async def go_on(self) -> None:
        """Every few seconds: delete what may go, and count what is there."""
        while True:
            try:
                await asyncio.to_thread(self._once)
            except StoreTrouble as trouble:
                if self._well:
                    log.error("%s. Deliveries are answered 503 until it is well.", trouble)  # noqa: TRY400
                self._well = False
            else:
                if not self._well:
                    log.info("The store is well again.")
                self._well = True
            await asyncio.sleep(_EVERY)

    def _once(self) -> None:
        self._prune()
        stored = self._figures.stored = self._store.figures()
        if not stored.readers and stored.events >= _MANY and not self._told:
            self._told = True
            log.warning("%s events, and no reader yet: nothing is pruned.", f"{stored.events:,}")

    def _prune(self) -> None:
        before = days_ago(self._settings.retention_days)
        pruned = 0
        while (found := self._store.prune(before, limit=_AT_ONCE)) == _AT_ONCE:
            pruned += found
            time.sleep(0.05)  # let deliveries through
        if pruned + found:
            log.info("%s events are pruned: read, and past their retention.", f"{pruned + found:,}")
        if gone := self._store.prune_aside(days_ago(self._settings.aside_days)):
            log.warning("%s deliveries kept aside were deleted for their age.", f"{gone:,}")

    def close(self) -> None:
        """Give back the connection."""
        self._store.close()
