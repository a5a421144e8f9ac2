"""Answers that were asked for ahead of time, kept a while for whoever asks for the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")
Params = Mapping[str, str | int]
_FRESH = 30.0  # seconds; an older page and those after it are not one list


class KeptAnswers(Generic[T]):
    """Answers by path and parameters. Safe to share by threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, tuple[tuple[str, str | int], ...]], tuple[float, T]] = {}

    def keep(self, path: str, params: Params | None, answer: T) -> None:
        """Keep an answer that has just come."""
        with self._lock:
            self._kept[_question(path, params)] = (self._clock(), answer)

    def holds(self, path: str, params: Params | None) -> bool:
        """Whether there is an answer that is fresh; it ages on from when it came."""
        with self._lock:
            kept = self._kept.get(_question(path, params))
        return kept is not None and self._clock() - kept[0] < _FRESH

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()

    def take(self, path: str, params: Params | None) -> T | None:
        """The answer, for this once, if there is one that is fresh."""
        fresh = self.holds(path, params)
        with self._lock:
            kept = self._kept.pop(_question(path, params), None)
        return kept[1] if fresh and kept else None


def _question(path: str, params: Params | None) -> tuple[str, tuple[tuple[str, str | int], ...]]:
    return path, tuple(sorted((params or {}).items()))
