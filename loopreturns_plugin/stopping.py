"""Stopping at a signal: at a place where nothing is cut in half."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable

_HEARING = 0.2  # seconds until a signal is heard in a pause
_AGAIN = 1.0  # seconds; Meltano sends SIGTERM right after the terminal's SIGINT: one wish


class Stopped(SystemExit):
    """The run ends at a place where nothing is cut in half.

    Args:
        code: The exit code.
        tell: Says so in the log; within a signal's handler that cannot be done, for the
            signal may have come amid another line ("reentrant call").
    """

    def __init__(self, code: int, tell: Callable[[], object] = lambda: None) -> None:
        super().__init__(code)
        self.tell = tell


class StopRequest:
    """Remembers a signal until the run comes to a place where it may end.

    Args:
        log: Where to say that the run was stopped.
        then: What the next run does, for that line.
        clock: Gives seconds.
    """

    def __init__(
        self, log: logging.Logger, then: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._log = log
        self._then = then
        self._clock = clock
        self._signal: int | None = None
        self._received = 0.0
        self._told = False

    def receive(self, number: int, *, may_stop: bool) -> None:
        """Take in a signal; stop at once if that is safe, or if it is the second one.

        A second one that comes within a second of the first is taken for the same wish.

        Raises:
            SystemExit: with 128 and the signal's number.
        """
        if self._signal is not None:
            if self._clock() - self._received < _AGAIN:
                return
            raise SystemExit(128 + number)
        self._signal, self._received = number, self._clock()
        if may_stop:
            raise Stopped(128 + number, self._tell)

    def stop_if_asked(self) -> None:
        """End the run here, if a signal has asked for it.

        Raises:
            Stopped: with 128 and the signal's number.
        """
        if self._signal is None:
            return
        self._tell()
        raise Stopped(128 + self._signal)

    def _tell(self) -> None:
        if not self._told and self._signal is not None:
            self._told = True
            self._log.warning("Stopped by %s%s", signal.Signals(self._signal).name, self._then)

    def sleep(self, seconds: float) -> None:
        """Wait, and end the run meanwhile if a signal asks for it: nothing is under way.

        Raises:
            Stopped: with 128 and the signal's number.
        """
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.stop_if_asked()
            time.sleep(min(left, _HEARING))
