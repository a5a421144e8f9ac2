"""Events off, late, doubled, shuffled: what the tables hold after the run that reconciles."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from loop_returns import times
from loopreturns_events.delivery import Delivery
from loopreturns_events.store import open_store
from mock_loop import Loop, Quirks, Shop, serve
from mock_loop.happening import Happened
from mock_loop.responses import dump
from tap_loopreturns.tap import TapLoopReturns
from tests.proofs.running import without_waiting
from tests.running import Output, run_tap, settings
from tests.truth import differences

KINDS = ("off", "late", "doubled", "shuffled")
SELECT = ("returns", "return_line_items", "return_exchanges", "return_labels", "return_details")
_NOW = "2026-11-20T08:00:00Z"
_RUNS = 6


@dataclass
class Mail:
    """Events on their way from an account to a store, by the account's own clock."""

    shop: Shop
    store: Path
    waiting: list[tuple[int, Delivery]] = field(default_factory=list)
    wait: Callable[[], list[int]] = lambda: [0]
    """For each event, after how many seconds it comes; several: it comes several times."""

    def __post_init__(self) -> None:
        self.arrive()
        self.shop.listeners.append(self.tell)

    def tell(self, happened: Happened) -> None:
        """Take an event in, to be delivered when its time has come."""
        body = dump(happened.body)
        for seconds in self.wait():
            at = self.shop.moment() + seconds
            self.waiting.append((at, Delivery("acme", body, times.show(at))))

    def arrive(self) -> None:
        """Put what is due into the store, in the order in which it comes."""
        now = self.shop.moment()
        due = sorted((w for w in self.waiting if w[0] <= now), key=lambda one: one[0])
        self.waiting = [w for w in self.waiting if w[0] > now]
        store = open_store(str(self.store))
        store.last()
        for _, delivery in due:
            store.take([delivery])
        store.close()


@dataclass
class ByEvents:
    """The tap in one account, run after run, by the account's clock."""

    loop: Loop
    shop: Shop
    config: dict[str, Any]
    select: tuple[str, ...] = SELECT
    lines: list[str] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)

    def run(self) -> Output:
        """One run, with the STATE of the one before."""
        run = run_tap(self.config, select=self.select, state=self.state, prepare=self._prepare)
        self.lines += run.lines
        self.state = run.state or self.state
        return run

    def _prepare(self, tap: TapLoopReturns) -> None:
        tap.run.began = datetime.fromtimestamp(self.shop.moment(), UTC)
        without_waiting()(tap)


@contextmanager
def account(returns: int, seed: int) -> Iterator[tuple[Loop, Shop, Path]]:
    """An account whose clock stands still until it is moved, and a place for a store."""
    shop = Shop.seeded(returns, seed, start="2026-06-01", end="2026-11-19", now=_NOW)
    quirks = Quirks(requests_per_minute=None)
    with tempfile.TemporaryDirectory() as folder, serve(shop, quirks=quirks) as loop:
        yield loop, shop, Path(folder) / "events.db"


def by_events(loop: Loop, store: Path, **more: Any) -> dict[str, Any]:
    """A configuration that goes by events."""
    return settings(loop, events_store=str(store), events_shop="acme", refresh="events", **more)


def many(count: int, *, seed: int, processes: int) -> list[str]:
    """So many accounts, in several processes: what then differs."""
    seeds = range(seed, seed + count)
    with ProcessPoolExecutor(processes) as pool:
        return [line for found in pool.map(seeded, seeds, chunksize=5) for line in found]


def seeded(seed: int) -> list[str]:
    """One account, six runs by events, one that reconciles: what then differs."""
    rng, kind = Random(seed), KINDS[seed % len(KINDS)]
    waits: dict[str, Callable[[], list[int]]] = {
        "off": list,
        "late": lambda: [rng.randrange(0, 3 * 86_400)],
        "doubled": lambda: [rng.randrange(0, 90) for _ in range(rng.randrange(1, 4))],
        "shuffled": lambda: [rng.randrange(0, 600)] if rng.random() < 0.8 else [],
    }
    with account(30, seed) as (loop, shop, path):
        mail = Mail(shop, path, wait=waits[kind])
        tap = ByEvents(loop, shop, by_events(loop, path))
        tap.run()
        for number in range(_RUNS):
            shop.advance(rng.randrange(60, 400))
            _change(shop, seed * 100 + number, rng.randrange(0, 6))
            mail.arrive()
            tap.run()
        shop.advance(25 * 3600)
        mail.arrive()
        tap.run()
        found = [f"seed {seed}, {kind}, {s}: {d}" for s in SELECT for d in _unlike(shop, tap, s)]
        return found[:5]


def _change(shop: Shop, seed: int, count: int) -> None:
    """Let something happen, never twice in one second to one return (see `kills`)."""
    before = {found.id: found.updated for found in shop.book}
    for one in shop.change(count, seed=seed) if count else ():
        if shop.book[one].updated == before.get(one):
            shop.edit_return(one, shop.moment())


def _unlike(shop: Shop, tap: ByEvents, stream: str) -> list[str]:
    """What differs; an entry that has left its return is told by its return's time."""
    landed = Output(tap.lines)
    if stream in {"returns", "return_details"}:
        return differences(shop, landed, stream)
    latest = {row["id"]: row["updated_at"] for row in landed.records("returns")}
    lines = [
        line
        for line, message in zip(landed.lines, landed.messages, strict=True)
        if message["type"] == "RECORD"
        and message["stream"] == stream
        and message["record"]["return_updated_at"] == latest[message["record"]["return_id"]]
    ]
    return differences(shop, Output(lines), stream)
