"""One run of the tap: what all streams share, handed to each of them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from math import ceil, inf
from typing import Any

from loop_returns import times
from loop_returns.errors import LoopReturnsError, SettingsError
from loop_returns.http.client import Client
from loop_returns.spans import Span
from loopreturns_plugin.stopping import Stopped, StopRequest
from tap_loopreturns import settings
from tap_loopreturns.missing import PUT_OFF, Missing
from tap_loopreturns.output.account import StateAccount
from tap_loopreturns.output.writer import PageWriter
from tap_loopreturns.records.objects import Rules
from tap_loopreturns.records.privacy import Privacy
from tap_loopreturns.settings import TapSettings

_CLOCKS_DIFFER = 2.0  # seconds; a request takes about as long, and Date knows no fractions


@dataclass(eq=False)
class Run:
    """Settings, span, clock, account and writer of one run.

    Nothing is checked or asked before it is needed: --discover has neither key nor network.
    """

    config: Mapping[str, Any]
    known: Callable[[], Mapping[str, Any]]
    """Gives the JSON Schema of each setting that there is."""
    find_writer: Callable[[], PageWriter]
    """Gives the writer of Singer messages; the SDK makes it after it has checked the settings."""
    stop: StopRequest
    log: logging.Logger
    user_agent: str
    find_unreadable: Callable[[], frozenset[str]]
    """Asks Loop which streams the key may not read."""
    many_shops: bool = False
    """Whether tables are shared by many shops, so that every record says which it is of."""
    shop: str = ""
    """The shop's name, of many; a run that only tells of the streams has none."""
    shop_log: logging.Logger | None = None
    """Where a shop, of many, tells of itself; streams of one shop have their own."""
    gate: AbstractContextManager[object] | None = None
    """Bounds the requests that are under way in all shops."""
    full_table_read: Callable[[str, str, int], object] = lambda *_: None
    """Told of a complete reading, of many shops: the stream, when, and how many rows."""
    account: StateAccount = field(default_factory=StateAccount)
    """Which account STATE is of."""
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    _began_at: float = field(default_factory=time.monotonic)
    _answered_at: float | None = None
    missing: Missing = field(default_factory=Missing)
    """What could not be read; all else is read before the run ends with it."""
    passed_over: frozenset[str] | None = None
    """Streams that the key may not read, once Loop was asked (see `unreadable`)."""
    _version: int = 0

    @cached_property
    def settings(self) -> TapSettings:
        """The checked configuration; the run's upper bound is frozen with it.

        Raises:
            SettingsError: it is wrong.
        """
        return settings.check(self.config, now=self.began, known=self.known())

    @cached_property
    def client(self) -> Client:
        """The account, with the one budget that all streams share."""
        return self.settings.connection.client(
            user_agent=self.user_agent,
            connections=self.settings.concurrency,
            gate=self.gate,
        )

    @cached_property
    def now(self) -> int:
        """When the run began, by Loop's clock where this machine's is ahead of it.

        Else seconds that have not come yet, to Loop, would count as read.
        """
        ahead = self.client.ahead
        if ahead <= _CLOCKS_DIFFER or ahead == inf:
            return int(self.began.timestamp())
        self.log.warning(
            "This machine's clock is %s ahead of Loop's; reading ends at Loop's present.",
            timedelta(seconds=ceil(ahead)),
        )
        return int(self.began.timestamp()) - ceil(ahead)

    @property
    def present(self) -> int:
        """The second after the present one, by the same clock as `now`."""
        return self.now + int(time.monotonic() - self._began_at) + 2

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
    def writer(self) -> PageWriter:
        """Where Singer messages go."""
        return self.find_writer()

    @cached_property
    def rules(self) -> Rules:
        """What rows are cleaned by."""
        given = self.settings
        return Rules(Privacy(given.pii, given.pii_hash_key), strict=given.strict_shapes)

    @property
    def unreadable(self) -> frozenset[str]:
        """Streams that are passed over, since the key lacks their scope.

        All that are selected are tried before the first is read.

        Raises:
            AccessError: scopes are missing, and `on_missing_scope` is `fail`.
        """
        # Not a cached_property: Python 3.11 has one lock for those of all runs, and holds it
        # while Loop is asked, so that many shops would ask one after another.
        if self.passed_over is None:
            self.passed_over = self.find_unreadable()
        return self.passed_over

    def next_version(self) -> int:
        """A version for a full table, greater than any before.

        Seconds may be the same in two quick runs, so it counts milliseconds.
        """
        self._version = max(self._version + 1, int(time.time() * 1000))
        return self._version

    def stop_if_asked(self) -> None:
        """End here, if a signal has asked for it (see `StopRequest`)."""
        self.stop.stop_if_asked()

    @contextmanager
    def going_on(self, stream: str) -> Iterator[None]:
        """Read a stream, or several that are read together; what Loop fails at of it is put off.

        Raises:
            LoopReturnsError: it concerns all streams: the key, the address, the output, or Loop
                has answered nothing since the last one failed.
        """
        try:
            yield
        except PUT_OFF as error:
            self.put_off(stream, error)

    def put_off(self, stream: str, error: LoopReturnsError) -> None:
        """Take in that a stream is not complete; the others are read all the same.

        Raises:
            LoopReturnsError: as `going_on`.
        """
        self.missing.add(stream, error, answered=self.client.answered)
        self.log.error("%s: %s", stream, error)

    def end(self) -> None:
        """End the run, loudly where something is missing.

        Raises:
            LoopReturnsError: what is missing, in all streams (see `Missing.raise_if_any`).
        """
        self.missing.raise_if_any()

    def stop_if_long(self) -> None:
        """End here, between two answers of which STATE is out, after `stop_after_seconds`.

        They count from the first answer: what is newest is read first, so a run that had
        spent them on its beginning would leave the rest to the next, and that as well.

        Raises:
            Stopped: with 0; a target then acknowledges all that it was given.
        """
        self.stop_if_asked()
        allowed = self.settings.stop_after
        self._answered_at = self._answered_at or time.monotonic()
        if allowed and time.monotonic() - self._answered_at >= allowed:
            self.log.warning(
                "Not all is out: stopped after %s seconds, as stop_after_seconds says. The next "
                "run goes on from here.", f"{allowed:,}",
            )  # fmt: skip
            raise Stopped(0)
