"""`tap-loopreturns-init`: from a key to a configuration that is known to work."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from loop_returns.errors import AccessError, SettingsError
from loopreturns_plugin import command_line, package
from tap_loopreturns import access
from tap_loopreturns.settings import CONFIG
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.tap import TapLoopReturns

NAME = "tap-loopreturns-init"
KEY_VARIABLE = "TAP_LOOPRETURNS_API_KEY"
SNIPPET = "tap-loopreturns.meltano.yml"
_YEARS_BACK = timedelta(days=730)
_OWNER_ALONE = 0o600


def checked(config: Mapping[str, Any]) -> TapLoopReturns:
    """The tap with a configuration; nothing is asked yet.

    Raises:
        SettingsError: it cannot be used.
    """
    tap = TapLoopReturns(config=dict(config), parse_env_config=False)
    assert tap.run.settings  # noqa: S101  checked where it is first looked at
    return tap


def _valid(config: dict[str, Any], name: str) -> Callable[[str], str]:
    """Checks what was typed for a setting, so that it is asked for again where it is wrong."""

    def check(typed: str) -> str:
        try:
            checked({**config, name: typed})
        except SettingsError as error:
            raise click.UsageError(str(error)) from None
        return typed.strip()

    return check


def ask(config: dict[str, Any], start_date: str | None) -> None:
    """Complete a configuration by questions; the key is not shown while it is typed.

    Raises:
        SettingsError: what was given without a question cannot be used.
    """
    key = os.environ.get(KEY_VARIABLE)
    config["api_key"] = key or click.prompt(
        "API key (Loop: Settings > Developers)",
        hide_input=True,
        value_proc=_valid(config, "api_key"),
        err=True,
    )
    config["start_date"] = start_date or click.prompt(
        "Read returns from which date on",
        default=(datetime.now(UTC) - _YEARS_BACK).date().isoformat(),
        value_proc=_valid(config, "start_date"),
        err=True,
    )
    checked(config)


def readable(tap: TapLoopReturns) -> list[LoopStream]:
    """The streams that are on by default and that the key may read; a line about each is shown.

    Raises:
        AccessError: it may read none.
        LoopUnavailable: Loop cannot be asked.
    """
    streams = [stream for stream in tap.loop_streams if stream.selected_by_default]
    told = list(access.report(streams, {stream.name for stream in streams}))
    found = [stream for stream, (code, _) in zip(streams, told, strict=False) if code == 0]
    for _, line in told[: len(streams)]:
        click.echo(line, err=True)
    if told[len(streams) :] and not any(stream.nothing_to_ask() is None for stream in found):
        raise AccessError(f"{told[-1][1]} Nothing was written.")
    if len(found) < len(streams):
        click.echo(
            "Add the scopes that are named and run this again, or leave those streams out: the "
            "snippet does, and config.json with on_missing_scope: skip.",
            err=True,
        )
    return found


def snippet(config: Mapping[str, Any], streams: Sequence[LoopStream]) -> str:
    """The plugin's lines of a meltano.yml, without the key."""
    given = {name: value for name, value in config.items() if name != "api_key"}
    lines = [
        "plugins:",
        "  extractors:",
        "  - name: tap-loopreturns",
        "    namespace: tap_loopreturns",
        f"    pip_url: git+{package.address('tap-loopreturns', 'Repository')}",
        "    executable: tap-loopreturns",
        "    capabilities: [about, catalog, discover, state, stream-maps]",
        "    settings:",
        *(f"    - {_setting(name, node)}" for name, node in CONFIG.to_dict()["properties"].items()),
        "    config:",
        *(f"      {name}: {json.dumps(value)}" for name, value in given.items()),
        "    select:",
        *(f"    - {stream.name}.*" for stream in streams),
    ]
    return "\n".join(lines) + "\n"


def _setting(name: str, node: Mapping[str, Any]) -> str:
    kinds: list[str] = [one for one in node["type"] if one != "null"]
    sensitive = ", sensitive: true" if node.get("secret") else ""
    return f"{{name: {name}, kind: {kinds[0]}{sensitive}}}"


def write_new(path: Path, text: str, *, replace: bool) -> None:
    """Write a file that its owner alone can read.

    Raises:
        SettingsError: there is one, and it is not to be replaced.
    """
    if replace:
        path.unlink(missing_ok=True)
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ALONE)
    except FileExistsError:
        raise _there(path) from None
    with os.fdopen(made, "w", encoding="utf-8") as file:
        file.write(text)


def _there(path: Path) -> SettingsError:
    return SettingsError("--config", f"names {path}, which is there already; --replace it.")


@click.command(name=NAME)
@click.option("--config", "path", default="config.json", metavar="FILE", help="What to write.")
@click.option("--start-date", metavar="DATE", help="Where the first sync begins; not asked then.")
@click.option("--api-url", metavar="URL", help="Another address than Loop's.")
@click.option("--replace", is_flag=True, help="Write over the files of an earlier time.")
def command(path: str, start_date: str | None, api_url: str | None, *, replace: bool) -> None:
    """Ask for key and start, test what the key may read, and write a configuration.

    The key is taken from TAP_LOOPRETURNS_API_KEY where that is set. Written are the
    configuration, which its owner alone can read, and beside it tap-loopreturns.meltano.yml,
    lines for a Meltano project, without the key.
    """
    file = Path(path)
    if not replace:
        for one in (file, file.parent / SNIPPET):
            if one.exists():
                raise _there(one)
    config = {"api_url": api_url} if api_url else {}
    ask(config, start_date)
    tap = checked(config)
    try:
        streams = readable(tap)
    finally:
        tap.run.client.close()
    write_new(file, json.dumps(config, indent=2) + "\n", replace=replace)
    write_new(file.parent / SNIPPET, snippet(config, streams), replace=replace)
    click.echo(
        f"Wrote {file} and {file.parent / SNIPPET}.\n"
        f"Now: tap-loopreturns --config {file} | your-target\n"
        f"Or put the snippet into meltano.yml, and: meltano config set tap-loopreturns api_key …\n"
        f"Then: loopreturns-run meltano run tap-loopreturns your-target",
        err=True,
    )


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    command_line.run(command, NAME)
