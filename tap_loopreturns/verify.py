"""`tap-loopreturns-verify`: does a warehouse hold what Loop holds?

It compares the counts of returns by month and state or, with --stream, each row of a
stream by its key and its date; and writes the STATE by which the next run mends it.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TextIO

import click

from loop_returns.errors import LoopReturnsError, SettingsError
from loopreturns_plugin import command_line, config_files
from loopreturns_plugin.sdk import read_environment
from loopreturns_plugin.shop_list import ShopEntry, has_shops, read_shops
from tap_loopreturns.comparing import (
    DATED,
    Asked,
    Rows,
    ShopVerification,
    Verification,
    Verified,
    compare,
    keep,
)
from tap_loopreturns.settings import OF_ONE_SHOP
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.verifying import counts, loop_rows, of_shops, warehouse_rows

NAME = "tap-loopreturns-verify"
_ENV = "TAP_LOOPRETURNS_"
_MAPS = ("stream_maps", "stream_map_config", "flattening_enabled", "flattening_max_depth")


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


def _configuration(given: tuple[str, ...]) -> dict[str, Any]:
    """The configuration; streams are compared as Loop has them, before any map."""
    config = config_files.configuration(given)
    if "ENV" in given:
        config = {**read_environment(Verification.known_settings(), _ENV), **config}
    return {name: value for name, value in config.items() if name not in _MAPS}


def _one_shop(config: dict[str, Any], shop: str) -> dict[str, Any]:
    """The configuration of one of many shops, or of the only one."""
    if not has_shops(config):
        return config
    entries = {entry.name: entry for entry in read_shops(config, OF_ONE_SHOP)}
    if shop not in entries:
        raise SettingsError("--shop", f"accepts one of {', '.join(entries)}.")
    return dict(entries[shop].config)


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
    config = _configuration(given)
    if query:
        many = has_shops(config)
        click.echo(warehouse_rows.query(kind or DATED["returns"], many_shops=many))
        return
    if not given:
        raise SettingsError("--config", "is needed.")
    if (kind is None) != (against is None) and kind:
        raise SettingsError("--against", "is needed by --stream.")
    if repaired and kind is None:
        raise SettingsError("--repair", "needs --stream.")
    before = _state_in(state) if repaired else {}
    asked = Asked(kind, against, before, repaired, record_file)
    if has_shops(config) and not shop:
        differs = _all_shops(config, asked, form)
    else:
        differs = _only(_one_shop(config, shop), asked, form, shop)
    if differs:
        sys.exit(1)


def _only(config: dict[str, Any], asked: Asked, form: str, shop: str) -> bool:
    tap = Verification(config=config, message_writer=loop_rows.RowsWriter(DATED.values()))
    with nullcontext() if asked.against is None else _opened(asked.against) as file:
        outcome = compare(tap, asked, file, shop)
    keep(asked, outcome, shop)
    if outcome.rows or form != "table":
        click.echo(show(outcome.rows, form))
    click.echo(outcome.line, err=True)
    return outcome.differs


def _all_shops(config: dict[str, Any], asked: Asked, form: str) -> bool:
    """Compare each shop; a line a shop, and one for all."""
    fleet = Verification(config=config)
    parts: dict[str, str] = {}
    if asked.against is not None:
        with _opened(asked.against) as file:
            parts = of_shops.split(file)
        if others := of_shops.strange(parts, [entry.name for entry in fleet.shops]):
            fleet.logger.warning(others)

    def of_shop(entry: ShopEntry) -> Verified:
        tap = ShopVerification(entry, fleet)
        # A shop without a row in the warehouse lacks all that Loop has.
        part = parts.get(entry.name) or ",".join(_header(asked.kind))
        file = None if asked.against is None else io.StringIO(part, newline="")
        return compare(tap, asked, file, entry.name)

    found: dict[str, Verified] = {}
    failed: list[str] = []
    for outcome in fleet.side_by_side(of_shop):
        try:
            if outcome.found is None:
                raise outcome.error or LoopReturnsError("it has no outcome")
            keep(asked, outcome.found, outcome.shop)
            found[outcome.shop] = outcome.found
            click.echo(f"{outcome.shop}: {outcome.found.line}", err=True)
        except LoopReturnsError as error:
            failed.append(outcome.shop)
            click.echo(f"{outcome.shop}: failed: {error}", err=True)
    rows: Rows = [{"shop": name, **row} for name in sorted(found) for row in found[name].rows]
    if rows or form != "table":
        click.echo(show(rows, form))
    requests = sum(one.requests for one in found.values())
    if asked.against is not None:
        count = {name: len(one.rows) for name, one in found.items()}
        click.echo(of_shops.total(count, requests), err=True)
    if failed:
        raise of_shops.failed(failed, len(fleet.shops))
    return any(one.differs for one in found.values())


def _header(kind: type[LoopStream] | None) -> tuple[str, ...]:
    return warehouse_rows.columns(kind) if kind else counts.COLUMNS


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    command_line.run(command, NAME)
