"""The plugin: what the SDK needs to know of the tap, and its command line."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from functools import cached_property
from typing import IO, Any, ClassVar, cast

import click
from singer_sdk import Stream, Tap
from singer_sdk.helpers.capabilities import CapabilitiesEnum, PluginCapabilities, TapCapabilities

from loopreturns_plugin import command_line, config_files
from loopreturns_plugin.sdk import Config, LoopPlugin
from tap_loopreturns import access, given, streams
from tap_loopreturns.output.writer import PageWriter
from tap_loopreturns.run import Run
from tap_loopreturns.settings import CONFIG
from tap_loopreturns.streams.base import LoopStream

_M_ARENA_MAX = -8  # of mallopt(3)


class TapLoopReturns(LoopPlugin, Tap):
    """Singer tap for Loop Returns: every return, in every state, into any warehouse."""

    name = "tap-loopreturns"
    package_name = "tap-loopreturns"
    config_jsonschema = CONFIG.to_dict()
    message_writer_class = PageWriter
    has_sdk_settings = True
    after_stop = ". The last STATE is valid; the next run resumes there."
    # Not BATCH: the SDK writes batch files without selection and stream maps.
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        TapCapabilities.ACTIVATE_VERSION,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    @cached_property
    def run(self) -> Run:
        """What all streams share."""
        return Run(
            config=self.config,
            known=self.known_settings,
            find_writer=lambda: cast("PageWriter", self.message_writer),
            stop=self.stop,
            log=self.logger,
            user_agent=f"tap-loopreturns/{self.plugin_version}",
            find_unreadable=self._find_unreadable,
        )

    def _find_unreadable(self) -> frozenset[str]:
        selected = [stream for stream in self.loop_streams if stream.selected]
        for stream in selected:
            stream.check_state()
        due = [stream for stream in selected if stream.is_due]
        others = [stream for stream in self.loop_streams if not stream.selected]
        return access.unreadable(self.run, due, others)

    def discover_streams(self) -> list[LoopStream]:
        """All streams; needs neither key nor network."""
        return streams.build(self, self.run)

    @property
    def streams(self) -> dict[str, Stream]:
        """All streams in the order in which they are read; the SDK has them by name."""
        found = super().streams
        return {kind.name: found[kind.name] for kind in streams.STREAMS}

    @property
    def loop_streams(self) -> list[LoopStream]:
        """All streams."""
        return [cast("LoopStream", stream) for stream in self.streams.values()]

    @property
    def may_stop(self) -> bool:
        """While Loop is awaited, too, but never within a message."""
        return not self.run.writer.busy

    def sync_all(self) -> None:  # type: ignore[misc]  # final, to the SDK; it has no other end
        """Read all streams; end loudly where something of them is missing."""
        super().sync_all()
        self.run.end()

    def check_settings(self) -> Iterable[str]:
        """Check the configuration; warnings about it, a line each."""
        return self.run.settings.warnings

    @classmethod
    def invoke(  # type: ignore[override]  # noqa: PLR0913  what stands on the command line
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: Config | None = None,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
        test: str = "disabled",
    ) -> None:
        """Run the command, with files that hold what they should."""
        super(Tap, cls).invoke(about=about, about_format=about_format)
        cls.print_version(print_fn=cls.logger.info)
        config = config or Config()
        keys = {kind.name: kind.keys for kind in streams.STREAMS}
        tap = cls(
            config=config.config,
            parse_env_config=config.parse_env,
            state=None if state is None else given.state_in(_content("--state", state)),
            catalog=None
            if catalog is None
            else given.catalog_in(_content("--catalog", catalog), keys),
        )
        if test == "disabled":
            tap.read()
        elif test == "schema":
            tap.write_schemas()
        else:
            sys.exit(tap.tell_access())

    def read(self) -> None:
        """Read all selected streams.

        Raises:
            SettingsError: nothing is selected, or the catalog is not this tap's.
            LoopReturnsError: it cannot be done, or not to the end.
        """
        given.check_catalog(self.loop_streams, self.input_catalog)
        self.sync_all()

    def tell_access(self) -> int:
        """Print for each stream what the key may, from one request each; the exit code for it.

        The streams of the catalog are judged; without one those that Meltano would select, or
        those that are on by default.
        """
        selected = {stream.name for stream in self.loop_streams if stream.selected}
        if self.input_catalog is None:
            chosen = access.chosen_by_meltano(os.environ, self.streams)
            selected = selected if chosen is None else chosen
        worst = 0
        skips = self.run.settings.skip_missing_scopes
        for code, line in access.report(self.loop_streams, selected, skips=skips):
            worst = worst or code
            click.echo(line)
        return worst

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a state.

        Raises:
            SettingsError: it is that of something else.
        """
        given.check_state(state, [kind.name for kind in streams.STREAMS], self.logger)
        super().load_state(state)

    @classmethod
    def get_singer_command(cls) -> click.Command:
        """The command line; --test waits for --catalog, wherever that stands."""
        command = super().get_singer_command()
        command.help = "Read a Loop Returns account; Singer messages go to stdout."
        for option in command.params:
            if option.name == "test":
                option.callback, option.expose_value = None, True
                option.help = (
                    "Say of each selected stream whether the key may read it, and write nothing. "
                    "--test=schema writes the SCHEMA messages alone."
                )
        return command


def _content(option: str, file: IO[str]) -> dict[str, Any]:
    try:
        content = file.read()
    except UnicodeDecodeError:
        content = ""
    return config_files.parse(option, content.encode(errors="replace"))


def _share_memory_among_threads() -> None:
    """Let the C library keep one arena, where it can (glibc).

    By default each thread has one, which holds on to the room of the largest answers
    that it ever had: 18 to 25 MB more at the peak of a backfill.
    """
    try:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
    except (AttributeError, OSError, TypeError):  # another C library has its own ways
        return


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    _share_memory_among_threads()
    command_line.run(TapLoopReturns.cli, TapLoopReturns.name)
