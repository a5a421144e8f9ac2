"""Runs without waiting: pauses and retries happen on a clock that jumps."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from loop_returns.http.client import Client
from loop_returns.http.exchange import Account
from loop_returns.http.pacing import Pacer
from tap_loopreturns.tap import TapLoopReturns


class Jumping:
    """A clock that a sleep moves on at once, for the thread that sleeps."""

    def __init__(self) -> None:
        self._mine = threading.local()

    def now(self) -> float:
        """The time."""
        ahead: float = getattr(self._mine, "ahead", 0.0)
        return time.monotonic() + ahead

    def sleep(self, seconds: float) -> None:
        """Be as if so many seconds had passed."""
        self._mine.ahead = getattr(self._mine, "ahead", 0.0) + seconds
        time.sleep(0.0005)


def without_waiting(
    *, timeout: float = 5.0, patience: float | None = None, seed: int = 1
) -> Callable[[TapLoopReturns], None]:
    """Prepares a tap (see `run_tap`) so that no pause takes time."""

    def prepare(tap: TapLoopReturns) -> None:
        chosen, clock, rng = tap.run.settings, Jumping(), Random(seed)
        way = chosen.connection
        account = Account(
            way.api_url,
            way.api_version,
            way.api_key,
            patience=way.patience if patience is None else patience,
            timeout=timeout,
        )
        tap.run.client = Client(
            account,
            Pacer(way.requests_per_minute, clock=clock.now, sleep=clock.sleep),
            connections=chosen.concurrency,
            clock=clock.now,
            sleep=clock.sleep,
            jitter=rng.random().__mul__,
        )

    return prepare


@contextmanager
def quiet() -> Iterator[None]:
    """Leave out what the runs say of themselves."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
