"""Says that an answer is slow, by the time that it is ten seconds late; one line, and seldom."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf

from loop_returns.times import show

log = logging.getLogger(__name__)

LONG = 10.0  # seconds of waiting that are told
_SELDOM = 30.0  # seconds between two such lines


class SlowAnswers:
    """Watches requests that are under way. Safe to share by threads.

    Args:
        to_begin: Seconds for which an answer is waited for until it begins.
        to_end: Seconds for which it is waited for until it ends.
        long: Seconds after which an answer is slow.
    """

    def __init__(self, to_begin: float, to_end: float, *, long: float = LONG) -> None:
        self._to_begin = to_begin
        self._to_end = to_end
        self._long = long
        self._lock = threading.Lock()
        self._told = -inf

    @contextmanager
    def watch(self, where: str) -> Iterator[Callable[[], None]]:
        """Watch a request, by its method and path; within, call what is given once it begins."""
        began = time.time()
        has_begun = threading.Event()
        timer = threading.Timer(self._long, lambda: self._tell(where, began, has_begun.is_set()))
        timer.daemon = True
        timer.start()
        try:
            yield has_begun.set
        finally:
            timer.cancel()

    def _tell(self, where: str, began: float, has_begun: bool) -> None:  # noqa: FBT001
        with self._lock:
            now = time.monotonic()
            if now - self._told < _SELDOM:
                return
            self._told = now
        log.info(
            "%s: %s after %.0f s; waiting until %s at most.",
            where,
            "the answer has begun, and is not whole" if has_begun else "no answer",
            self._long,
            show(int(began + (self._to_end if has_begun else self._to_begin))),
        )
