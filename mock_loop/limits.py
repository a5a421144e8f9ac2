"""The budget of a key: so many requests a minute over all endpoints."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from mock_loop.quirks import Quirks

MINUTE = 60.0


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    remaining: int
    wait: float
    """Seconds until a request would be let through."""


class Allowance:
    """Counts in sliding minutes, or in minutes that begin with their first request.

    Refused requests are not counted, as Laravel's throttle does not.
    """

    def __init__(self) -> None:
        self._taken: deque[float] = deque()
        self._minute_began = float("-inf")

    def take(self, quirks: Quirks, now: float) -> Verdict:
        """Take one request out of the budget, if it is there."""
        limit = quirks.requests_per_minute
        if limit is None:
            return Verdict(allowed=True, remaining=0, wait=0)
        foreign = quirks.foreign_requests_per_minute
        if quirks.counting == "fixed":
            if now >= self._minute_began + MINUTE:
                self._minute_began = now
                self._taken.clear()
            # The other integration goes on evenly, since before this minute began.
            foreign *= (now - self._minute_began) / MINUTE
            wait = self._minute_began + MINUTE - now
        else:
            while self._taken and self._taken[0] <= now - MINUTE:
                self._taken.popleft()
            wait = self._taken[0] + MINUTE - now if self._taken else 1.0
        left = limit - len(self._taken) - int(foreign)
        if left <= 0:
            return Verdict(allowed=False, remaining=0, wait=wait)
        self._taken.append(now)
        return Verdict(allowed=True, remaining=left - 1, wait=wait)

    def headers(self, quirks: Quirks, verdict: Verdict, clock: float) -> dict[str, str]:
        """What the answer says about the budget."""
        headers: dict[str, str] = {}
        if quirks.requests_per_minute is None:
            return headers
        if quirks.ratelimit_headers:
            headers["x-ratelimit-limit"] = str(quirks.requests_per_minute)
            headers["x-ratelimit-remaining"] = str(verdict.remaining)
        if not verdict.allowed:
            seconds = int(verdict.wait) + 1
            if quirks.retry_after:
                headers["Retry-After"] = str(seconds)
            if quirks.ratelimit_headers and quirks.counting == "fixed":
                headers["X-RateLimit-Reset"] = str(int(clock) + seconds)
        return headers
