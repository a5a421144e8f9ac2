"""What a return costs in CPU, against the floor, and against what a user would take instead."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

from benchmarks.figures import Bench, Figure, Findings, checked, reading
from benchmarks.measure import run

_EXPLODED = ("returns", "return_line_items", "return_exchanges", "return_labels")
_SAID = (
    "{returns:,} returns of 3.5 KB, output thrown away; median of {rounds} rounds of one run each; "
    "user and system time, start included: {micro}"
)


class Rounds:
    """Commands run in turns, so that what else the machine does falls on all of them alike."""

    def __init__(self, commands: Mapping[str, list[str]], rounds: int, returns: int) -> None:
        self._costs = [
            {name: run(command).cpu for name, command in commands.items()} for _ in range(rounds)
        ]
        self._returns = returns

    def ratio(self, one: str, other: str) -> float | None:
        """How many times as much the one costs; None where it was not run."""
        if one not in self._costs[0] or other not in self._costs[0]:
            return None
        return statistics.median(costs[one] / costs[other] for costs in self._costs)

    def said(self, *names: str) -> str:
        """How the figures were come by."""
        micro = {
            name: statistics.median(costs[name] for costs in self._costs) / self._returns * 1e6
            for name in names
            if name in self._costs[0]
        }
        shown = ", ".join(f"{name} {cost:.0f} µs" for name, cost in micro.items())
        return _SAID.format(returns=self._returns, rounds=len(self._costs), micro=shown)


def cpu(bench: Bench, found: Findings) -> None:
    """CPU against the floor, of all by default, and against a plain tap and dlt."""
    size = bench.size
    with reading(size.returns) as (_, commands):
        readers = {"floor": commands.floor(bench.today), "plain": commands.plain(bench.today)}
        for name, subject in bench.subjects.items():
            readers[name] = commands.tap(subject)
            readers[f"{name}, 4 streams"] = commands.tap(subject, streams=_EXPLODED)
        for reader in ("floor", "plain", *bench.subjects):
            checked(readers[reader], size.returns)
        if bench.dlt:
            for step in ("extract", "load"):
                readers[f"dlt {step}"] = commands.dlt(bench.dlt, step)
        rounds = Rounds(readers, size.rounds, size.returns)
    for what, reader, goal in (
        ("CPU a return, of `returns` alone, against the floor", "floor", 1.4),
        ("The same against a plain SDK tap", "plain", 0.35),
        ("The same against dlt's first step, extract", "dlt extract", 1.0),
        ("The same against dlt into JSON Lines", "dlt load", 1.0),
    ):
        today, before = (rounds.ratio(name, reader) for name in ("today", "before"))
        said = rounds.said(reader, "before", "today")
        found.figures.append(Figure(what, goal, today, said, before))
    today, before = (rounds.ratio(f"{name}, 4 streams", name) for name in ("today", "before"))
    said = rounds.said("before", "before, 4 streams", "today", "today, 4 streams")
    what = "CPU with line items, exchanges and labels, against `returns` alone"
    found.figures.append(Figure(what, 1.25, today, said, before))


def added(bench: Bench, found: Findings) -> None:
    """CPU where Loop has added a field to each return and line item, against without."""
    size = bench.size
    with reading(size.returns) as (_, usual), reading(size.returns, "--added-field") as (_, odd):
        commands = {}
        for name, subject in bench.subjects.items():
            commands[name] = usual.tap(subject)
            commands[f"{name}, added"] = odd.tap(subject)
            checked(commands[f"{name}, added"], size.returns)
        rounds = Rounds(commands, size.rounds, size.returns)
    today, before = (rounds.ratio(f"{name}, added", name) for name in ("today", "before"))
    what = "CPU where Loop has added a field to each return and line item, against without"
    found.figures.append(Figure(what, 1.2, today, rounds.said(*commands), before))
