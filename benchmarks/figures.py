"""What a figure is, how much is measured for it, and what is measured."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.account import ServedAccount, account
from benchmarks.measure import Cost, Failed, run
from benchmarks.subjects import Subject
from benchmarks.taps import Commands

MINUTE = 60.0
BUDGET = 300
"""Requests a minute that Loop allows a key."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, its goal, and how it was come by."""

    what: str
    goal: float
    today: float | None
    how: str
    before: float | None = None
    at_most: bool = True
    unit: str = ""
    """`%` for shares; else it stands behind the number."""

    @property
    def holds(self) -> bool | None:
        """Whether the goal is reached; None where that was not measured."""
        if self.today is None:
            return None
        return self.today <= self.goal if self.at_most else self.today >= self.goal

    def show(self, value: float | None) -> str:
        """A value as it is printed."""
        if value is None:
            return "-"
        if self.unit == "%":
            return f"{value:.1%}"
        return f"{value:,.0f}{self.unit}" if value >= 1000 else f"{value:.3g}{self.unit}"  # noqa: PLR2004


@dataclass(slots=True)
class Findings:
    """All that was measured."""

    figures: list[Figure] = field(default_factory=list)
    progress: list[tuple[str, list[tuple[float, int]]]] = field(default_factory=list)
    """Rows out over time in the runs at Loop's limit, as shares of what the limit allows."""
    limit: float = 0.0
    """Rows a second that the limit allows in those runs."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is read, and how often."""

    returns: int
    rounds: int
    first_rows: tuple[int, ...]
    """Returns of the accounts whose first row is waited for; a shipment for forty of them."""
    first_load: int
    hours: int
    memory: int
    crowd: int
    paced_requests: int
    starts: int


FULL = Size(100_000, 5, (5_000, 20_000), 20_000, 50_000, 1_000_000, 160_000, 700, 11)
QUICK = Size(20_000, 3, (5_000,), 3_000, 3_000, 50_000, 10_000, 200, 3)
ANSWER = 27_000
"""Returns of one answer of 95 MB."""


@dataclass(frozen=True, slots=True)
class Bench:
    """How much is measured, of what."""

    size: Size
    subjects: Mapping[str, Subject]
    """Today's version and, where it is measured too, the one before."""
    dlt: Subject | None = None
    meltano: Path | None = None
    """Meltano's command, if there is one."""

    @property
    def today(self) -> Subject:
        """The version of this checkout."""
        return self.subjects["today"]

    def each(self, measure: Callable[[Subject], float]) -> dict[str, float]:
        """Measure each version; to be taken up by a `Figure`."""
        return {name: measure(subject) for name, subject in self.subjects.items()}


@contextmanager
def reading(returns: int, *odd: str, **quirks: Any) -> Iterator[tuple[ServedAccount, Commands]]:
    """A served account, and the commands that read it."""
    with account(returns, *odd) as served, tempfile.TemporaryDirectory() as folder:
        served.behave(**quirks)
        yield served, Commands(Path(folder), served)


def checked(command: list[str], returns: int) -> Cost:
    """Run a command that writes so many rows.

    Raises:
        Failed: it writes another number of them.
    """
    cost = run(command, count=True)
    if cost.rows != returns:
        raise Failed(f"{' '.join(command[1:3])}: {cost.rows} rows of {returns}")
    return cost
