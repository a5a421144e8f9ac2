"""Where users wait: the first row, the first load, the quiet hour, and how many requests."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from math import ceil
from pathlib import Path

from benchmarks import through_meltano
from benchmarks.figures import BUDGET, MINUTE, Bench, Figure, Findings, checked, reading
from benchmarks.hours import END, START, Hour, HourlyRuns
from benchmarks.measure import Cost, run
from benchmarks.sizing import ListInMemory, backfill
from benchmarks.subjects import ROOT, Subject
from mock_loop import Quirks, Shop, serve

_LATENCY = 0.6


def first_row(bench: Bench, found: Findings) -> None:
    """Seconds from the start to the first row of `returns`, all streams that are on by default."""
    way = "through Meltano" if bench.meltano else "the tap alone, since no Meltano is at hand"
    for returns in bench.size.first_rows:
        limit = {"requests_per_minute": BUDGET, "latency": _LATENCY, "cursor_column": "filter"}
        with reading(returns, **limit) as (served, commands):
            seconds = {}
            for name, subject in bench.subjects.items():
                served.forget()
                config = commands.config({})
                seconds[name] = through_meltano.first_row(bench.meltano, subject, Path(config))
        shipments = ceil(returns / 40)
        what = f"First `returns` row, {returns:,} returns and {shipments:,} shipments"
        how = f"{way}, {BUDGET} requests a minute, {_LATENCY} s an answer"
        found.figures.append(
            Figure(what, 5, seconds["today"], how, seconds.get("before"), unit=" s")
        )


def first_load(bench: Bench, found: Findings) -> None:
    """How long a first load takes, against what its requests need; when `returns` is complete."""
    returns = bench.size.first_load
    limit = {"requests_per_minute": BUDGET, "latency": _LATENCY, "cursor_column": "filter"}
    loads: dict[str, tuple[Cost, int]] = {}
    with reading(returns, **limit) as (served, commands):
        for name, subject in bench.subjects.items():
            served.forget()
            cost = run(commands.default(subject, requests_per_minute=BUDGET), count=True)
            loads[name] = cost, served.requests()[0]
    size = f"{returns:,} returns and {ceil(returns / 40):,} shipments"
    said = "; ".join(
        f"{name} {cost.wall:.0f} s, {requests} requests, `returns` complete after {cost.last:.0f} s"
        for name, (cost, requests) in loads.items()
    )
    for what, goal, shares in (
        (
            f"First load of {size}, against its requests at {BUDGET} a minute",
            1.05,
            {n: cost.wall / (asked / BUDGET * MINUTE) for n, (cost, asked) in loads.items()},
        ),
        (
            "The moment `returns` is complete in it, of the whole",
            0.2,
            {n: cost.last / cost.wall for n, (cost, _) in loads.items()},
        ),
    ):
        how = f"tap alone, {_LATENCY} s an answer: {said}"
        found.figures.append(
            Figure(what, goal, shares["today"], how, shares.get("before"), unit="%")
        )


def hours(bench: Bench, found: Findings) -> None:
    """What a quiet hour asks for, and what an hour with 50 changes sends."""
    runs = {name: _hours(bench.size.hours, one) for name, one in bench.subjects.items()}
    asked = {name: float(quiet.requests.total()) for name, (quiet, _) in runs.items()}
    sent = {
        name: 1 - busy.changed.total() / max(1, busy.sent.total())
        for name, (_, busy) in runs.items()
    }
    of = f"{bench.size.hours:,} returns, all default streams, after two runs"
    said = "; ".join(
        f"{name} {busy.sent.total():,} rows sent, {busy.changed.total():,} changed"
        for name, (_, busy) in runs.items()
    )
    found.figures += [
        Figure("Requests of a quiet hour", 12, asked["today"], of, asked.get("before")),
        Figure(
            "Rows sent that had not changed, in an hour with 50 changes",
            0.02,
            sent["today"],
            f"{of}: {said}",
            sent.get("before"),
            unit="%",
        ),
    ]


def _hours(returns: int, subject: Subject) -> tuple[Hour, Hour]:
    shop = Shop.seeded(returns, 1, START, END)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(shop, quirks=Quirks(requests_per_minute=None)) as loop,
    ):
        pipeline = HourlyRuns(loop, Path(folder), subject.tap())
        pipeline.run()
        pipeline.run()
        quiet = pipeline.run()
        shop.change(50, seed=9)
        return quiet, pipeline.run()


def requests(bench: Bench, found: Findings) -> None:
    """Requests of a backfill against the fewest possible."""
    returns = bench.size.returns
    asked = {}
    with reading(returns, cursor_column="filter") as (served, commands):
        fewest = served.fewest()
        for name, subject in bench.subjects.items():
            served.forget()
            checked(commands.tap(subject), returns)
            asked[name] = served.requests()[0]
    listed = ListInMemory(returns)
    counted, _ = backfill(listed)
    how = (
        f"{returns:,} returns in three uneven years, `returns` alone: {asked['today']} requests, "
        f"fewest {fewest} (rows / 750, rounded up for each state); `benchmarks.sizing`, which "
        f"counts the windows alone, {counted / listed.fewest:.3f}"
    )
    ratios = {name: count / fewest for name, count in asked.items()}
    what = "Requests of a backfill, against the fewest"
    found.figures.append(Figure(what, 1.05, ratios["today"], how, ratios.get("before")))


def workers(bench: Bench, found: Findings) -> None:
    """Wall time of eight workers against one, where only latency slows them."""
    returns = bench.size.returns
    with reading(returns, latency=_LATENCY) as (_, commands):
        walls = {
            name: [
                checked(commands.tap(subject, concurrency=count), returns).wall for count in (1, 8)
            ]
            for name, subject in bench.subjects.items()
        }
    said = "; ".join(f"{name} {one:.1f} s, {eight:.1f} s" for name, (one, eight) in walls.items())
    ratios = {name: one / eight for name, (one, eight) in walls.items()}
    found.figures.append(
        Figure(
            f"8 workers against 1, answers of {_LATENCY} s",
            7.5,
            ratios["today"],
            f"{returns:,} returns, no limit: {said}",
            ratios.get("before"),
            at_most=False,
        )
    )


def demo(bench: Bench, found: Findings) -> None:
    """The README's first command, in a copy of the last commit, a second time: all is there."""
    del bench
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "checkout"
        clone = ["git", "clone", "--quiet", str(ROOT), str(copy)]
        subprocess.run(clone, check=True)  # noqa: S603
        seconds = []
        for _ in range(2):
            began = time.monotonic()
            command = [sys.executable, "scripts/demo.py"]
            subprocess.run(command, check=True, cwd=copy, capture_output=True)  # noqa: S603
            seconds.append(time.monotonic() - began)
    how = f"a second time, once all is installed; the first took {seconds[0]:.0f} s"
    found.figures.append(Figure("The README's first command", 120, seconds[1], how, unit=" s"))
