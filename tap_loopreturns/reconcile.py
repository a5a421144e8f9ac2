"""Does what Loop sent add up? Distinct keys, and answers that contradict each other. Pure.

Bounded in memory: what is remembered is numbers, of the latest rows only. A key
that comes again much later counts as another one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from tap_loopreturns import times
from tap_loopreturns.windows import Seen, Window

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


class Reconciliation:
    """Looks for what cannot be, if Loop's list of returns is what it says."""

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        self.windows = 0
        self.outside = 0
        """Rows that changed at another time than was asked for."""
        self.other_state = 0
        """Windows with rows of a state that was not asked for."""
        self.unlike = 0
        """Returns that came with other content, yet the same `updated_at`.

        They are compared by their checksums. One that came in two kinds of them is not compared.
        """
        self._remembered = remembered
        self._new: dict[int, int] = {}
        self._old: dict[int, int] = {}

    def take(
        self,
        window: Window,
        heads: Sequence[Mapping[str, Any]],
        checksums: Sequence[int],
        seen: Seen,
    ) -> list[str]:
        """Take in an answer; what is wrong with it, in words, the first time of each kind.

        Args:
            window: What was asked for.
            heads: Of every row, at least its id.
            checksums: Of every row's content, below `2 ** 32` for each kind of checksum.
            seen: What the answer looked like.
        """
        seconds = seen.seconds
        self.windows += 1
        said = (
            self._outside(window, heads, seconds),
            self._other_state(window, seen.states),
            self._unlike(heads, seconds, checksums),
        )
        return [words for words in said if words]

    def __str__(self) -> str:
        found = (
            (self.outside, "rows outside of their window"),
            (self.other_state, "windows with a state not asked for"),
            (self.unlike, "returns unlike at the same updated_at"),
        )
        return "; ".join(f"{count:,} {what}" for count, what in found if count)

    def _outside(
        self, window: Window, heads: Sequence[Mapping[str, Any]], seconds: Sequence[int]
    ) -> str | None:
        if not seconds or (window.since <= min(seconds) and max(seconds) <= window.until):
            return None
        strays = [place for place, at in enumerate(seconds) if is_outside(window, at)]
        first = not self.outside
        self.outside += len(strays)
        place = strays[0]
        return (
            f"Loop sent return {heads[place].get('id')}, changed at {times.show(seconds[place])}, "
            f"when asked for {times.show(window.since)} to {times.show(window.until)}. Such "
            "returns are kept; whether Loop leaves out others is not known."
            if first
            else None
        )

    def _other_state(self, window: Window, states: frozenset[str]) -> str | None:
        if window.state is None or states <= {window.state}:
            return None
        first = not self.other_state
        self.other_state += 1
        others = ", ".join(sorted(states - {window.state}))
        return (
            f"Loop sent returns that are {others} when asked for those that are {window.state}. "
            "They are kept."
            if first
            else None
        )

    def _unlike(
        self,
        heads: Sequence[Mapping[str, Any]],
        seconds: Sequence[int],
        checksums: Sequence[int],
    ) -> str | None:
        new, old = self._new, self._old
        before_all, example = self.unlike, None
        for head, second, checksum in zip(heads, seconds, checksums, strict=True):
            try:
                key = hash(head.get("id"))
            except TypeError:  # an object where there should be none; the cleaner decides on it
                continue
            version = second << 33 | checksum
            before = new.get(key) or old.get(key)
            if before is not None and before != version and before >> 32 == version >> 32:
                self.unlike += 1
                example = example or (head.get("id"), second)
            new[key] = version
        if len(new) > self._remembered:
            self._old, self._new = new, {}
        if before_all or example is None:
            return None
        return (
            f"Loop sent return {example[0]} twice with different content, each time as changed at "
            f"{times.show(example[1])}: updated_at does not tell all changes."
        )


def is_outside(window: Window, second: int) -> bool:
    """Whether a row's second is one that was not asked for."""
    return not window.since <= second <= window.until
