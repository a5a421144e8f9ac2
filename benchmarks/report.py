"""The report, as text for the terminal and as REPORT.md with its plot."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import plots
from benchmarks.figures import Figure, Findings
from benchmarks.measure import machine

HERE = Path(__file__).parent
PLOT = "progress.svg"
RESULTS = "results.json"

_ABOUT = """\
Measured by `python -m benchmarks` on {date}, on {machine}, Python {python}, against the mock
account of `mock_loop` in a process of its own on the same machine. {before}

{table}

- **Floor**: requests, `orjson.loads` of each page, `orjson.dumps` of each record, nothing else
  (`baselines/floor.py`).
- **Plain SDK tap**: a RESTStream of singer-sdk at its defaults, with the same schema
  (`baselines/plain_tap.py`). **dlt**: its REST source of the same list, next links followed, as its
  documentation shows (`baselines/dlt_source.py`); *extract* is its reading alone, *into JSON Lines*
  also normalizes and loads, which a Singer target does behind the tap.
- **Share of the budget**: the server lets 300 requests through a minute and answers 429 beyond;
  counted are all requests from the first to the last, none left out. So that a run of two to three
  minutes has some 700 requests to make, pages of 20 rows are asked for, and as many notes.
- Where a goal is missed, the command ends with 1.
"""


def table(figures: list[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| figure | goal | before | today | | how |",
        "| --- | ---: | ---: | ---: | --- | --- |",
    ]
    for figure in figures:
        goal = f"{'at most' if figure.at_most else 'at least'} {figure.show(figure.goal)}"
        verdict = {True: "reached", False: "**missed**", None: "not measured"}[figure.holds]
        before, today = figure.show(figure.before), figure.show(figure.today)
        lines.append(f"| {figure.what} | {goal} | {before} | {today} | {verdict} | {figure.how} |")
    return "\n".join(lines)


def keep(part: str, found: Findings, before: str | None, folder: Path = HERE) -> None:
    """Keep what was measured of a part, in place of what was measured before."""
    parts = _kept(folder)
    parts[part] = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "before": before,
        **asdict(found),
    }
    (folder / RESULTS).write_text(json.dumps(parts, indent=1), "utf-8")


def write(order: Iterable[str], folder: Path = HERE) -> None:
    """Write REPORT.md and the plot from the parts that were kept."""
    parts = _kept(folder)
    found = Findings()
    for part in order:
        if part not in parts:
            continue
        one = parts[part]
        found.figures += [Figure(**figure) for figure in one["figures"]]
        found.progress += one["progress"]
        found.limit = max(found.limit, one["limit"])
    revisions = sorted({part["before"] for part in parts.values() if part["before"]})
    before = f"*Before* is {', '.join(revisions)}, run in turns with it." if revisions else ""
    text = [
        "# Benchmark",
        "",
        _ABOUT.format(
            date=" and ".join(sorted({part["date"] for part in parts.values()})),
            machine=machine(),
            python=platform.python_version(),
            before=before,
            table=table(found.figures),
        ),
    ]
    if found.progress:
        (folder / PLOT).write_text(plots.progress(found.progress, found.limit), "utf-8")
        text += [f"![Rows over time, against the limit]({PLOT})", ""]
    (folder / "REPORT.md").write_text("\n".join(text), "utf-8")


def _kept(folder: Path) -> dict[str, Any]:
    path = folder / RESULTS
    kept: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return kept
