"""`tap-loopreturns-verify`: does a warehouse hold what Loop holds?

It compares the counts of returns by month and state or, with --stream, each row of a
stream by its key and its date; and writes the STATE by which the next run mends it.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import click

from loop_returns import times
from loop_returns.errors import SettingsError
from loopreturns_plugin import command_line, config_files
from loopreturns_plugin.sdk import read_environment
from loopreturns_plugin.shop_list import has_shops, read_shops
from tap_loopreturns import streams
from tap_loopreturns.output.account import key_mark
from tap_loopreturns.run import Run
from tap_loopreturns.settings import OF_ONE_SHOP
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.tap import TapLoopReturns
from tap_loopreturns.verifying import counts, loop_rows, record, repair, warehouse_rows
from tap_loopreturns.verifying.differences import KINDS, RowDifference, by_day, differences

NAME = "tap-loopreturns-verify"
_ENV = "TAP_LOOPRETURNS_"
DATED = loop_rows.dated(streams.STREAMS)
_MAPS = ("stream_maps", "stream_map_config", "flattening_enabled", "flattening_max_depth")
Rows = list[dict[str, str | int]]


class Verification(TapLoopReturns):
    """The tap, of which only keys and dates are kept; a signal ends it in its own words."""

    after_stop = ". Nothing was compared and nothing was written; run it again."


@dataclass
class Verified:
    """What is printed, what is said of it, and what goes into the record."""

    rows: Rows
    what: str
    differs: bool
    facts: dict[str, Any] = field(default_factory=dict)
    found: Sequence[RowDifference] = ()


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


def _opened(path: str) -> TextIO:
    if path == "-":
        return sys.stdin
    return Path(path).open(encoding="utf-8", newline="")


def count_all(run: Run, against: str | None) -> Verified:
    """Count by month and state; against a file's counts, tell what differs."""
    theirs = None
    if against is not None:
        with _opened(against) as file:
            theirs = counts.read(file)
    ours = counts.count(run)
    facts: dict[str, Any] = {"loop": _by_place(ours)}
    rows: Rows
    if theirs is None:
        rows = [
            {"month": month, "state": state, "count": number}
            for (month, state), number in sorted(ours.items())
        ]
        return Verified(rows, f"{sum(ours.values()):,} returns", differs=False, facts=facts)
    rows = [
        {
            "month": place[0],
            "state": place[1],
            "loop": ours.get(place, 0),
            "warehouse": theirs.get(place, 0),
        }
        for place in sorted({*ours, *theirs})
        if ours.get(place, 0) != theirs.get(place, 0)
    ]
    facts |= {"warehouse": _by_place(theirs), "differences": rows}
    return Verified(rows, f"{len(rows):,} differences", differs=bool(rows), facts=facts)


def compare_rows(tap: TapLoopReturns, kind: type[LoopStream], against: str, shop: str) -> Verified:
    """Compare each row of a stream by its key and date."""
    with _opened(against) as file:
        theirs = warehouse_rows.read(file, kind, shop=shop)
    by_name = {stream.name: stream for stream in tap.loop_streams}
    ours = loop_rows.read_rows(by_name, kind.name, tap.run)
    span = tap.run.settings.span
    found = differences(ours, theirs, span)
    in_span = (row.date for row in ours.values() if row.date is None or span.holds(row.date))
    facts = {
        "loop": by_day(in_span),
        "warehouse": by_day(date for date in theirs.values() if date is None or span.holds(date)),
        **record.of_differences(found, kind.keys),
    }
    each = ", ".join(f"{sum(one.kind == k for one in found):,} {k}" for k in KINDS)
    what = f"{len(found):,} differences ({each})"
    rows = [_shown(one, kind.keys) for one in found]
    return Verified(rows, what, differs=bool(found), facts=facts, found=found)


def _shown(one: RowDifference, names: tuple[str, ...]) -> dict[str, str | int]:
    loop = one.row.date if one.row else None
    return {
        "difference": one.kind,
        **dict(zip(names, one.key, strict=True)),
        "loop": "" if loop is None else times.show(loop),
        "warehouse": "" if one.warehouse is None else times.show(one.warehouse),
    }


def _by_place(found: counts.Counts) -> dict[str, int]:
    return {f"{month} {state}": number for (month, state), number in sorted(found.items())}


def _configuration(given: tuple[str, ...], shop: str) -> Mapping[str, Any]:
    """The configuration of the one shop to look at."""
    config = config_files.configuration(given)
    if "ENV" in given:
        config = {**read_environment(Verification.known_settings(), _ENV), **config}
    if has_shops(config):
        entries = {entry.name: entry for entry in read_shops(config, OF_ONE_SHOP)}
        if shop not in entries:
            raise SettingsError("--shop", f"accepts one of {', '.join(entries)}.")
        config = dict(entries[shop].config)
    return {name: value for name, value in config.items() if name not in _MAPS}


def _state_in(path: str | None) -> Mapping[str, Any]:
    if path is None:
        raise SettingsError("--state", "is needed by --repair: the last STATE of the pipeline.")
    return config_files.parse("--state", Path(path).read_bytes())


@click.command(name=NAME)
@click.option("--config", "given", multiple=True, metavar="FILE|ENV", help="As of the tap.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
@click.option(
    "--against",
    metavar="FILE",
    help="From the warehouse (- for stdin): CSV with the columns month, state and count or, with "
    "--stream, the rows that --query asks for, as CSV or JSON lines. Only what differs is "
    "printed, and the exit code is 1 if anything does.",
)
@click.option("--stream", metavar="NAME", help="Compare each row of this stream.")
@click.option("--query", is_flag=True, help="Print the query for --against, and end.")
@click.option("--state", metavar="FILE", help="The pipeline's last STATE, for --repair.")
@click.option(
    "--repair",
    "repaired",
    metavar="FILE",
    help="Write that STATE without what is missing or stale, for the next run to read.",
)
@click.option("--log", "record_file", metavar="FILE", help="Add a line for auditors to this file.")
@click.option("--shop", default="", metavar="NAME", help="Which shop, where there are many.")
def command(  # noqa: PLR0913  what stands on the command line
    *,
    given: tuple[str, ...],
    form: str,
    against: str | None,
    stream: str | None,
    query: bool,
    state: str | None,
    repaired: str | None,
    record_file: str | None,
    shop: str,
) -> None:
    """Hold a warehouse against Loop: returns by month and state, or the rows of a stream.

    The span and the states are those of the configuration. To compare with a
    warehouse, set end_date to a moment that its last run has passed.
    """
    kind = None if stream is None else loop_rows.known(DATED, stream)
    if query:
        click.echo(warehouse_rows.query(kind or DATED["returns"]))
        return
    if not given:
        raise SettingsError("--config", "is needed.")
    if (kind is None) != (against is None) and kind:
        raise SettingsError("--against", "is needed by --stream.")
    if repaired and kind is None:
        raise SettingsError("--repair", "needs --stream.")
    before = _state_in(state) if repaired else {}
    tap = Verification(
        config=dict(_configuration(given, shop)),
        message_writer=loop_rows.RowsWriter(DATED.values()),
    )
    run = tap.run
    try:
        if kind is None or against is None:
            outcome = count_all(run, against)
        else:
            outcome = compare_rows(tap, kind, against, shop)
    finally:
        run.client.close()
    if repaired and kind:
        states = run.settings.states
        mended = repair.repairing(before, kind, outcome.found, states, shop=shop)
        Path(repaired).write_text(json.dumps(mended), "utf-8")
    if record_file:
        record.append(Path(record_file), _asked(run, kind, against, shop) | outcome.facts)
    if outcome.rows or form != "table":
        click.echo(show(outcome.rows, form))
    span = run.settings.span
    click.echo(
        f"{outcome.what}, changed from {times.show(span.start)} until {times.show(span.end)}; "
        f"{run.client.requests} requests.",
        err=True,
    )
    if outcome.differs:
        sys.exit(1)


def _asked(
    run: Run, kind: type[LoopStream] | None, against: str | None, shop: str
) -> dict[str, Any]:
    """What was asked, for the record."""
    settings = run.settings
    is_file = against not in {None, "-"}
    return {
        "account": key_mark(str(run.config["api_key"])),
        "shop": shop or None,
        "stream": kind.name if kind else "returns, by month and state",
        "from": times.show(settings.span.start),
        "until": times.show(settings.span.end),
        "states": list(settings.states),
        "against": against,
        "sha256": record.fingerprint(Path(str(against))) if is_file else None,
        "requests": run.client.requests,
    }


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    command_line.run(command, NAME)
