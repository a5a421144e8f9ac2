"""Measure how fast the tap is, where users wait, and what else they would take.

``python -m benchmarks`` takes some minutes; ``--full`` has the sizes of the goals and takes an
hour. Each version is installed in a throwaway environment, and dlt (group `bench-dlt` of
pyproject.toml) in one of its own. Of the versions, runs take turns.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks import pace, report, room, speed, through_meltano, waiting
from benchmarks.figures import FULL, QUICK, Bench, Findings
from benchmarks.subjects import install, install_dlt

PARTS: dict[str, Callable[[Bench, Findings], None]] = {
    "first_row": waiting.first_row,
    "first_load": waiting.first_load,
    "hours": waiting.hours,
    "requests": waiting.requests,
    "cpu": speed.cpu,
    "added": speed.added,
    "memory": room.memory,
    "crowd": room.crowd,
    "workers": waiting.workers,
    "start": pace.start,
    "budget": pace.budget,
    "demo": waiting.demo,
}
SLOW = ("budget", "demo")
"""Measured with --full, or when named."""


def main() -> int:
    """Measure, print, and write the report; 1 where a goal is missed."""
    given = _arguments()
    size = FULL if given.full else QUICK
    size = replace(size, rounds=given.rounds or size.rounds)
    parts = given.only or [name for name in PARTS if given.full or name not in SLOW]
    reached = True
    with tempfile.TemporaryDirectory() as folder:
        # Installed packages are compiled once, not at each start.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        subjects = {"today": install(Path(folder))}
        if given.before:
            subjects["before"] = install(Path(folder), given.before)
        dlt = install_dlt(Path(folder)) if "cpu" in parts else None
        bench = Bench(size, subjects, dlt, through_meltano.find())
        for name in parts:
            found = Findings()
            PARTS[name](bench, found)
            sys.stdout.write(report.table(found.figures) + "\n\n")
            sys.stdout.flush()
            reached &= all(figure.holds for figure in found.figures)
            if given.report:
                report.keep(name, found, given.before)
                report.write(PARTS)
    return 0 if reached else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the sizes of the goals; an hour")
    parser.add_argument(
        "--only", action="append", choices=PARTS, help="measure this part (may be repeated)"
    )
    parser.add_argument(
        "--before", metavar="REV", help="measure this revision of the repository, too"
    )
    parser.add_argument("--rounds", type=int, help="how often CPU is measured")
    parser.add_argument(
        "--report", action="store_true", help="write what was measured to REPORT.md"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
