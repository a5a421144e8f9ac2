"""A run of many shops: the least fresh first, a line of each that fails, a list at the end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from loop_returns import times
from loop_returns.errors import LoopReturnsError, LoopUnavailable, ShopsFailed, TargetGone
from loopreturns_plugin.shop_list import ShopEntry
from loopreturns_plugin.stopping import Stopped
from tap_loopreturns.shops.side_by_side import ShopOutcome, side_by_side
from tap_loopreturns.shops.states import ShopStates

_SELDOM = 30.0  # seconds
_SHOWN = 50  # shops that the list at the end names
_NEVER = "never"


@dataclass(frozen=True, slots=True)
class ShopRead:
    """What was read of a shop, and up to when."""

    rows: int
    requests: int
    read_until: int | None
    """None where it ended before that was known."""
    error: BaseException | None = None
    """What it ended with, if not all is out."""


@dataclass(eq=False)
class ShopsReading:
    """Reads shops side by side, and says how it goes."""

    shops: Sequence[ShopEntry]
    states: ShopStates
    read_one: Callable[[ShopEntry], ShopRead]
    """Reads a shop, on a thread, and puts its STATE."""
    at_once: int
    log: logging.Logger
    idle: Callable[[], object]
    """Called every half second; may end the run."""
    failed: dict[str, BaseException] = field(default_factory=dict)
    """Why shops were not read to their end, by name."""
    came: dict[str, ShopRead] = field(default_factory=dict)
    """What came of shops, by name, of those that failed, too."""
    _out_in_a_row: int = 0

    def read(self) -> None:
        """Read all shops, the least fresh first.

        Raises:
            ShopsFailed: some of them failed; each was named, with its reason.
            TargetGone: nobody reads the output any more.
            Stopped: a shop was read for as long as `stop_after_seconds` lets it.
        """
        began = told = time.monotonic()
        until = {shop.name: self.states.read_until(shop.name) for shop in self.shops}
        never = sum(1 for value in until.values() if value is None)
        self.log.info(
            "%s shops, %d at once, %s of them for the first time",
            f"{len(self.shops):,}", self.at_once, f"{never:,}",
        )  # fmt: skip
        ordered = sorted(self.shops, key=lambda shop: (until[shop.name] or 0, shop.name))
        for outcome in self._outcomes(ordered):
            self._take(outcome)
            if time.monotonic() - told >= _SELDOM:
                told = time.monotonic()
                self._tell_progress()
            if self._out_in_a_row > self.at_once:
                break
        self.states.write()
        self._end(time.monotonic() - began)

    def _outcomes(self, ordered: Sequence[ShopEntry]) -> Iterator[ShopOutcome[ShopRead]]:
        return side_by_side(ordered, self.read_one, at_once=self.at_once, idle=self._idle)

    def _idle(self) -> None:
        self.idle()
        self.states.write_if_due()

    def _take(self, outcome: ShopOutcome[ShopRead]) -> None:
        error = outcome.error
        if outcome.found is not None:
            self.came[outcome.shop] = outcome.found
            error = outcome.found.error
        if error is None:
            self._out_in_a_row = 0
            return
        self.failed[outcome.shop] = error
        if isinstance(error, (TargetGone, Stopped)):
            raise error
        # Where Loop itself is out, each further shop would wait as long, in vain.
        self._out_in_a_row = self._out_in_a_row + 1 if isinstance(error, LoopUnavailable) else 0
        self.log.error(
            "%s: failed: %s", outcome.shop, _reason(error),
            exc_info=None if isinstance(error, LoopReturnsError) else error,
        )  # fmt: skip

    def _tell_progress(self) -> None:
        self.log.info(
            "%s of %s shops read, %s failed, %s rows",
            f"{len(self.complete):,}", f"{len(self.shops):,}", f"{len(self.failed):,}",
            f"{self._rows:,}",
        )  # fmt: skip

    @property
    def _rows(self) -> int:
        return sum(one.rows for one in self.came.values())

    @property
    def complete(self) -> list[str]:
        """The shops that were read to their end."""
        return [name for name in self.came if name not in self.failed]

    def fresh_until(self, shop: str) -> int | None:
        """Up to when all of a shop is out, by this run or one before; None: by none."""
        if shop in self.came and shop not in self.failed:
            return self.came[shop].read_until
        return self.states.read_until(shop)

    def _end(self, seconds: float) -> None:
        requests = sum(one.requests for one in self.came.values())
        self.log.info(
            "done: %s of %s shops read, %s rows, %s requests, in %.0f s; STATE written %d times",
            f"{len(self.complete):,}", f"{len(self.shops):,}", f"{self._rows:,}", f"{requests:,}",
            seconds, self.states.messages,
        )  # fmt: skip
        for line in self._by_freshness():
            self.log.info("%s", line)
        complete = set(self.complete)
        lacking = [shop.name for shop in self.shops if shop.name not in complete]
        if lacking:
            raise ShopsFailed(self._verdict(lacking))

    def _by_freshness(self) -> Iterator[str]:
        """A line for each shop, the least fresh first; of very many, those."""
        until = {shop.name: self.fresh_until(shop.name) for shop in self.shops}
        ordered = sorted(until, key=lambda name: (until[name] or 0, name))
        yield "shops by freshness, the stalest first:"
        for name in ordered[:_SHOWN]:
            why = "" if name in self.came else "not read"
            if name in self.failed:
                why = _reason(self.failed[name])
            second = until[name]
            fresh = _NEVER if second is None else times.show(second)
            yield f"  {name}: read until {fresh}" + (f"; {why}" if why else "")
        if (more := len(ordered) - _SHOWN) > 0:
            yield f"  and {more:,} more, each of them fresher"

    def _verdict(self, lacking: Sequence[str]) -> str:
        named = ", ".join(lacking[:10]) + (
            f" and {len(lacking) - 10:,} more" if lacking[10:] else ""
        )
        unread = len(lacking) - len(self.failed)
        why = (
            f" {unread:,} were not read to their end, since Loop gave no healthy answer to "
            f"{self._out_in_a_row:,} shops in a row."
            if unread
            else ""
        )
        return (
            f"{len(lacking):,} of {len(self.shops):,} shops failed: {named}. The log has the "
            f"reason of each.{why} The others are read, and STATE is valid for all."
        )


def _reason(error: BaseException) -> str:
    if isinstance(error, LoopReturnsError):
        return str(error)
    return f"unexpected: {type(error).__name__}"
