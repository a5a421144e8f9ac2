"""Holding a warehouse against one account: what is read of Loop, what differs, what is kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

from loop_returns import times
from loop_returns.errors import SettingsError
from loopreturns_plugin.shop_list import ShopEntry
from tap_loopreturns import streams
from tap_loopreturns.output.account import key_mark
from tap_loopreturns.output.shop_log import ShopLogger
from tap_loopreturns.run import Run
from tap_loopreturns.shops.side_by_side import ShopOutcome, side_by_side
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.tap import TapLoopReturns
from tap_loopreturns.verifying import counts, loop_rows, record, repair, warehouse_rows
from tap_loopreturns.verifying.differences import KINDS, RowDifference, by_day, differences

DATED = loop_rows.dated(streams.STREAMS)
Rows = list[dict[str, str | int]]


class Verification(TapLoopReturns):
    """The tap, of which only keys and dates are kept; a signal ends it in its own words."""

    after_stop = ". Nothing was compared and nothing was written; run it again."

    @cached_property
    def gate(self) -> threading.BoundedSemaphore:
        """Bounds the requests that are under way in all shops."""
        return threading.BoundedSemaphore(self._common.shops_concurrency)

    def side_by_side(
        self, compare: Callable[[ShopEntry], Verified]
    ) -> Iterator[ShopOutcome[Verified]]:
        """What came of each shop, as they end."""
        return side_by_side(
            self.shops,
            compare,
            at_once=self._common.shops_concurrency,
            idle=self.run.stop_if_asked,
        )


class ShopVerification(Verification):
    """One of many shops, as if it was the only one, but for its name before what is logged.

    Raises:
        SettingsError: its key cannot be had, or its settings are wrong.
    """

    def __init__(self, entry: ShopEntry, fleet: Verification) -> None:
        if entry.problem:
            raise SettingsError("shops", entry.problem)
        self._entry, self._fleet = entry, fleet
        super().__init__(
            config=dict(entry.config), message_writer=loop_rows.RowsWriter(DATED.values())
        )

    @cached_property
    def run(self) -> Run:
        """What its streams share."""
        log = ShopLogger(self._entry.name, self.logger)
        fleet = self._fleet
        return replace(super().run, shop_log=log, log=log, gate=fleet.gate, stop=fleet.stop)


@dataclass
class Verified:
    """What is printed, what is said of it, and what goes into the record."""

    rows: Rows
    what: str
    differs: bool
    facts: dict[str, Any] = field(default_factory=dict)
    found: Sequence[RowDifference] = ()
    line: str = ""
    requests: int = 0
    states: tuple[str, ...] = ()


@dataclass
class Asked:
    """What is to be compared with what, and kept; `before` is STATE as it is mended so far."""

    kind: type[LoopStream] | None
    against: str | None
    before: Mapping[str, Any]
    repaired: str | None
    record_file: str | None


def count_all(run: Run, file: TextIO | None) -> Verified:
    """Count by month and state; against a file's counts, tell what differs."""
    theirs = None if file is None else counts.read(file)
    ours = counts.count(run)
    facts: dict[str, Any] = {"loop": _by_place(ours)}
    rows: Rows
    if theirs is None:
        rows = [
            {"month": month, "state": state, "count": number}
            for (month, state), number in sorted(ours.items())
        ]
        return Verified(rows, f"{sum(ours.values()):,} returns", differs=False, facts=facts)
    rows = [
        {
            "month": place[0],
            "state": place[1],
            "loop": ours.get(place, 0),
            "warehouse": theirs.get(place, 0),
        }
        for place in sorted({*ours, *theirs})
        if ours.get(place, 0) != theirs.get(place, 0)
    ]
    facts |= {"warehouse": _by_place(theirs), "differences": rows}
    return Verified(rows, f"{len(rows):,} differences", differs=bool(rows), facts=facts)


def compare_rows(tap: TapLoopReturns, kind: type[LoopStream], file: TextIO, shop: str) -> Verified:
    """Compare each row of a stream by its key and date."""
    theirs = warehouse_rows.read(file, kind, shop=shop)
    by_name = {stream.name: stream for stream in tap.loop_streams}
    ours = loop_rows.read_rows(by_name, kind.name, tap.run)
    span = tap.run.settings.span
    found = differences(ours, theirs, span)
    in_span = (row.date for row in ours.values() if row.date is None or span.holds(row.date))
    facts = {
        "loop": by_day(in_span),
        "warehouse": by_day(
            row.date for row in theirs.values() if row.date is None or span.holds(row.date)
        ),
        **record.of_differences(found, kind.keys),
    }
    each = ", ".join(f"{sum(one.kind == k for one in found):,} {k}" for k in KINDS)
    what = f"{len(found):,} differences ({each})"
    rows = [_shown(one, kind.keys) for one in found]
    return Verified(rows, what, differs=bool(found), facts=facts, found=found)


def _shown(one: RowDifference, names: tuple[str, ...]) -> dict[str, str | int]:
    loop = one.row.date if one.row else None
    return {
        "difference": one.kind,
        **dict(zip(names, one.key, strict=True)),
        "loop": "" if loop is None else times.show(loop),
        "warehouse": "" if one.warehouse is None else times.show(one.warehouse),
    }


def _by_place(found: counts.Counts) -> dict[str, int]:
    return {f"{month} {state}": number for (month, state), number in sorted(found.items())}


def compare(tap: Verification, asked: Asked, file: TextIO | None, shop: str) -> Verified:
    """Compare an account; what the record and the repair need of it is in the outcome.

    Args:
        tap: The account's, whose writer is a `RowsWriter`.
        asked: What is compared with what.
        file: The warehouse's rows or counts; none to count what Loop holds.
        shop: The shop, of many.

    Raises:
        LoopReturnsError: Loop cannot be read, or the file cannot.
    """
    run = tap.run
    try:
        if asked.kind is None or file is None:
            outcome = count_all(run, file)
        else:
            outcome = compare_rows(tap, asked.kind, file, shop)
    finally:
        run.client.close()
    span = run.settings.span
    outcome.states = run.settings.states
    outcome.requests = run.client.requests
    outcome.facts = _asked(run, asked.kind, asked.against, shop) | outcome.facts
    outcome.line = (
        f"{outcome.what}, changed from {times.show(span.start)} until {times.show(span.end)}; "
        f"{run.client.requests} requests."
    )
    return outcome


def keep(asked: Asked, outcome: Verified, shop: str) -> None:
    """Write what of an outcome is to be kept: STATE that mends it, a line for auditors."""
    if asked.repaired and asked.kind:
        asked.before = repair.repairing(
            asked.before, asked.kind, outcome.found, outcome.states, shop=shop
        )
        Path(asked.repaired).write_text(json.dumps(asked.before), "utf-8")
    if asked.record_file:
        record.append(Path(asked.record_file), outcome.facts)


def _asked(
    run: Run, kind: type[LoopStream] | None, against: str | None, shop: str
) -> dict[str, Any]:
    """What was asked, for the record."""
    settings = run.settings
    is_file = against not in {None, "-"}
    return {
        "account": key_mark(str(run.config["api_key"])),
        "shop": shop or None,
        "stream": kind.name if kind else "returns, by month and state",
        "from": times.show(settings.span.start),
        "until": times.show(settings.span.end),
        "states": list(settings.states),
        "against": against,
        "sha256": record.fingerprint(Path(str(against))) if is_file else None,
        "requests": run.client.requests,
    }
