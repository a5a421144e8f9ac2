"""The report, as text for the terminal and as REPORT.md with its plots."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import plots
from benchmarks.figures import ALL, Figure, Findings
from benchmarks.measure import machine

HERE = Path(__file__).parent
PLOTS = ("progress.svg", "stages.svg")
RESULTS = "results.json"

_ABOUT = """\
Measured by `python -m benchmarks` on {date}, on {machine}, Python {python}, against the mock
account of `mock_loop` in a process of its own on the same machine.

{table}

- **Floor**: requests, `orjson.loads` of each page, `orjson.dumps` of each record, nothing else
  (`baselines/floor.py`). **Plain SDK tap**: a RESTStream of singer-sdk at its defaults, with the
  same schema (`baselines/plain_tap.py`).
- **Share of the budget**: the server lets 300 requests through a minute and answers 429 beyond;
  counted are all requests from the first to the last, none left out. So that a run of two to three
  minutes has some 700 requests to make, pages of 20 rows are asked for, and as many notes.
- Where a bound fails, so does the command.
"""


def table(figures: list[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = ["| figure | measured | bound | | how |", "| --- | ---: | ---: | --- | --- |"]
    for figure in figures:
        bound = f"{'at most' if figure.at_most else 'at least'} {figure.show(figure.bound)}"
        verdict = "holds" if figure.holds else "**fails**"
        lines.append(
            f"| {figure.what} | {figure.show(figure.value)} | {bound} | {verdict} | {figure.how} |"
        )
    return "\n".join(lines)


def keep(part: str, found: Findings, folder: Path = HERE) -> None:
    """Keep what was measured of a part, in place of what was measured before."""
    parts = _kept(folder)
    parts[part] = {"date": f"{datetime.now(UTC):%Y-%m-%d}", **asdict(found)}
    (folder / RESULTS).write_text(json.dumps(parts, indent=1), "utf-8")


def write(folder: Path = HERE) -> None:
    """Write REPORT.md and the plots from the parts that were kept."""
    parts = _kept(folder)
    found = Findings()
    for part in ALL:
        if part not in parts:
            continue
        one = parts[part]
        found.figures += [Figure(**figure) for figure in one["figures"]]
        found.progress += one["progress"]
        found.stages += one["stages"]
        found.limit = max(found.limit, one["limit"])
        found.floor = max(found.floor, one["floor"])
    text = [
        "# Benchmark",
        "",
        _ABOUT.format(
            date=" and ".join(sorted({part["date"] for part in parts.values()})),
            machine=machine(),
            python=platform.python_version(),
            table=table(found.figures),
        ),
    ]
    if found.progress:
        (folder / PLOTS[0]).write_text(plots.progress(found.progress, found.limit), "utf-8")
        text += [f"![Rows over time, against the limit]({PLOTS[0]})", ""]
    if found.stages:
        (folder / PLOTS[1]).write_text(plots.stages(found.stages, found.floor), "utf-8")
        text += [f"![CPU a record, by stage]({PLOTS[1]})", ""]
    (folder / "REPORT.md").write_text("\n".join(text), "utf-8")


def _kept(folder: Path) -> dict[str, Any]:
    path = folder / RESULTS
    kept: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return kept
