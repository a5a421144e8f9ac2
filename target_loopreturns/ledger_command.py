"""The command `target-loopreturns-ledger`: what is open in a ledger, and settling it by hand.

It asks nothing of Loop. The ledger is that of no running target: both want it alone.
"""

from __future__ import annotations

import os
from pathlib import Path

import click
import msgspec

from loop_returns.errors import InputRefused
from loopreturns_plugin import command_line
from target_loopreturns.actions.outcomes import Settled
from target_loopreturns.sending import open_ledger, places
from target_loopreturns.sending.history import RunHistory
from target_loopreturns.sending.ledger import Ledger
from target_loopreturns.settings import CONFIG

_KEY, _URL = "TARGET_LOOPRETURNS_API_KEY", "TARGET_LOOPRETURNS_API_URL"
_DEFAULTS = {name: schema.get("default") for name, schema in CONFIG["properties"].items()}


@click.group()
@click.option(
    "--ledger",
    "path",
    default=str(_DEFAULTS["ledger"]),
    show_default=True,
    envvar="TARGET_LOOPRETURNS_LEDGER",
    help="The ledger: a file, or a PostgreSQL URL.",
)
@click.pass_context
def commands(context: click.Context, path: str) -> None:
    """Look into a ledger of target-loopreturns, and settle what is open in it."""
    path = places.ledger(path)
    if not open_ledger.is_url(path) and not Path(path).is_file():
        raise click.BadParameter(f"there is no ledger {path}", param_hint="--ledger")
    context.obj = path


@commands.command()
@click.option("--all", "everything", is_flag=True, help="Settled actions, too.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line, rows included.")
@click.pass_obj
def show(path: str, *, everything: bool, as_json: bool) -> None:
    """Tell the actions whose end is not known, oldest first."""
    with open_ledger.opened_by_hand(path) as store:
        ledger = Ledger(store, RunHistory(store))
        entries = ledger.all_entries() if everything else ledger.open_entries()
    for entry in entries:
        settled = entry.settled
        click.echo(msgspec.json.encode(settled.record()) if as_json else _line(settled))
    if not entries and not as_json:
        click.echo("Nothing is open.")


@commands.command()
@click.argument("stream")
@click.argument("action_id")
@click.argument("what", type=click.Choice(["done", "not-made"]))
@click.pass_obj
def settle(path: str, stream: str, action_id: str, what: str) -> None:
    """Say what became of an open action, as Loop shows it.

    done: it is never asked for again. not-made: a run with its row asks again.
    """
    with open_ledger.opened_by_hand(path) as store:
        result = "done" if what == "done" else "failed"
        if not Ledger(store, RunHistory(store)).settle_by_hand(stream, action_id, result):
            raise InputRefused(
                f"No action {action_id} of {stream} is open in {path}; see "
                "'target-loopreturns-ledger show'."
            )
    click.echo(f"{stream} {action_id}: {what}.")


@commands.command()
@click.option("--api-url", envvar=_URL, default=_DEFAULTS["api_url"], show_default=True)
@click.pass_obj
def adopt(path: str, api_url: str) -> None:
    """Make the ledger that of a renewed key of the same account.

    The key is taken from TARGET_LOOPRETURNS_API_KEY.
    """
    key = os.environ.get(_KEY, "").strip()
    if not key:
        raise InputRefused(f"{_KEY} is not set; put the account's new key there.")
    with open_ledger.opened_by_hand(path) as store:
        open_ledger.adopt(store, api_url.strip().rstrip("/"), key)
    click.echo(f"{path} is now that of this key, too.")


def _line(settled: Settled) -> str:
    """One line for a reader, without personal data."""
    action, outcome = settled.action, settled.outcome
    asked = f", asked {settled.requested_at}" if settled.requested_at else ""
    reason = f": {outcome.reason}" if outcome.reason else ""
    return (
        f"{action.stream} {action.id}: {action.name} {action.subject}: "
        f"{outcome.result}{asked}{reason}"
    )


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    command_line.run(commands, "target-loopreturns-ledger")
