"""What is measured: each figure with its bound, as issue 5 asks for it."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.account import ServedAccount, account
from benchmarks.measure import Cost, Failed, Sampled, python, run
from benchmarks.stages import STAGES
from benchmarks.taps import Commands

MINUTE = 60.0
BUDGET = 300
"""Requests a minute that Loop allows a key."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, its bound, and how it was come by."""

    what: str
    value: float
    bound: float
    at_most: bool
    how: str
    percent: bool = False

    @property
    def holds(self) -> bool:
        """Whether the bound holds."""
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    def show(self, value: float) -> str:
        """A value as it is printed."""
        return f"{value:.1%}" if self.percent else f"{value:.4g}"


@dataclass(slots=True)
class Findings:
    """All that was measured."""

    figures: list[Figure] = field(default_factory=list)
    progress: list[tuple[str, list[tuple[float, int]]]] = field(default_factory=list)
    """Rows out over time in the runs at Loop's limit, as shares of what the limit allows."""
    limit: float = 0.0
    """Rows a second that the limit allows in those runs."""
    stages: list[tuple[str, float]] = field(default_factory=list)
    """Microseconds of CPU a record, by stage."""
    floor: float = 0.0
    """Microseconds of CPU a record at the floor."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is read, and how often."""

    returns: int
    rounds: int
    paced_requests: int
    memory: tuple[int, int]
    starts: int


FULL = Size(100_000, 5, 700, (30_000, 300_000), 11)
QUICK = Size(20_000, 2, 200, (5_000, 50_000), 3)


@contextmanager
def _reading(returns: int, **quirks: Any) -> Iterator[tuple[ServedAccount, Commands]]:
    with account(returns) as served, tempfile.TemporaryDirectory() as folder:
        served.behave(**quirks)
        yield served, Commands(Path(folder), served)


def _checked(command: list[str], returns: int) -> Cost:
    cost = run(command, count=True)
    if cost.rows != returns:
        raise Failed(f"{' '.join(command[1:3])}: {cost.rows} rows of {returns}")
    return cost


def cpu(size: Size, found: Findings) -> None:
    """CPU of the tap against the floor and against a plain tap, in rounds of one run each."""
    with _reading(size.returns) as (_, commands):
        readers = {
            "floor": commands.floor(),
            "plain": commands.plain(),
            **{stage: commands.staged(stage) for stage in STAGES},
        }
        tap = "write"  # the last stage is the whole tap
        for reader in ("floor", "plain", tap):
            _checked(readers[reader], size.returns)
        rounds = [
            {name: run(command).cpu for name, command in readers.items()}
            for _ in range(size.rounds)
        ]
    how = (
        f"{size.returns:,} returns of 3.5 KB, output thrown away; median of {size.rounds} "
        "rounds of one run each; user and system time, start included: {}"
    )
    micro = {
        name: statistics.median(costs[name] for costs in rounds) / size.returns * 1e6
        for name in readers
    }
    for what, reader, bound in (
        ("CPU a record, against the floor", "floor", 1.75),
        ("CPU a record, against a plain SDK tap", "plain", 0.35),
    ):
        ratio = statistics.median(costs[tap] / costs[reader] for costs in rounds)
        said = how.format(f"{micro[tap]:.0f} µs against {micro[reader]:.0f} µs")
        found.figures.append(Figure(what, ratio, bound, at_most=True, how=said))
    found.floor = micro["floor"]
    before = 0.0
    for stage, label in STAGES.items():
        found.stages.append((label, max(0.0, micro[stage] - before)))
        before = max(before, micro[stage])


def requests(size: Size, found: Findings) -> None:
    """Requests of a backfill against the fewest possible."""
    with _reading(size.returns) as (served, commands):
        fewest = served.fewest()
        served.forget()
        _checked(commands.tap(), size.returns)
        used, _ = served.requests()
    found.figures.append(
        Figure(
            "Requests used / fewest possible",
            used / fewest,
            1.15,
            at_most=True,
            how=f"{size.returns:,} returns in three uneven years: {used} requests, "
            f"fewest {fewest} (rows / 750, rounded up for each state)",
        )
    )


def budget(size: Size, found: Findings) -> None:
    """Share of the budget that runs use which have enough to do."""
    page, crowd = 20, size.paced_requests
    throttled = 0
    with _reading(crowd * page * 9 // 10) as (served, commands):
        for counting in ("sliding", "fixed"):
            for latency in (0.6, 1.5):
                served.behave(requests_per_minute=BUDGET, counting=counting, latency=latency)
                command = commands.tap(page_size=page, requests_per_minute=BUDGET)
                cost, refused = _paced(
                    served, command, found, f"backfill, {latency} s, {counting} minutes"
                )
                throttled += refused
                label = f"{latency} s, {counting}"
                found.progress.append((label, cost.progress))
    found.limit = page * BUDGET / MINUTE
    with _reading(crowd) as (served, commands):
        for latency in (0.6, 1.5):
            served.behave(requests_per_minute=BUDGET, counting="sliding", latency=latency)
            command = commands.tap(streams=("return_notes",), requests_per_minute=BUDGET)
            _, refused = _paced(served, command, found, f"return_notes, {latency} s")
            throttled += refused
    found.figures.append(
        Figure("429 answers in these runs", throttled, 0, at_most=True, how="as the server counts")
    )


def _paced(
    served: ServedAccount, command: list[str], found: Findings, what: str
) -> tuple[Cost, int]:
    served.forget()
    with Sampled(served.requests) as sampled:
        cost = run(command, count=True)
    total, throttled = sampled.samples[-1][1]
    times = [at for at, (count, _) in sampled.samples if count]
    last = next(at for at, (count, _) in sampled.samples if count == total)
    spent = last - times[0]
    found.figures.append(
        Figure(
            f"Share of the budget used: {what}",
            (total - 1) / (BUDGET / MINUTE * spent),
            0.95,
            at_most=False,
            how=f"{total} requests in {spent:.1f} s, from the first to the last",
            percent=True,
        )
    )
    return cost, throttled


def workers(size: Size, found: Findings) -> None:
    """Wall time of eight workers against one, where only latency slows them."""
    with _reading(size.returns, latency=0.6) as (_, commands):
        one, eight = (
            _checked(commands.tap(concurrency=count), size.returns).wall for count in (1, 8)
        )
    found.figures.append(
        Figure(
            "Wall time of 1 worker / of 8, at 0.6 s",
            one / eight,
            6,
            at_most=False,
            how=f"{size.returns:,} returns, no limit: {one:.1f} s against {eight:.1f} s",
        )
    )


def memory(size: Size, found: Findings) -> None:
    """Memory at its peak: of a large account, a small one, and a short history of the large one."""
    few, many = size.memory
    with _reading(few) as (_, commands):
        small = _peak(commands.tap(concurrency=8), few)
    with _reading(many) as (served, commands):
        until, count = served.after(few)
        short = _peak(commands.tap(concurrency=8, end_date=until), count)
        large = _peak(commands.tap(concurrency=8), many)
    found.figures += [
        Figure(
            "Peak resident memory, MB",
            large,
            200,
            at_most=True,
            how=f"{many:,} returns, 8 workers, no limit, the greater of two runs",
        ),
        Figure(
            f"The same over that of an account of {few:,}",
            large / small,
            1.1,
            at_most=True,
            how=f"{large:.0f} MB against {small:.0f} MB, as Linux says of the process (VmHWM). For "
            f"comparison: to read only the larger one's first {count:,} takes {short:.0f} MB",
        ),
    ]


def _peak(command: list[str], returns: int) -> float:
    return max(_checked(command, returns).peak for _ in range(2))


def start(size: Size, found: Findings) -> None:
    """Time to say what there is."""
    discover, imported = (
        python("-m", "tap_loopreturns", "--discover"),
        python("-c", "import singer_sdk"),
    )
    run(discover)
    pairs = [(run(discover).wall, run(imported).wall) for _ in range(size.starts)]
    found.figures.append(
        Figure(
            "--discover / importing singer_sdk",
            statistics.median(ours / theirs for ours, theirs in pairs),
            2,
            at_most=True,
            how=f"wall time, median of {size.starts} pairs: "
            f"{statistics.median(ours for ours, _ in pairs):.2f} s against "
            f"{statistics.median(theirs for _, theirs in pairs):.2f} s",
        )
    )


ALL: dict[str, Callable[[Size, Findings], None]] = {
    "cpu": cpu,
    "requests": requests,
    "workers": workers,
    "memory": memory,
    "start": start,
    "budget": budget,
}
