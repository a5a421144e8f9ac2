"""The request budget of a key. Pure: the clock and the sleep are given.

Loop allows a key 300 requests a minute and does not say how it counts them. The
budget holds whether it counts any sixty seconds or fixed minutes: a request
occupies its place from the moment it is sent until sixty seconds after its
answer, since Loop counted it at some time between the two.

A tenth of the budget may go out at once, so that a small run is quick; beyond
that, requests are spread evenly, which leaves room to others that use the key.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

MINUTE = 60.0
_BURST = 0.1
_MARGIN = 0.03


class Budget:
    """What may be sent when, for one key.

    `remaining` is what Loop says of its own count (x-ratelimit-remaining, seen
    live, not documented). Where Loop counts more than this budget has sent,
    another integration uses the key too, and leaves that much less.
    """

    def __init__(self, requests_per_minute: int) -> None:
        self._limit = requests_per_minute
        self._open = 0
        self._answered: deque[float] = deque()
        self._next = 0.0
        self._foreign = 0
        self._foreign_until = 0.0
        self._reset_at = -MINUTE
        self._held_until = 0.0

    def delay(self, now: float) -> float:
        """Seconds until a request may be sent; 0 if at once."""
        self._forget(now)
        used = self._open + len(self._answered)
        if now < self._held_until:
            return self._held_until - now
        allowed = max(1, self._limit - (self._foreign if now < self._foreign_until else 0))
        if used >= allowed:
            return self._answered[0] + MINUTE - now if self._answered else 0.05
        if used < self._limit * _BURST:
            return 0.0
        return max(0.0, self._next - now)

    def sent(self, now: float) -> None:
        """A request goes out."""
        self._open += 1
        gap = MINUTE / self._limit
        self._next = max(self._next, now - gap) + gap  # a late turn is made up for, once

    def answered(self, now: float, remaining: int | None = None) -> None:
        """Its answer is in, or it has failed."""
        self._open -= 1
        self._answered.append(now)
        if remaining is None:
            return
        counted = max(0, self._limit - remaining)
        if 0 < counted < len(self._answered):
            # Loop has forgotten some sooner than sixty seconds: it counts in fixed minutes, and
            # began a new one after those. What it counts from then on and is not own is others'.
            self._reset_at = max(self._reset_at, self._answered[-counted])
        others = counted - sum(1 for at in self._answered if at >= self._reset_at)
        # What is under way may or may not be in Loop's count; with others about, it is.
        margin = max(1, round(self._limit * _MARGIN))  # they do not stand still either
        self._foreign = others + margin if others > self._open else 0
        self._foreign_until = now + MINUTE

    def hold(self, until: float) -> None:
        """Loop said to wait: nothing goes out before then."""
        self._held_until = max(self._held_until, until)

    def _forget(self, now: float) -> None:
        while self._answered and self._answered[0] <= now - MINUTE:
            self._answered.popleft()


class Pacer:
    """A budget shared by threads: each request waits for its turn."""

    def __init__(
        self,
        requests_per_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._budget = Budget(requests_per_minute)
        self._lock = threading.Lock()
        self._clock = clock
        self._sleep = sleep

    @contextmanager
    def turn(self) -> Iterator[Callable[[Mapping[str, str]], None]]:
        """Wait until a request may be sent; within, hand over its answer's headers."""
        while True:
            with self._lock:
                now = self._clock()
                if (delay := self._budget.delay(now)) <= 0:
                    self._budget.sent(now)
                    break
            self._sleep(delay)
        remaining: int | None = None

        def heed(headers: Mapping[str, str]) -> None:
            nonlocal remaining
            text = headers.get("x-ratelimit-remaining", "")
            remaining = int(text) if text.isdecimal() else None

        try:
            yield heed
        finally:
            with self._lock:
                self._budget.answered(self._clock(), remaining)

    def hold(self, seconds: float) -> None:
        """Let nothing go out for so long."""
        with self._lock:
            self._budget.hold(self._clock() + seconds)
