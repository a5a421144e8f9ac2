"""`tap-loopreturns-verify`: does a warehouse hold as many returns as Loop, by month and state?

It counts Loop's returns by the month of their `updated_at`, but reads them another way
than the tap, by their creation: what one way should lack, the other shows. That takes
as many requests as a backfill, one for 750 returns, and about a hundred for the years
before there were any.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import click

from loop_returns import times
from loop_returns.errors import SettingsError, UncleanRecord
from loop_returns.http.client import Client
from loop_returns.returns_list.answers import MADE
from loop_returns.returns_list.reading import ReturnsReading
from loop_returns.spans import Spans
from loopreturns_plugin import command_line, config_files
from tap_loopreturns.settings import TapSettings
from tap_loopreturns.tap import TapLoopReturns

Place = tuple[str, str]
"""A month, such as 2026-11, and a state."""
Counts = Mapping[Place, int]
NAME = "tap-loopreturns-verify"
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])(?!\d)", re.ASCII)
_COLUMNS = ("month", "state", "count")


def count(client: Client, settings: TapSettings) -> Counts:
    """How many returns Loop holds in each month and state, of those that changed in the span.

    Raises:
        LoopReturnsError: as `ReturnsReading`; UncleanRecord where a return has no id.
    """
    ever = Spans([(times.EARLIEST, settings.span.end)])
    places: dict[int, Place] = {}  # by the return, so that one that changes meanwhile counts once
    for portion in ReturnsReading(
        client,
        dict.fromkeys(settings.states, ever),
        page_size=settings.page_size,
        workers=settings.concurrency,
        column=MADE,
    ):
        for second, head in portion.heads():
            state = str(head.get("state"))
            if state in settings.states and settings.span.holds(second):
                place = sys.intern(times.show(second)[:7]), sys.intern(state)
                places[hash(_id(head))] = place
    return Counter(places.values())


def _id(head: Mapping[str, object]) -> str | int:
    name = head.get("id")
    if not isinstance(name, (str, int)):
        raise UncleanRecord("returns: a return of the list has no 'id', its key.")
    return name


def read(file: TextIO) -> Counts:
    """The counts in a CSV file with the columns month, state and count, in any order.

    Raises:
        SettingsError: it lacks one of them, or a line is not what they say.
    """
    counts: Counter[Place] = Counter()
    lines = csv.reader(file)
    try:
        # A file as Excel saves it begins with a mark of its encoding.
        header = [name.removeprefix("\ufeff").strip().lower() for name in next(lines, [])]
        if any(header.count(name) != 1 for name in _COLUMNS):
            raise SettingsError(
                "--against", "accepts a CSV file with the columns month, state and count."
            )
        places = [header.index(name) for name in _COLUMNS]
        for line in filter(None, lines):
            month, state, number = (
                line[place].strip() if place < len(line) else "" for place in places
            )
            if not (_MONTH.match(month) and state and number.isascii() and number.isdigit()):
                raise SettingsError(
                    "--against",
                    f"accepts lines such as 2026-11,open,120; line {lines.line_num} is not one.",
                )
            counts[month[:7], state] += int(number)
    except (csv.Error, ValueError):  # a zero byte, another encoding, digits by the thousand
        raise SettingsError("--against", "accepts a CSV file in UTF-8.") from None
    return counts


def _counts_in(path: str) -> Counts:
    if path == "-":
        return read(sys.stdin)
    with Path(path).open(encoding="utf-8", newline="") as file:
        return read(file)


def show(rows: list[dict[str, str | int]], form: str) -> str:
    """Rows as an aligned table, as CSV, or as JSON."""
    if form == "json":
        return json.dumps(rows, indent=1)
    names = list(rows[0]) if rows else []
    lines = [[str(value) for value in row.values()] for row in rows]
    if form == "csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([names, *lines])
        return text.getvalue().rstrip("\n")
    widths = [max(map(len, column)) for column in zip(names, *lines, strict=True)]
    numeric = [isinstance(value, int) for value in rows[0].values()] if rows else []
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in [names, *lines]
    )


@click.command(name=NAME)
@click.option(
    "--config", "given", multiple=True, required=True, metavar="FILE|ENV", help="As of the tap."
)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
@click.option(
    "--against",
    metavar="FILE",
    help="CSV with the columns month, state and count from the warehouse (- for stdin): "
    "only what differs is printed, and the exit code is 1 if anything does.",
)
def command(given: tuple[str, ...], form: str, against: str | None) -> None:
    """Count Loop's returns by the month of their updated_at, and by state.

    The span and the states are those of the configuration. To compare with a
    warehouse, set end_date to a moment that its last run has passed.
    """
    run = TapLoopReturns(
        config=config_files.configuration(given), parse_env_config="ENV" in given
    ).run
    theirs = None if against is None else _counts_in(against)
    try:
        ours = count(run.client, run.settings)
    finally:
        run.client.close()
    if theirs is None:
        rows: list[dict[str, str | int]] = [
            {"month": month, "state": state, "count": number}
            for (month, state), number in sorted(ours.items())
        ]
        total = sum(ours.values())
    else:
        differing = sorted(
            place for place in {*ours, *theirs} if ours.get(place, 0) != theirs.get(place, 0)
        )
        rows = [
            {
                "month": month,
                "state": state,
                "loop": ours.get((month, state), 0),
                "warehouse": theirs.get((month, state), 0),
            }
            for month, state in differing
        ]
        total = len(rows)
    if rows or form != "table":
        click.echo(show(rows, form))
    what = f"{total:,} returns" if theirs is None else f"{total:,} differences"
    click.echo(
        f"{what}, changed from {times.show(run.settings.span.start)} until "
        f"{times.show(run.settings.span.end)}; {run.client.requests} requests.",
        err=True,
    )
    if theirs is not None and rows:
        sys.exit(1)


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    command_line.run(command, NAME)
