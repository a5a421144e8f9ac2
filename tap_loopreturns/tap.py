"""The plugin: what the SDK needs to know of the tap, and its command line."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterable
from functools import cached_property
from typing import IO, Any, ClassVar, cast

import click
import simplejson
from singer_sdk import Stream, Tap
from singer_sdk.helpers.capabilities import CapabilitiesEnum, PluginCapabilities, TapCapabilities

from loop_returns.errors import AccessError
from loopreturns_plugin import command_line, config_files
from loopreturns_plugin.sdk import LoopPlugin
from tap_loopreturns import access, streams
from tap_loopreturns import given as given_files
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
        return access.unreadable(self.run, [stream for stream in selected if stream.is_due])

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

    def check_settings(self) -> Iterable[str]:
        """Check the configuration; warnings about it, a line each."""
        return self.run.settings.warnings

    @classmethod
    def invoke(
        cls, *, state: IO[str] | None = None, catalog: IO[str] | None = None, **given: Any
    ) -> None:
        """Run the command, with files that hold what they should."""
        if catalog is not None:
            keys = {kind.name: kind.keys for kind in streams.STREAMS}
            catalog = _file(given_files.catalog_in(_content("--catalog", catalog), keys))
        if state is not None:
            state = _file(given_files.state_in(_content("--state", state)))
        super().invoke(state=state, catalog=catalog, **given)

    def sync_all(self) -> None:
        """Read all selected streams.

        Raises:
            SettingsError: nothing is selected, or the catalog is not this tap's.
            LoopReturnsError: it cannot be done, or not to the end.
        """
        given_files.check_catalog(self.loop_streams, self.input_catalog)
        super().sync_all()

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a state.

        Raises:
            SettingsError: it is that of something else.
        """
        given_files.check_state(state, [kind.name for kind in streams.STREAMS], self.logger)
        super().load_state(state)

    @classmethod
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """Handle --test: a line for each stream, from one request each."""
        if value != "all":
            super().cb_test(ctx, param, value)
            return
        given = ctx.params["config"]
        tap = cls(config=given.config, parse_env_config=given.parse_env)
        ready = True
        for readable, line in access.report(tap.loop_streams):
            ready &= readable
            click.echo(line)
        ctx.exit(0 if ready else AccessError.exit_code)


def _content(option: str, file: IO[str]) -> dict[str, Any]:
    try:
        content = file.read()
    except UnicodeDecodeError:
        content = ""
    return config_files.parse(option, content.encode(errors="replace"))


def _file(content: dict[str, Any]) -> IO[str]:
    return io.StringIO(simplejson.dumps(content))


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
