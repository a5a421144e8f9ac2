"""How fresh a warehouse is by events, and what a day of it costs in requests."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import psycopg

from mock_loop import Loop, Quirks, Shop, WebhookRules, WebhookSender, serve
from tests.events import receiving
from tests.proofs.hints import ByEvents, Mail, account, by_events
from tests.running import settings
from tests.warehouses import account as accounts
from tests.warehouses import meltano
from tests.warehouses.destinations.databases import Postgres
from tests.warehouses.postgres_server import postgres

_PAIRS = (("return", "return.created"), ("return", "return.updated"), ("return", "return.closed"))
_MINUTE = 60.0
_HALF_A_DAY = 12 * 3600


@dataclass
class Freshness:
    """Seconds from a change in the account to its row in PostgreSQL."""

    seconds: list[float] = field(default_factory=list)
    runs: list[float] = field(default_factory=list)
    """How long each took."""
    requests: list[int] = field(default_factory=list)
    hidden: int = 0
    """Changed again before a run had landed the first change."""
    lost: list[str] = field(default_factory=list)
    """Not in the table at the end, whatever was not changed again."""

    def __str__(self) -> str:
        return (
            f"{len(self.seconds)} changes, {len(self.runs)} runs, one a minute, through Meltano "
            f"into PostgreSQL: median {statistics.median(self.seconds):.0f} s, worst "
            f"{max(self.seconds):.0f} s; a run takes {statistics.median(self.runs):.0f} s, at most "
            f"{max(self.runs):.0f} s, and {statistics.mean(self.requests):.1f} requests; "
            f"hidden by a later change of the same return before a run came: {self.hidden}; "
            f"not in the table at the end: {len(self.lost)}"
        )


def minutes(count: int, *, every: float = 5.0, seed: int = 1) -> Freshness:
    """So many real minutes: a change about each `every` seconds, a run each minute."""
    found = Freshness()
    with tempfile.TemporaryDirectory() as name, postgres(flushed=True) as server:
        folder = Path(name)
        to = Postgres(folder / "to", server, "fresh")
        shop = accounts.usual(300)
        quirks = Quirks(requests_per_minute=None)
        with serve(shop, quirks=quirks) as loop, _receiver(folder, shop) as store:
            _project(folder / "project", loop, to, store)
            _run(folder, loop, found)
            found.runs.clear()
            found.requests.clear()
            changes = _Changes(shop, to, every, Random(seed))
            changes.start()
            _each_minute(count, changes, lambda: _run(folder, loop, found))
            found.seconds = changes.landed
            found.hidden, found.lost = changes.unseen()
    return found


class _Changes(threading.Thread):
    """Changes returns, and looks once a second which changes have landed."""

    def __init__(self, shop: Shop, to: Postgres, every: float, rng: Random) -> None:
        super().__init__(daemon=True)
        self.pending: dict[str, float] = {}
        self._last: dict[str, str] = {}
        self.landed: list[float] = []
        self.changing = True
        self.ended = threading.Event()
        self._shop, self._every, self._rng = shop, every, rng
        self._connect = to._connect
        self._ids = [found.id for found in shop.book]

    def run(self) -> None:
        """Until told to end."""
        with psycopg.connect(self._connect, autocommit=True) as connection:
            due = time.monotonic()
            while not self.ended.wait(0.5):
                self._look(connection)
                if self.changing and time.monotonic() >= due:
                    self._change()
                    due += self._rng.expovariate(1 / self._every)

    def _change(self) -> None:
        one, mark = self._rng.choice(self._ids), f"PKG-{self._rng.random()}"
        self._shop.edit_return(one, package_reference=mark)
        self._last[one] = mark
        self.pending[mark] = time.monotonic()

    def unseen(self) -> tuple[int, list[str]]:
        """How many of those that never landed were changed again, and all others."""
        lost = sorted(set(self.pending) & set(self._last.values()))
        return len(self.pending) - len(lost), lost

    def _look(self, connection: psycopg.Connection) -> None:
        rows = connection.execute(
            "select package_reference from fresh.returns where package_reference = any(%s)",
            (list(self.pending),),
        )
        for (mark,) in rows.fetchall():
            self.landed.append(time.monotonic() - self.pending.pop(mark))


def _each_minute(count: int, changes: _Changes, run: Callable[[], object]) -> None:
    began = time.monotonic()
    for number in range(count + 1):
        changes.changing = number < count
        time.sleep(max(0.0, began + number * _MINUTE - time.monotonic()))
        run()
    changes.ended.wait(3)
    changes.ended.set()
    changes.join()


@contextmanager
def _receiver(folder: Path, shop: Shop) -> Iterator[str]:
    """A receiver of this shop's webhooks; the path of its store."""
    store = str(folder / "events.db")
    table = shop.table("webhooks")
    table.clear()
    with receiving.running(receiving.configure(folder, store)) as receiver:
        for number, (topic, trigger) in enumerate(_PAIRS, 1):
            table[number] = {
                "id": number, "topic": topic, "trigger": trigger, "status": "active",
                "url": f"{receiver.url}/hooks/acme",
            }  # fmt: skip
        sender = WebhookSender(shop, WebhookRules(receiving.SECRET.decode()))
        yield store
        sender.close()


def _project(folder: Path, loop: Loop, to: Postgres, store: str) -> None:
    config = accounts.settings(loop) | {
        "events_store": store, "events_shop": "acme", "refresh": "events",
    }  # fmt: skip
    select = ["returns.*", "return_line_items.*", "loop_events.*"]
    tap = meltano.definition() | {"config": config, "select": select}
    loader = {
        "name": "target-postgres",
        "namespace": "target_postgres",
        "executable": "bin/target-postgres",
        "config": to.config,
        "env": dict(to.environ),
    }
    meltano.start(folder, {"extractors": [tap], "loaders": [loader]})
    meltano.script(folder / "bin/target-postgres", str(to.bin / "target-postgres"))


def _run(folder: Path, loop: Loop, found: Freshness) -> None:
    began, before = time.monotonic(), len(loop.requests)
    done = meltano.meltano("run", "tap-loopreturns", "target-postgres", project=folder / "project")
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr)[-2000:])
    found.runs.append(time.monotonic() - began)
    found.requests.append(len(loop.requests) - before)


@dataclass(frozen=True, slots=True)
class Day:
    """Requests of a day with a run each minute."""

    changes: int
    runs: int
    by_events: int
    """The dated reading that reconciles, in the middle of the day, among them."""
    by_date: int

    def __str__(self) -> str:
        return (
            f"{self.changes:,} changes and {self.runs:,} runs by the account's clock: "
            f"{self.by_events:,} requests by events; {self.by_date:,} "
            "polling by date each minute"
        )


def day(changes: int = 2000, *, runs: int = 1440, seed: int = 1) -> Day:
    """Count requests for `returns`; no time passes but the account's own."""
    with ProcessPoolExecutor(2) as pool:
        by_events, by_date = pool.map(
            partial(_requests, changes, runs, seed),
            (True, False),
        )
    return Day(changes, runs, by_events, by_date)


def _requests(changes: int, runs: int, seed: int, events: bool) -> int:
    """Requests of all runs but the first, which reads everything half a day before."""
    rng = Random(seed)
    of_minute = [0] * runs
    for _ in range(changes):
        of_minute[rng.randrange(runs)] += 1
    with account(300, seed) as (loop, shop, path):
        mail = Mail(shop, path)
        config = by_events(loop, path) if events else settings(loop)
        tap = ByEvents(loop, shop, config, select=("returns",))
        tap.run()
        shop.advance(_HALF_A_DAY)
        loop.requests.clear()
        for number, count in enumerate(of_minute):
            shop.advance(60)
            for other in range(count):
                shop.change(1, seed=seed + number * 100 + other)
            mail.arrive()
            tap.lines.clear()
            tap.run()
        return len(loop.requests)
