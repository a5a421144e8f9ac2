"""A clock for tests, which passes only by sleeping or when it is told."""

from __future__ import annotations

from collections.abc import Callable


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []
        self.then: Callable[[float], object] = lambda _: None

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds
        self.then(seconds)
