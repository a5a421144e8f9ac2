"""`loopreturns-events`: receive Loop's webhooks, and look after what was received."""

from __future__ import annotations

import logging
import sys

import click

from loopreturns_events import retaking, sending, serving, status, subscriptions
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


@command.group(name="subscriptions")
def subscriptions_() -> None:
    """Look after the subscriptions in Loop that lead to a shop's address."""


_shop = click.option("--shop", required=True, help="Its name in the file.")


@subscriptions_.command(name="list")
@_config
@_shop
def list_(path: str, shop: str) -> None:
    """List all subscriptions of the account."""
    with subscriptions.subscriptions(settings_.read(path).shop(shop)) as found:
        for one in found.listed():
            state = "active" if one.active else "inactive"
            click.echo(f"{one.id}  {one.topic}  {one.trigger}  {state}  {one.url}")


@subscriptions_.command()
@_config
@_shop
def check(path: str, shop: str) -> None:
    """Say what is not as it should be; the exit code is 1 if anything is."""
    with subscriptions.subscriptions(settings_.read(path).shop(shop)) as found:
        findings = found.check()
    for finding in findings:
        click.echo(str(finding))
    if findings:
        sys.exit(1)
    click.echo(f"All {len(subscriptions.PAIRS)} are active.")


@subscriptions_.command()
@_config
@_shop
def make(path: str, shop: str) -> None:
    """Make those that are missing, and change none that is there."""
    _repair(path, shop, ("missing",))


@subscriptions_.command()
@_config
@_shop
def repair(path: str, shop: str) -> None:
    """Make those that are missing, and put right those that are not as they should be."""
    _repair(path, shop, ("missing", "off", "elsewhere", "doubled", "unpaired"))


def _repair(path: str, shop: str, kinds: tuple[str, ...]) -> None:
    with subscriptions.subscriptions(settings_.read(path).shop(shop)) as found:
        for line in found.repair(one for one in found.check() if one.kind in kinds):
            click.echo(line)
        left = found.check()
    for finding in left:
        click.echo(f"{finding}: left as it is")
    if not left:
        click.echo(f"All {len(subscriptions.PAIRS)} are active.")


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    # Not by the plugins' way out: it brings the SDK, which the receiver has no use for.
    try:
        command()
    except (LoopReturnsError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(getattr(error, "exit_code", 1))
