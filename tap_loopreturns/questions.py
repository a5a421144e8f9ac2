"""`loopreturns-questions`: which way the open questions of Loop's API fall in your account.

Loop does not document in which order its lists come, whether bounds are included, what
a cursor holds, and more. The tap is right either way; knowing makes it faster and simpler.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from loop_returns.questions import page
from loopreturns_plugin import command_line, config_files
from tap_loopreturns.tap import TapLoopReturns

NAME = "loopreturns-questions"


@click.command(name=NAME)
@click.option(
    "--config",
    "given",
    multiple=True,
    required=True,
    metavar="FILE|ENV",
    help="As of the tap; api_key is enough.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "json"]),
    default="markdown",
    show_default=True,
    help="A page to put into an issue, or a JSON object a line.",
)
def command(given: tuple[str, ...], form: str) -> None:
    """Ask some thirty cheap reading requests, and tell what is open about Loop's API.

    Nothing is changed in the account, and no personal data is printed. The scope Returns is
    enough; what the key may not read is left open.
    """
    run = TapLoopReturns(
        config=config_files.configuration(given), parse_env_config="ENV" in given
    ).run
    try:
        found = list(page.findings(run.client, int(run.began.timestamp())))
    finally:
        run.client.close()
    if form == "json":
        for one in found:
            click.echo(json.dumps(asdict(one)))
        return
    version = run.settings.connection.api_version
    text = page.page(found, version=version, requests=run.client.requests, by=run.user_agent)
    click.echo(text, nl=False)


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    command_line.run(command, NAME)
