"""Counts distinct keys in bounded memory. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

_REMEMBERED = 8_000


class Distinct:
    """Counts distinct keys."""

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        self.count = 0
        self._remembered = remembered
        self._new: set[int] = set()
        self._old: set[int] = set()

    def take(self, keys: Iterable[Hashable]) -> None:
        """Take in the keys of some rows."""
        hashes = {hash(key) for key in keys}
        self.count += len(hashes - self._new - self._old)
        self._new |= hashes
        if len(self._new) > self._remembered:
            self._old, self._new = self._new, set()
