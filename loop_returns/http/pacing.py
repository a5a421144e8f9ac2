"""The request budget of a key. Pure: the clock and the sleep are given.

Loop allows a key 300 requests a minute and does not say how it counts them. The
budget holds whether it counts any sixty seconds or fixed minutes: a request
occupies its place from the moment it is sent until sixty seconds after its
answer, since Loop counted it at some time between the two.

Requests are spread evenly, which leaves room to others that use the key; but
what was not used lately, up to a tenth of a minute's requests, may go out at
once, so that a small run is quick and a pause is made up for.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf

log = logging.getLogger(__name__)

MINUTE = 60.0
_TOO_MANY = 429
_BURST = 0.1
_MARGIN = 0.03
_LONG = 10.0  # seconds of waiting that are told
_SELDOM = 30.0  # seconds between two such lines
_NEWS = 2.0  # seconds for which what is left is news
_AFTER_REFUSAL = 0.9  # of what went out in the minute before
_REGAINED = 1.15  # a minute without another refusal
_LEAST = 0.05  # of the limit: what went out says little where a run has just begun


@dataclass(slots=True)
class Turn:
    """A request: when it was sent, and when it was answered."""

    sent: float
    answered: float = inf


class Budget:
    """What may be sent when, for one key.

    Loop may say how much of the budget is left (x-ratelimit-remaining, seen live,
    not documented). Where it has counted more than this budget can have sent,
    another integration uses the key too, and leaves that much less. Where it does not
    say so, and refuses a request for its number, others use the rest: then a little less
    goes out, evenly, and slowly more again. Where it refuses one and says what it allows
    a minute (x-ratelimit-limit), and that is less than was set, that is the budget.
    """

    def __init__(self, requests_per_minute: int) -> None:
        self._limit = requests_per_minute
        self._gap = MINUTE / requests_per_minute
        self._turns: deque[Turn] = deque()  # as they were sent, for as long as they may count
        self._answered: deque[float] = deque()
        self._open = 0
        self._next = -inf
        self._held_until = -inf
        # What others were seen to use in the last minute: (when, how much), less and less.
        self._others: deque[tuple[float, int]] = deque()
        # Where Loop counts in fixed minutes: between which times it began the present one.
        self._reset = (-inf, -inf)
        self._heard = -inf  # when the request was sent whose answer last said what is left
        self._heard_at = -inf
        self._share = inf  # requests a minute, as of the last refusal
        self._refused_at = -inf

    def delay(self, now: float) -> float:
        """Seconds until a request may be sent; 0 if at once."""
        while self._answered and self._answered[0] <= now - MINUTE:
            self._answered.popleft()
        if now < self._held_until:
            return self._held_until - now
        while self._others and self._others[0][0] <= now - MINUTE:
            self._others.popleft()
        others = self._others[0][1] if self._others else 0
        most = min(self._limit - others, self._shared(now))
        if self._open + len(self._answered) >= max(1, most):
            return self._answered[0] + MINUTE - now if self._answered else 0.05
        if self._others and self._open and now > self._heard_at + _NEWS:
            return 0.05  # others may have used up the rest meanwhile: one asks, the rest wait
        return max(0.0, self._next - now)

    def sent(self, now: float) -> Turn:
        """A request goes out."""
        turn = Turn(now)
        self._turns.append(turn)
        self._open += 1
        shared = self._shared(now)
        saved = 0 if self._others or shared < self._limit else max(1, int(self._limit * _BURST)) - 1
        gap = max(self._gap, MINUTE / shared)
        self._next = max(self._next, now - saved * gap) + gap
        return turn

    def answered(self, turn: Turn, now: float, remaining: int | None = None) -> None:
        """Its answer is in, or it has failed; `remaining` is what Loop says is left."""
        turn.answered = now
        self._open -= 1
        self._answered.append(now)
        while self._turns and self._turns[0].answered <= now - 2 * MINUTE:
            self._turns.popleft()
        if remaining is not None and turn.sent >= self._reset[1]:
            self._heed(turn, max(0, self._limit - remaining))

    def refused(self, turn: Turn) -> None:
        """A request was refused for its number, and nothing said of what is left.

        Those that were under way meanwhile say nothing new.
        """
        if turn.sent < self._refused_at:
            return
        now = turn.answered
        went_out = sum(1 for at in self._answered if at > now - MINUTE) - 1
        share = min(went_out, self._shared(now)) * _AFTER_REFUSAL
        self._share = max(1.0, self._limit * _LEAST, share)
        self._refused_at = now

    def allow(self, limit: int, now: float) -> None:
        """A request was refused, and Loop says that it allows so many a minute.

        Where more than fixed minutes allow have gone through, it is not of a minute.
        """
        answered = sum(1 for at in self._answered if at > now - MINUTE) - 1
        if 0 < limit < self._limit and answered <= 2 * limit + self._open:
            log.warning(
                "Loop allows this key %d requests a minute, fewer than 'requests_per_minute' says; "
                "the run goes on at that rate.", limit,
            )  # fmt: skip
            self._limit, self._gap = limit, MINUTE / limit
            self._others.clear()

    def _shared(self, now: float) -> float:
        if self._share == inf:
            return inf
        shared = self._share * _REGAINED ** ((now - self._refused_at) / MINUTE)
        if shared >= self._limit:
            self._share = inf
        return float(shared)

    def why(self, now: float) -> str:
        """Why a request has to wait."""
        if now < self._held_until:
            return "Loop asked for a pause"
        others = self._others[0][1] if self._others else 0
        if (shared := self._shared(now)) < self._limit - others:
            return (
                "Loop has refused one of too many requests, as where another integration uses the "
                f"key; {shared:.0f} a minute go out now, and slowly more"
            )
        if others:
            return (
                f"Loop counts {others} requests a minute that this run did not send: "
                "another integration uses the key, or 'requests_per_minute' is too high"
            )
        return f"the budget of the key, {self._limit} requests a minute, is used up"

    def pause(self, until: float) -> None:
        """Loop said to wait: nothing goes out before then."""
        self._held_until = max(self._held_until, until)

    def _heed(self, turn: Turn, counted: int) -> None:
        """Compare Loop's count, as of some time within a turn, with what was sent."""
        least, _ = self._own(turn)
        if counted < least / 2:
            # It forgets sooner than sixty seconds, so it counts in fixed minutes; one has begun.
            self._reset = (self._heard, turn.answered)
        self._heard, self._heard_at = turn.sent, turn.answered
        least, most = self._own(turn)
        if counted > most:
            # All that may be theirs is taken for theirs, and they do not stand still either.
            theirs = counted - least
            theirs += min(round(self._limit * _MARGIN), max(0, self._limit - theirs) // 10)
            while self._others and self._others[-1][1] <= theirs:
                self._others.pop()
            self._others.append((turn.answered, theirs))

    def _own(self, turn: Turn) -> tuple[int, int]:
        """How many own requests Loop's count within a turn holds, at least and at most."""
        surely_after = max(turn.answered - MINUTE, self._reset[1])
        maybe_after = max(turn.sent - MINUTE, self._reset[0])
        least = sum(
            1 for one in self._turns if one.answered <= turn.sent and one.sent > surely_after
        )
        most = sum(1 for one in self._turns if one.answered > maybe_after)
        return least, most


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
        self._told = -inf

    @contextmanager
    def turn(self) -> Iterator[Callable[[Mapping[str, str], int], None]]:
        """Wait until a request may be sent; within, hand over its answer's headers and status."""
        began = self._clock()
        while True:
            with self._lock:
                now = self._clock()
                if (delay := self._budget.delay(now)) <= 0:
                    turn = self._budget.sent(now)
                    break
                self._tell(now - began, delay, now)
            self._sleep(delay)
        remaining: int | None = None
        allowed: int | None = None
        refused = False

        def heed(headers: Mapping[str, str], status: int) -> None:
            nonlocal remaining, allowed, refused
            refused = status == _TOO_MANY
            remaining = _number(headers.get("x-ratelimit-remaining", ""))
            allowed = _number(headers.get("x-ratelimit-limit", ""))

        try:
            yield heed
        finally:
            with self._lock:
                if refused and allowed is not None:
                    self._budget.allow(allowed, self._clock())
                self._budget.answered(turn, self._clock(), remaining)
                if refused and remaining is None:
                    self._budget.refused(turn)

    def _tell(self, waited: float, delay: float, now: float) -> None:
        """Say why nothing is sent, by the time that it is ten seconds, and seldom."""
        if waited + delay >= _LONG and now - self._told >= _SELDOM:
            self._told = now
            log.info("Waiting %.0f s: %s.", waited + delay, self._budget.why(now))

    def pause(self, seconds: float) -> None:
        """Let nothing go out for so long."""
        with self._lock:
            self._budget.pause(self._clock() + seconds)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
