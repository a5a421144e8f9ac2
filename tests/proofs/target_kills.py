"""Kill the target at random moments, then let it end: nothing twice, nothing forgotten.

``python -m tests.proofs.target_kills --kills 100``
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from target_loopreturns import run as run_
from target_loopreturns.target import TargetLoopReturns
from tests.acting import ALL_ALLOWED, Desk, Expected, Ran, Row, messages, mixed
from tests.mock_loop import Quirks, Shop, serve

# Loop's answer comes after it has acted, so that many kills fall in between.
SLOW = Quirks(requests_per_minute=None, latency=0.01)
# This Loop processes at once, and has nothing under way when a target is dead.
LONGEST = 1.6  # seconds that a run is given at most
QUICK = {**ALL_ALLOWED, "queue_minutes": 0}


@dataclass
class Killed:
    """What came of a job whose runs were killed."""

    shop: Shop
    rows: dict[str, list[Row]]
    expected: Expected
    last: Ran
    kills: int
    lost: int
    """Kills between a request's intent and its outcome."""
    again: list[str]
    """Changing requests of one more run."""

    @property
    def wrong(self) -> list[str]:
        """All that should not be; empty if nothing was done twice, and nothing forgotten."""
        shop, expected = self.shop, self.expected
        wrong = [f"done {n} times: {what}" for what, n in shop.acted.items() if n != 1]
        wrong += [f"one more run: {request}" for request in self.again]
        wrong += [
            f"return {own} is {shop.book[own].state}, not {state}"
            for own, state in expected.states.items()
            if shop.book[own].state != state
        ]
        told = {(row["stream"], row["line"]): row["outcome"] for row in self.last.outcomes}
        lines = [(name, row) for name, rows in self.rows.items() for row in [None, *rows]]
        missing = [
            (name, line)
            for line, (name, row) in enumerate(lines, 1)
            if row and (name, line) not in told
        ]
        wrong += [f"no outcome: {one}" for one in missing]
        results = [told.get(("return_actions", n)) for n in range(2, len(expected.results) + 2)]
        wrong += [
            f"line {line}: {got}, not {meant}"
            for line, (got, meant) in enumerate(zip(results, expected.results, strict=True), 2)
            if got != meant
        ]
        others = Counter(
            told[key] for key in told if key[0] != "return_actions" and told[key] != "done"
        )
        return wrong + [f"{count} other rows {result}" for result, count in others.items()]


def prove(kills: int, *, seed: int = 1, actions: int = 300) -> Killed:
    """Give the same rows again and again, kill the run each time, and let the last one end.

    Args:
        kills: How many runs are killed at most; fewer if one ends before it is killed.
        seed: Decides the account, the rows, and the moments.
        actions: Rows of all kinds.
    """
    rng = Random(seed)
    shop = Shop.seeded(returns=800, seed=seed)
    rows = mixed(shop, actions, seed)
    expected = Expected.of(shop, rows["return_actions"])
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.proofs.target_kills"])
    killed = lost = 0
    with serve(shop, quirks=SLOW) as loop, tempfile.TemporaryDirectory() as folder:
        desk = Desk(loop, Path(folder), QUICK)
        given = messages(rows, state={"at": 1})
        while killed < kills:
            ready = context.Event()
            process = context.Process(target=_work, args=(desk.config(), given, ready))
            process.start()
            ready.wait(30)
            process.join(rng.uniform(0, LONGEST))
            if process.exitcode is not None:
                break
            process.kill()
            process.join()
            killed += 1
            lost += _unanswered(Path(folder) / "ledger.sqlite")
        last = desk.run(given, wait_seconds=30)
        loop.clear_requests()
        desk.run(given)
        return Killed(shop, rows, expected, last, killed, lost, desk.changes())


def _work(config: dict[str, Any], given: list[str], ready: Any) -> None:
    run_._BREATH = 0.0  # this Loop finishes at once what it was asked
    sys.stdout = sys.stderr = Path("/dev/null").open("w")  # noqa: SIM115
    ready.set()
    TargetLoopReturns(config=config).listen(given)


def _unanswered(ledger: Path) -> int:
    import sqlite3  # noqa: PLC0415  not before the fork

    if not ledger.exists():
        return 0
    connection = sqlite3.connect(ledger)
    try:
        found: int = connection.execute(
            "select count(*) from actions where result is null"
        ).fetchone()[0]
    except sqlite3.OperationalError:
        return 0  # killed before it had made its tables
    finally:
        connection.close()
    return min(1, found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    kills = lost = changes = failures = 0
    while kills < given.kills:
        killed = prove(given.kills - kills, seed=given.seed)
        given.seed += 1
        kills, lost = kills + killed.kills, lost + killed.lost
        changes += sum(killed.shop.acted.values())
        for line in killed.wrong:
            print(line)
        failures += len(killed.wrong) + (killed.last.exit_code != 0)
    print(
        f"{kills} kills, {lost} of them with a request under way; {changes} changes, "
        f"{failures} wrong; {time.monotonic() - began:.0f} s"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
