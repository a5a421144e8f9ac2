"""The plugin: settings, streams, and the way from the command line and back."""

from __future__ import annotations

import copy
import io
import logging
import signal
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from math import ceil, inf
from types import FrameType
from typing import IO, Any, ClassVar, cast

import click
import simplejson
from singer_sdk import Tap
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers.capabilities import CapabilitiesEnum, PluginCapabilities, TapCapabilities
from singer_sdk.plugin_base import _ConfigInput

from tap_loopreturns import access, cli, environment, files, logs, memory, options, times
from tap_loopreturns import settings as settings_
from tap_loopreturns.errors import AccessError, SettingsError
from tap_loopreturns.loop.client import Account, Client
from tap_loopreturns.loop.pacing import Pacer
from tap_loopreturns.spans import Span
from tap_loopreturns.streams import STREAMS
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.streams.returns import Returns, ReturnsReading, ReturnsStream
from tap_loopreturns.writer import PageWriter

_CLOCKS_DIFFER = 2.0  # seconds; a request takes about as long, and Date knows no fractions


class TapLoopReturns(Tap):
    """Singer tap for Loop Returns: every return, in every state, into any warehouse."""

    name = "tap-loopreturns"
    package_name = "tap-loopreturns"
    config_jsonschema = options.CONFIG.to_dict()
    message_writer_class = PageWriter
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

    _asked_to_stop: int | None = None
    _version = 0

    @cached_property
    def settings(self) -> settings_.Settings:
        """The checked configuration; the run's upper bound is frozen with it."""
        return settings_.check(self.config, now=self._started, known=_known_settings(self))

    @cached_property
    def _started(self) -> datetime:
        return datetime.now(UTC)

    @cached_property
    def now(self) -> int:
        """When the run began, by Loop's clock where this machine's is ahead of it.

        Else seconds that have not come yet, to Loop, would count as read.
        """
        ahead = self.client.ahead
        if ahead <= _CLOCKS_DIFFER or ahead == inf:
            return int(self._started.timestamp())
        self.logger.warning(
            "This machine's clock is %s ahead of Loop's; reading ends at Loop's present.",
            timedelta(seconds=ceil(ahead)),
        )
        return int(self._started.timestamp()) - ceil(ahead)

    @cached_property
    def span(self) -> Span:
        """What is to be read; its end is frozen with the run's start.

        Raises:
            SettingsError: it begins after Loop's present.
        """
        span = self.settings.span
        if span.start >= self.now:
            raise SettingsError("start_date", f"is {times.show(span.start)}, after Loop's present.")
        return Span(span.start, min(span.end, self.now))

    @cached_property
    def client(self) -> Client:
        """The account, with the one budget that all streams share."""
        chosen = self.settings
        return Client(
            Account(
                chosen.api_url,
                chosen.api_version,
                chosen.api_key,
                patience=chosen.patience,
                timeout=chosen.timeout,
            ),
            Pacer(chosen.requests_per_minute),
            connections=chosen.concurrency,
            user_agent=f"tap-loopreturns/{self.plugin_version}",
        )

    @cached_property
    def returns_reading(self) -> ReturnsReading:
        """The one reading of the list of returns (see `ReturnsReading`)."""
        streams = [s for s in self.streams.values() if isinstance(s, ReturnsStream)]
        cleaner = next(stream for stream in streams if isinstance(stream, Returns))
        return ReturnsReading(self, [s for s in streams if s.selected], cleaner)

    @property
    def page_writer(self) -> PageWriter:
        """Where records go."""
        return cast("PageWriter", self.message_writer)

    def discover_streams(self) -> list[LoopStream]:
        """All streams; needs neither key nor network."""
        return [stream(self) for stream in STREAMS]

    def may_read(self, stream: LoopStream) -> bool:
        """Whether a stream's scope is there; all that are selected are tried before the first.

        Raises:
            AccessError: scopes are missing, and `on_missing_scope` is `fail`, or nothing is left.
        """
        return stream.name not in self._without_scope

    @cached_property
    def _without_scope(self) -> set[str]:
        selected = [stream for stream in self.loop_streams if stream.selected]
        asking = [stream for stream in selected if not access.nothing_to_ask(stream)]
        refused = access.refused(asking)
        if refused and not self.settings.skip_missing_scopes:
            raise access.all_missing(refused)
        if refused and len(refused) == len(asking):  # a run of nothing must not look like success
            raise access.none_readable(refused)
        for name, error in refused.items():
            self.logger.warning("%s: skipped, since the key lacks '%s'.", name, error.scope)
        return set(refused)

    @property
    def loop_streams(self) -> list[LoopStream]:
        """All streams."""
        return [cast("LoopStream", stream) for stream in self.streams.values()]

    def next_version(self) -> int:
        """A version for a full table, greater than any before."""
        self._version = max(self._version + 1, int(time.time() * 1000))
        return self._version

    def stop_if_asked(self) -> None:
        """Stop here, if a signal has asked for it while a message was being written."""
        if self._asked_to_stop is None:
            return
        name = signal.Signals(self._asked_to_stop).name
        self.logger.warning(
            "Stopped by %s. The last STATE is valid; the next run resumes there.", name
        )
        raise SystemExit(128 + self._asked_to_stop)

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Stop at once, while Loop is awaited too, but never within a message."""
        if self._asked_to_stop is not None:
            raise SystemExit(128 + signum)
        self._asked_to_stop = signum
        if not self.page_writer.busy:
            self.stop_if_asked()

    @classmethod
    def cb_config(
        cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]
    ) -> _ConfigInput:
        """Read the configuration."""
        del ctx, param
        return _ConfigInput(files.configuration(value), "ENV" in value)

    @classmethod
    def invoke(
        cls, *, state: IO[str] | None = None, catalog: IO[str] | None = None, **given: Any
    ) -> None:
        """Run the command, with files that hold what they should."""
        super().invoke(
            state=_checked("--state", state), catalog=_checked("--catalog", catalog), **given
        )

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

    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805
        return environment.read(_known_settings(cls), cls._env_var_prefix)

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        logs.calm(self.logger)
        if raise_errors:
            for warning in self.settings.warnings:
                self.logger.warning(warning)
            super()._validate_config(raise_errors=True)
        if not self.metrics_logger.isEnabledFor(logging.DEBUG):
            self.metrics_logger.setLevel(logging.WARNING)
        return []


def _checked(option: str, file: IO[str] | None) -> IO[str] | None:
    if file is None:
        return None
    try:
        content = file.read()
    except UnicodeDecodeError:
        content = ""
    return io.StringIO(simplejson.dumps(files.parse(option, content.encode(errors="replace"))))


def _known_settings(plugin: type[TapLoopReturns] | TapLoopReturns) -> Mapping[str, Any]:
    schema = copy.deepcopy(plugin.config_jsonschema)
    plugin.append_builtin_config(schema)
    known: Mapping[str, Any] = schema["properties"]
    return known


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    memory.share_among_threads()
    cli.run(TapLoopReturns.cli, TapLoopReturns.name)
