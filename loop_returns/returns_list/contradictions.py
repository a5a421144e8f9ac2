"""Answers of the list of returns that contradict each other, or what was asked for. Pure.

Bounded in memory: what is remembered is numbers, of the latest rows only.
"""

from __future__ import annotations

from collections.abc import Sequence

from loop_returns import times
from loop_returns.returns_list.answers import Listed
from loop_returns.returns_list.window import Window

_REMEMBERED = 8_000


class Contradictions:
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

    def look_at(self, window: Window, listed: Listed) -> list[str]:
        """What is wrong with an answer, a line for each kind of contradiction that is new."""
        self.windows += 1
        lines = (
            self._look_outside(window, listed),
            self._look_for_other_states(window, listed.seen.states),
            self._compare(listed),
        )
        return [line for line in lines if line]

    def __str__(self) -> str:
        found = (
            (self.outside, "rows outside of their window"),
            (self.other_state, "windows with a state not asked for"),
            (self.unlike, "returns unlike at the same updated_at"),
        )
        return "; ".join(f"{count:,} {what}" for count, what in found if count)

    def _look_outside(self, window: Window, listed: Listed) -> str | None:
        seconds: Sequence[int] = listed.seen.seconds
        if not seconds or not (window.excludes(min(seconds)) or window.excludes(max(seconds))):
            return None
        strays = [place for place, second in enumerate(seconds) if window.excludes(second)]
        is_first = not self.outside
        self.outside += len(strays)
        if not is_first:
            return None
        place = strays[0]
        return (
            f"Loop sent return {_name(listed.heads[place].get('id'))}, of {window.column} "
            f"{times.show(seconds[place])}, when asked for {times.show(window.since)} to "
            f"{times.show(window.until)}. Such returns are kept; whether Loop leaves out others "
            "is not known."
        )

    def _look_for_other_states(self, window: Window, states: frozenset[str]) -> str | None:
        if window.state is None or states <= {window.state}:
            return None
        self.other_state += 1
        if self.other_state > 1:
            return None
        others = ", ".join(sorted(states - {window.state}))
        return (
            f"Loop sent returns that are {others} when asked for those that are {window.state}. "
            "They are kept."
        )

    def _compare(self, listed: Listed) -> str | None:
        """Compare returns with what came of them before, by second and checksum."""
        new, old = self._new, self._old
        unlike_before, example = self.unlike, None
        for head, second, checksum in zip(
            listed.heads, listed.changed, listed.checksums, strict=True
        ):
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
        if unlike_before or example is None:
            return None
        return (
            f"Loop sent return {_name(example[0])} twice with different content, each time as "
            f"changed at {times.show(example[1])}: updated_at does not tell all changes."
        )


def _name(value: object) -> str:
    """An id, shortened; nothing of a value that is none."""
    return " ".join(str(value).split())[:40] if isinstance(value, (str, int)) else "without an id"
