"""`loopreturns-events`: receive Loop's webhooks, and look after what was received."""

from __future__ import annotations

import logging
import sys

import click

from loopreturns_events import retaking, sending, serving, status
from loopreturns_events import settings as settings_
from loopreturns_events.errors import LoopReturnsError

NAME = "loopreturns-events"
_config = click.option(
    "--config", "path", required=True, metavar="FILE", envvar="LOOPRETURNS_EVENTS_CONFIG",
    help="TOML file with the store and the shops.",
)  # fmt: skip


@click.group(name=NAME)
def command() -> None:
    """Receive Loop's webhooks, keep them until the tap has read them, and subscribe to them."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )


@command.command()
@_config
def serve(path: str) -> None:
    """Receive until told to stop; SIGHUP reads the file again."""
    serving.serve(path)


@command.command()
@_config
def retake(path: str) -> None:
    """Take in what was kept aside and is right by the secrets as they are now."""
    found = retaking.retake(settings_.read(path))
    click.echo(f"{found.taken:,} taken in, {found.left:,} still wrong and left aside.")


@command.command(name="status")
@_config
@click.option("--last", default=10, help="How many of the last events to name.")
def status_(path: str, last: int) -> None:
    """Say what the store holds and how far its readers are; no bodies."""
    for line in status.lines(settings_.read(path), last):
        click.echo(line)


@command.command()
@_config
@click.argument("reader")
def forget(path: str, reader: str) -> None:
    """Wait for a READER no longer before events are pruned."""
    known = status.forget(settings_.read(path), reader)
    click.echo(f"Forgotten: {reader}." if known else f"There is no reader {reader}.")


@command.command(name="send-test")
@_config
@click.option("--shop", required=True)
@click.option("--url", default="", help="Another address than the shop's.")
def send_test(path: str, shop: str, url: str) -> None:
    """Send a signed test event to a shop's address."""
    click.echo(sending.send_test(settings_.read(path).shop(shop), url=url))


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    # Not by the plugins' way out: it brings the SDK, which the receiver has no use for.
    try:
        command()
    except (LoopReturnsError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(getattr(error, "exit_code", 1))
