"""The report, as text for the terminal and as REPORT.md with its plots."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import plots
from benchmarks.figures import Figure, Findings
from benchmarks.measure import machine

HERE = Path(__file__).parent
PLOTS = ("progress.svg", "stages.svg")

_ABOUT = """\
Measured by `python -m benchmarks` on {date}, on {machine}, Python {python}, against the mock
account of `tests/mock_loop` in a process of its own on the same machine.

{table}

- **Floor**: requests, `orjson.loads` of each page, `orjson.dumps` of each record, nothing else
  (`baselines/floor.py`). **Plain SDK tap**: a RESTStream of singer-sdk at its defaults, with the
  same schema (`baselines/plain_tap.py`).
- **Share of the budget**: the server lets 300 requests through a minute and answers 429 beyond;
  counted are all requests from the first to the last, none left out. So that a run of a minute and
  a half has some 450 requests to make, pages of 20 rows are asked for, and as many notes.
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


def write(found: Findings, folder: Path = HERE) -> None:
    """Write REPORT.md and the plots."""
    parts = [
        "# Benchmark",
        "",
        _ABOUT.format(
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            machine=machine(),
            python=platform.python_version(),
            table=table(found.figures),
        ),
    ]
    if found.progress:
        (folder / PLOTS[0]).write_text(plots.progress(found.progress, found.limit), "utf-8")
        parts += [f"![Rows over time, against the limit]({PLOTS[0]})", ""]
    if found.stages:
        (folder / PLOTS[1]).write_text(plots.stages(found.stages, found.floor), "utf-8")
        parts += [f"![CPU a record, by stage]({PLOTS[1]})", ""]
    (folder / "REPORT.md").write_text("\n".join(parts), "utf-8")
