"""Rows that are left out since the target has them: tables equal the account after each run.

A story is told by its seed. Between runs, rows change without a trace in any date; runs are
killed, where the target has loaded more than it has acknowledged. After each run that ends, the
target must hold what a target holds that was given everything anew.

A row never becomes again exactly what it was, or no run is killed: of both together, an earlier
version may stay until the next deep reading, which is held here, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from mock_loop import Loop, Quirks, Shop, clock, serve
from tap_loopreturns import settings as settings_
from tap_loopreturns.tap import TapLoopReturns
from tests.proofs.warehouse import Warehouse
from tests.running import Output, run_tap, settings

DAY = 86_400
BEGIN = clock.parse("2025-06-01")
NOTICES = "advanced_shipping_notices"
LISTS = ("allowlist_items", "blocklist_items", "destinations", "webhooks")
STREAMS = (*LISTS, "label_requests", "happy_returns_shipments", NOTICES)
QUICK = Quirks(requests_per_minute=None)


@dataclass
class Unchanged:
    """What came of stories."""

    runs: int = 0
    kills: int = 0
    sent: int = 0
    changed: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.runs:,} runs, {self.kills:,} of them killed: {len(self.wrong)} rows not as the "
            f"account has them; after the first load {self.sent:,} rows sent, {self.changed:,} of "
            "them changed"
        )


class UnchangedStory:
    """One account, one target, and a clock.

    Args:
        seed: Tells what happens.
        turns_back: Rows may become again exactly what they were.
        kills: Runs may be killed.
    """

    def __init__(self, seed: int, *, turns_back: bool, kills: bool) -> None:
        self.rng = Random(seed)
        self.now = BEGIN
        self.result = Unchanged()
        self._turns_back = turns_back
        self._kills = kills
        self._steps = 0
        self._warehouse = Warehouse()
        began = clock.millis(BEGIN - 20 * DAY)
        self._shop = Shop.seeded(30, seed, began, clock.millis(BEGIN), now=clock.naive(BEGIN))

    def tell(self, runs: int = 8) -> Unchanged:
        """Let it happen; each run that ends is held against everything read anew."""
        with serve(self._shop, quirks=QUICK) as loop:
            for number in range(runs):
                self._run(loop, may_be_killed=bool(number) and self._kills)
                self.now += self.rng.choice((600, 3600, 3600, DAY // 2))
                for _ in range(self.rng.choice((0, 1, 3))):
                    self._change()
            self._run(loop, may_be_killed=False)
        return self.result

    def end(self, days: int) -> list[str]:
        """What is not as in the account, after a run so many days later."""
        self.now += days * DAY
        with serve(self._shop, quirks=QUICK) as loop:
            self._warehouse.load(self._read(loop, self._warehouse.state).lines)
            return self._unlike(loop)

    def _run(self, loop: Loop, *, may_be_killed: bool) -> None:
        lines = self._read(loop, self._warehouse.state).lines
        self.result.runs += 1
        before = Warehouse.of(self._warehouse)
        if may_be_killed and self.rng.random() < 0.5:
            self.result.kills += 1
            cut = self.rng.randint(0, len(lines))
            acknowledged = Warehouse()
            acknowledged.load(lines[: self.rng.randint(0, cut)])
            self._warehouse.load(lines[:cut])
            self._warehouse.state = acknowledged.state or before.state
            return
        self._warehouse.load(lines)
        if before.tables:
            self._count(before)
        self.result.wrong += self._unlike(loop)

    def _read(self, loop: Loop, state: dict[str, Any], **more: Any) -> Output:
        now = datetime.fromtimestamp(self.now, UTC)

        def prepare(tap: TapLoopReturns) -> None:
            tap.run.began = now
            tap.run.settings = settings_.check(tap.config, now=now, known=tap.config)

        given = settings(loop, start_date=clock.naive(BEGIN - 60 * DAY), **more)
        return run_tap(given, select=STREAMS, state=state, prepare=prepare)

    def _unlike(self, loop: Loop) -> list[str]:
        anew = Warehouse()
        anew.load(self._read(loop, {}, send_unchanged=True).lines)
        found = []
        for stream in STREAMS:
            ours, theirs = self._warehouse.tables[stream], anew.tables[stream]
            unlike = [key for key, row in theirs.items() if ours.get(key) != row]
            # A notice of a unit that left its return stays, as docs/late-changes.md says.
            unlike += [key for key in ours if key not in theirs and stream != NOTICES]
            found += [f"{stream} {key}" for key in unlike]
        return found

    def _count(self, before: Warehouse) -> None:
        self.result.sent += self._warehouse.loaded - before.loaded
        for stream, table in self._warehouse.tables.items():
            rows = before.tables[stream]
            self.result.changed += sum(rows.get(key) != row for key, row in table.items())

    def _change(self) -> None:
        """Something happens of which no date tells."""
        self._steps += 1
        word = str(self.rng.randint(0, 1) if self._turns_back else self._steps)
        what = self.rng.random()
        if what < 0.3:
            one = self.rng.choice(sorted(found.id for found in self._shop.book))
            self._shop.edit_return(one, self._shop.book[one].updated, package_reference=word)
        elif what < 0.4:
            self._shop.add_return(created_at=clock.millis(self.now - 60))
        elif what < 0.6:
            self._edit("label_requests", status=word)
        elif what < 0.7:
            self._edit("happy_returns_shipments", line_item_count=int(word))
        elif what < 0.8:
            self._edit("destinations", name=word)
        else:
            self._change_allowlist(word)

    def _edit(self, kind: str, **fields: Any) -> None:
        table = self._shop.table(kind)
        if table:
            key = self.rng.choice(sorted(table))
            table[key] = table[key] | fields

    def _change_allowlist(self, word: str) -> None:
        table = self._shop.table("allowlists")
        number = 900_000 + int(word)
        if table.pop(number, None) is None:
            table[number] = {"id": number, "type": "email", "value": f"{word}@shop.example"}
        if not self._turns_back and self.rng.random() < 0.5:
            table.pop(min(table))


def unchanged(stories: int, *, seed: int = 1) -> Unchanged:
    """Tell so many stories, half of them with kills, half with rows that turn back."""
    result = Unchanged()
    for number in range(seed * 10_000, seed * 10_000 + stories):
        turns_back = bool(number % 2)
        told = UnchangedStory(number, turns_back=turns_back, kills=not turns_back).tell()
        result.runs += told.runs
        result.kills += told.kills
        result.sent += told.sent
        result.changed += told.changed
        result.wrong += [f"story {number}: {one}" for one in told.wrong]
    return result
