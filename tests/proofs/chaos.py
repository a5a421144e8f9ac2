"""An account that changes while it is read, by runs that are cut off, with settings that change.

A story is told by its seed: runs, and what happens during and between them. After
a last, quiet run the warehouse must hold the account, or that run must have
failed loudly. Time is the story's own, so that months pass in a moment.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from loop_returns.errors import LoopReturnsError
from mock_loop import Faults, Loop, Quirks, Shop, clock, serve
from mock_loop.book import STATES
from tap_loopreturns import settings as settings_
from tap_loopreturns.tap import TapLoopReturns
from tests.proofs.running import without_waiting
from tests.proofs.warehouse import Warehouse, missing_returns, unlike
from tests.running import Output, run_tap, settings

DAY = 86_400
BEGIN = clock.parse("2023-06-01")
HISTORY = clock.parse("2023-01-01")
RETURNS = ("returns", "return_line_items", "return_exchanges", "return_labels")
OTHERS = (
    "return_details",
    "label_requests",
    "happy_returns_shipments",
    "happy_returns_shipment_items",
    "allowlist_items",
)


@dataclass
class Story:
    """One account, one warehouse, and a clock."""

    seed: int
    runs: int = 0
    crashes: int = 0
    loud: int = 0
    changes: int = 0
    wrong: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        self.now = BEGIN
        self.lookback = self.rng.choice((0, 1, 1, 24)) * 3600
        # How far Loop's clock is behind, and how late what it stamped may become visible.
        self.late = self.rng.choice((0, 0, self.lookback // 2, self.lookback))
        self.skew = self.rng.randint(0, self.lookback - self.late)
        self.end = self.now
        self.quirks = _quirks(self.rng)
        self.shop = Shop.seeded(
            self.rng.choice((5, 40, 120)),
            self.seed,
            clock.millis(HISTORY),
            clock.millis(BEGIN),
            now=clock.naive(BEGIN),
        )
        self.warehouse = Warehouse()

    def tell(self) -> Story:
        """Let it happen."""
        with serve(self.shop, quirks=self.quirks) as loop:
            loop.hook = self._during
            for _ in range(self.rng.randint(1, 5)):
                self._run(loop)
                self._between()
            loop.hook = None
            loop.faults = None
            # Long enough that all that was committed late is behind.
            self.now += self.late + 1
            self._quiet(loop)
        return self

    def _run(self, loop: Loop) -> None:
        rng = self.rng
        faulty = rng.random() < 0.2
        loop.faults = Faults(0.15, ("500", "close", "429"), self.seed) if faulty else None
        given: dict[str, Any] = {
            "page_size": rng.choice((2, 7, 50, 750)),
            "concurrency": rng.choice((1, 8)),
            "lookback_hours": self.lookback // 3600,
            "start_date": clock.naive(rng.randint(HISTORY - 300 * DAY, self.now - 1)),
        }
        if rng.random() < 0.2:
            del given["start_date"]
        if rng.random() < 0.3:
            given["states"] = rng.sample(STATES, rng.randint(1, 4))
        start = clock.parse(given["start_date"]) if "start_date" in given else HISTORY
        if rng.random() < 0.2 and start < self.now - 2:
            given["end_date"] = clock.naive(rng.randint(start + 1, self.now))
        select = {one for one in RETURNS if rng.random() < 0.7} or {"returns"}
        select |= {one for one in OTHERS if rng.random() < 0.25}
        run = self._read(loop, given, select)
        lines = run.lines
        if rng.random() < 0.5:
            self.crashes += 1
            lines = lines[: rng.randint(0, len(lines))]
        self.warehouse.load(lines)
        self.log.append(
            f"{given} {sorted(select)} {len(lines)}/{len(run.lines)} lines, end {self.end}, "
            f"{run.error!r}"
        )

    def _read(self, loop: Loop, given: dict[str, Any], select: set[str]) -> Output:
        self.runs += 1
        config = settings(loop, **given)
        self.end = self.now
        if "start_date" not in given:
            del config["start_date"]
        wait = without_waiting(seed=self.seed)

        def prepare(tap: TapLoopReturns) -> None:
            now = datetime.fromtimestamp(self.end, UTC)
            tap.run.settings = settings_.check(tap.config, now=now, known=tap.config)
            wait(tap)

        run = run_tap(
            config, select=select, state=self.warehouse.state, prepare=prepare, fails=None
        )
        if run.error is not None:
            self.loud += 1
            if not isinstance(run.error, LoopReturnsError):
                self.wrong.append(f"not an expected error: {run.error!r}")
        return run

    def _quiet(self, loop: Loop) -> None:
        given = {
            "start_date": clock.naive(HISTORY - 400 * DAY),
            "lookback_hours": self.lookback // 3600,
            "page_size": self.rng.choice((2, 7, 50, 750)),
        }
        last = self._read(loop, given, {*RETURNS, *OTHERS})
        if last.error is not None:
            return
        self.warehouse.load(last.lines)
        self.wrong += [f"lost {one}" for one in missing_returns(self.shop, self.warehouse)]
        fresh, state = Warehouse(), self.warehouse.state
        self.warehouse.state = {}
        fresh.load(self._read(loop, given, {*RETURNS, *OTHERS}).lines)
        self.warehouse.state = state
        self.wrong += unlike(self.warehouse, fresh, ignore=["return_notes"])

    def _during(self, _number: int, shop: Shop) -> None:
        """Before each answer."""
        self.now += self.rng.choice((0, 0, 1, 1, 5, 60))
        if self.rng.random() < 0.3:
            self._change(shop)

    def _between(self) -> None:
        self.now += self.rng.choice((1, 60, 3600, DAY, 20 * DAY, 100 * DAY))
        for _ in range(self.rng.randint(0, 10)):
            self._change(self.shop)
            self.now += self.rng.choice((0, 1, 600))

    def _change(self, shop: Shop) -> None:
        """Something happens now; Loop's clock may be behind, and may tell of it late."""
        rng = self.rng
        self.changes += 1
        earliest = self.now - self.skew - self.late
        at = self.now - self.skew - rng.randint(0, self.late)
        if rng.random() < 0.3 and earliest <= self.end <= self.now:
            at = max(earliest, self.end + rng.choice((-1, 0, 1)))  # about the frozen upper bound
        known = sorted(found.id for found in shop.book)
        what = rng.random()
        if what < 0.35:
            shop.add_return(state=rng.choice(STATES), created_at=clock.millis(at))
        elif what < 0.6:
            one = shop.book[rng.choice(known)]
            shop.move_return(one, rng.choice(STATES), max(at, one.updated))
        elif what < 0.75:
            one = shop.book[rng.choice(known)]
            if at > one.updated:
                shop.edit_return(one, at, package_reference=f"PKG-{self.changes}")
        elif what < 0.85:
            several = rng.sample(known, min(len(known), rng.choice((3, 30))))
            shop.bulk_stamp([one for one in several if shop.book[one].updated <= at], at)
        elif what < 0.92:
            shop.add_label_request(rng.choice(known), at)
        else:
            self._change_elsewhere(shop, at)

    def _change_elsewhere(self, shop: Shop, at: int) -> None:
        rng = self.rng
        if rng.random() < 0.5:
            for row in shop.table("happy_returns_shipments").values():
                made = clock.parse(row["created_at"])
                if at - 20 * DAY < made <= at and clock.parse(row["updated_at"]) < at:
                    row["updated_at"] = clock.millis(at)
        else:
            table = shop.table("allowlists")
            if table and rng.random() < 0.5:
                del table[rng.choice(sorted(table))]
            else:
                number = max(table, default=0) + 1
                table[number] = {"id": number, "type": "email", "value": f"{number}@shop.example"}


def _quirks(rng: Random) -> Quirks:
    drops = ("from", "to", "state", "paginate", "filter", "pageSize")
    cursors: tuple[Any, ...] = ("filter", "created_at", "opaque", "id")
    orders: tuple[Any, ...] = ("desc", "desc", "asc", "id")
    columns: tuple[Any, ...] = ("created_at", "updated_at")
    unnamed = [
        ("open", "closed", "expired"),
        ("open", "closed"),
        ("open",),
        STATES,
        ("open", "closed", "cancelled", "expired"),
        (),
    ]
    quirks = Quirks(
        requests_per_minute=None,
        order=rng.choice(orders),
        from_inclusive=rng.random() < 0.5,
        to_inclusive=rng.random() < 0.5,
        cursor_column=rng.choice(cursors),
        page_cap=rng.choice((None, None, 1, 5)),
        next_link_drops=tuple(one for one in drops if rng.random() < 0.5),
        next_link_version=rng.choice((None, "v1", "2026-07")),
        next_link_host=rng.choice((None, None, "elsewhere.example")),
        next_link_without_cursor=rng.random() < 0.1,
        repeat_cursor=rng.random() < 0.1,
        empty_page_at=rng.choice((None, None, None, 1, 2)),
        default_states=rng.choice(unnamed),
        shipments_column=rng.choice(columns),
    )
    return dataclasses.replace(quirks, paginate_ignored=rng.random() < 0.03)


@dataclass
class Chaos:
    """What came of many stories."""

    stories: int = 0
    runs: int = 0
    crashes: int = 0
    changes: int = 0
    loud: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.stories} stories, {self.runs:,} runs, {self.crashes} of them cut off, "
            f"{self.loud} ended loudly, {self.changes:,} changes: "
            f"{len(self.wrong)} not right in the end"
        )


def chaos(stories: int, *, seed: int = 1) -> Chaos:
    """Tell so many stories."""
    result = Chaos()
    for number in range(seed * 10_000, seed * 10_000 + stories):
        story = Story(number).tell()
        result.stories += 1
        result.runs += story.runs
        result.crashes += story.crashes
        result.changes += story.changes
        result.loud += story.loud
        result.wrong += [f"story {number}: {one}" for one in story.wrong]
    return result
