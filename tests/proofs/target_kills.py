"""Kill the target at random moments, then let it end: nothing twice, nothing forgotten.

``python -m tests.proofs.target_kills --kills 100``

Two Loops: one processes a return at once; the other takes its time, so that a
return is still in its queue when the next run begins, and the target must not
take it for one that was never asked for.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from loop_returns import times
from mock_loop import Quirks, Shop, serve
from target_loopreturns.sending import looking
from target_loopreturns.sending.apply import Application
from target_loopreturns.sending.history import RunHistory
from target_loopreturns.sending.open_ledger import opened
from target_loopreturns.target import TargetLoopReturns
from tests.acting import ALL_ALLOWED, Desk, Expected, Ran, Row, messages, mixed
from tests.target_loopreturns.databases import emptied
from tests.warehouses.postgres_server import postgres

# Loop's answer comes after it has acted, so that many kills fall in between. It takes long
# enough that no run of side by side actions ends before it is killed, however fast the machine.
SLOW = Quirks(requests_per_minute=None, latency=0.05)
# This one processes at once, and has nothing under way when a target is dead.
QUICK = {**ALL_ALLOWED, "queue_minutes": 0, "late_seconds": 0}
# This one has returns in its queue over several kills.
LATE = Quirks(requests_per_minute=None, latency=0.05, process_seconds=5.0)
PATIENT = {**ALL_ALLOWED, "queue_minutes": 60, "late_seconds": 0}
LONGEST = 0.8  # seconds that a run is given at most, most often from its first request for a change
EARLY = 0.1  # the share of kills that is counted from the start


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
    uncertain: int = 0
    """What was left open for an hour, since Loop might still have had it in its queue."""
    early: list[str] = field(default_factory=list)
    """What was wrong before that hour was over."""

    @property
    def wrong(self) -> list[str]:
        """All that should not be; empty if nothing was done twice, and nothing forgotten."""
        shop, expected = self.shop, self.expected
        wrong = list(self.early)
        wrong += [f"done {n} times: {what}" for what, n in shop.acted.items() if n != 1]
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


def prove(
    kills: int,
    *,
    seed: int = 1,
    actions: int = 300,
    late: bool = False,
    database: str | None = None,
    workers: int = 1,
) -> Killed:
    """Give the same rows again and again, kill the run each time, and let the last one end.

    Args:
        kills: How many runs are killed at most; fewer if one ends before it is killed.
        seed: Decides the account, the rows, and the moments.
        actions: Rows of all kinds.
        late: Loop processes late, and the target knows that it may take an hour.
        database: The URL of a PostgreSQL database for the ledger; None: a file.
        workers: How many targets are given the rows at once; any of them is killed.
    """
    rng = Random(seed)
    shop = Shop.seeded(returns=800, seed=seed)
    rows = mixed(shop, actions, seed)
    expected = Expected.of(shop, rows["return_actions"])
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.proofs.target_kills"])
    killed = lost = uncertain = 0
    early: list[str] = []
    quirks, chosen = (LATE, PATIENT) if late else (SLOW, QUICK)
    with serve(shop, quirks=quirks) as loop, tempfile.TemporaryDirectory() as folder:
        place = {"ledger": emptied(database)} if database else {}
        desk = Desk(loop, Path(folder), {**chosen, **place, "ledger_wait_seconds": 30})
        ledger = desk.config()["ledger"]
        given = messages(rows, state={"at": 1})
        while killed < kills:
            ready = context.Event()
            begun = [
                context.Process(target=_work, args=(_own(desk, n), given, ready))
                for n in range(workers)
            ]
            for process in begun:
                process.start()
            if rng.random() > EARLY:
                ready.wait(30)
            begun[0].join(rng.uniform(0, LONGEST))
            ended = [process.exitcode is not None for process in begun]
            for process in rng.sample(begun, workers):  # either first
                process.kill()
                process.join()
            if any(ended):
                break
            killed += workers
            lost += _unanswered(ledger)
        last = desk.run(given, wait_seconds=30)
        if late:
            uncertain = last.results["uncertain"]
            if uncertain > lost:
                early = [f"{uncertain} uncertain, of {lost} whose answer was lost"]
            _an_hour_later(ledger)
            last = desk.run(given, wait_seconds=30)
        loop.clear_requests()
        desk.run(given)
        again = desk.changes()
        early += _history(ledger)
        return Killed(shop, rows, expected, last, killed, lost, again, uncertain, early)


def _work(config: dict[str, Any], given: list[str], ready: Any) -> None:
    looking.BREATH = 0.0  # this Loop finishes at once what it was asked
    sys.stdout = sys.stderr = Path("/dev/null").open("w")  # noqa: SIM115
    carry_out = Application.carry_out

    def telling(run: Application, planned: Any) -> None:
        ready.set()
        carry_out(run, planned)

    Application.carry_out = telling  # type: ignore[assignment,method-assign]
    TargetLoopReturns(config=config).listen(given)


def _own(desk: Desk, number: int) -> dict[str, Any]:
    """A worker's settings: the ledger is shared, the file of outcomes is its own."""
    return desk.config(outcomes=str(desk.folder / f"outcomes-{number}.jsonl"))


def _history(ledger: str) -> list[str]:
    """What lacks in the history: an end of a run, or a last outcome of an action."""
    with opened(ledger, wait=10) as store:
        runs, outcomes = list(RunHistory(store).runs()), list(RunHistory(store).outcomes())
        known = store.rows("select stream, action_id, result from actions")
        waiting = store.rows("select count(*) from run_outcomes where sequence is null")[0][0]
    last = {(row["stream"], row["action_id"]): row["outcome"] for row in outcomes}
    wrong = [f"run {run['run_id']} has no end" for run in runs if not run["ended_at"]]
    wrong += [f"history: {key}" for *key, result in known if last.get(tuple(key)) != result]
    return wrong + ([f"history: {waiting} actions without an outcome"] if waiting else [])


def _an_hour_later(ledger: str) -> None:
    """Make all requests an hour older."""
    with opened(ledger, wait=10) as store, store.transaction():
        for stream, own, asked in store.rows(
            "select stream, action_id, requested_at from actions where requested_at is not null"
        ):
            earlier = times.spell(datetime.fromisoformat(asked) - timedelta(minutes=61))
            store.change(
                "update actions set requested_at = ? where stream = ? and action_id = ?",
                (earlier, stream, own),
            )


def _unanswered(ledger: str) -> int:
    with opened(ledger, wait=10) as store:
        found: int = store.rows("select count(*) from actions where result is null")[0][0]
    return min(1, found)


@dataclass
class Many:
    """What came of several jobs."""

    what: str
    kills: int = 0
    lost: int = 0
    changes: int = 0
    uncertain: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        hour = f"{self.uncertain} left open for an hour, " if self.uncertain else ""
        return (
            f"{self.what}: {self.kills} kills, {self.lost} of them with a request under way; "
            f"{self.changes:,} changes, {hour}{len(self.wrong)} wrong; {self.seconds:.0f} s"
        )


def many(
    kills: int,
    *,
    seed: int = 1,
    late: bool = False,
    database: str | None = None,
    workers: int = 1,
) -> Many:
    """Job after job, until so many runs were killed."""
    began = time.monotonic()
    kind = f"{'PostgreSQL' if database else 'a file'}, {workers} at once"
    result = Many(f"{'Loop processes late' if late else 'Loop processes at once'}, {kind}")
    while result.kills < kills:
        with redirect_stderr(io.StringIO()):  # the plans
            killed = prove(
                kills - result.kills, seed=seed, late=late, database=database, workers=workers
            )
        seed += 1
        result.kills += killed.kills
        result.lost += killed.lost
        result.changes += sum(killed.shop.acted.values())
        result.uncertain += killed.uncertain
        result.wrong += killed.wrong
        if killed.last.exit_code:
            result.wrong.append(f"exit code {killed.last.exit_code}: {killed.last.error}")
    result.seconds = time.monotonic() - began
    return result


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    wrong = 0
    with postgres(flushed=True) as server:
        url = f"postgresql://{server.user}@{server.host}:{server.port}/{server.database}"
        for late, database, workers in (
            (False, None, 1), (True, None, 1), (False, url, 1), (False, url, 2),
        ):  # fmt: skip
            result = many(
                given.kills, seed=given.seed, late=late, database=database, workers=workers
            )
            print("\n".join((str(result), *result.wrong)), flush=True)
            wrong += len(result.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
