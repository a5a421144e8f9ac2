"""What of the list of returns could not be read, or is not believed; and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from loop_returns import times
from loop_returns.endpoints import STATES
from loop_returns.errors import Incomplete
from loop_returns.returns_list.learnt import Seen, in_order
from loop_returns.returns_list.window import Window
from loop_returns.spans import Span, Spans

_LATE = 3600  # seconds; a row that changed after it was found, in Loop, may be newer than asked for
_MOST_STRANGE = 3
_ENOUGH = 10  # rows that are not in order by chance
_MOST_SHOWN = 3


class Unread:
    """Stretches that stay missing, by state; the reading goes on around them."""

    def __init__(self, missing: Mapping[str, Spans]) -> None:
        self.spans: dict[str, Spans] = {}
        self._missing = dict(missing)
        self._until = max((span.end for spans in missing.values() for span in spans), default=0)
        self._why: list[str] = []
        self._strange = 0
        self._mixed: dict[str, str] = {}
        self._named: set[str] = set()

    def add(self, window: Window, why: str, span: Span | None = None) -> None:
        """Take in that a window, or a part of it, stays missing."""
        gone = Spans([span or window.span])
        for state in window.states:
            self.spans[state] = self.spans.get(state, Spans()) | gone
        where = f"{', '.join(window.states)} returns changed {_shown(span or window.span)}"
        self._why.append(f"{where}: {why}")

    def is_strange(self, window: Window, seen: Seen) -> bool:
        """Whether an answer has rows that cannot be, if Loop keeps to `from`, `to` and `filter`.

        One that is newer than asked for may have changed just after Loop had found it.

        Raises:
            Incomplete: that was so several times; then no answer says what it seems to.
        """
        seconds = seen.seconds
        if not seconds or not (window.excludes(min(seconds)) or window.excludes(max(seconds))):
            return False
        strays = [second for second in seconds if window.excludes(second)]
        odd = [one for one in strays if one < window.since or one < self._until - _LATE]
        if not odd and not (seen.more and len(strays) == len(seconds)):
            return False
        stray = (odd or strays)[0]
        why = (
            f"Loop sent returns of {times.show(stray)} when asked for {window.column} from "
            f"{times.show(window.since)} to {times.show(window.until)}"
        )
        self.add(window, why)
        self._strange += 1
        if self._strange >= _MOST_STRANGE:
            self.spans = dict(self._missing)
            raise Incomplete(
                f"{why}, and so {self._strange} times: what its answers hold is not known.",
                self.spans,
            )
        return True

    def take_in_states(self, named: str, states: frozenset[str]) -> None:
        """Take in which states came when one was named."""
        if named in states:
            self._named.add(named)
        if others := states & (frozenset(STATES) - {named}):
            self._mixed.setdefault(named, ", ".join(sorted(others)))

    def without_date(self, window: Window, seen: Seen, proven: Span) -> Spans:
        """Where rows without a date may belong: as far as the rows before and after them."""
        if not seen.unplaced:
            return Spans()
        gaps = []
        sorted_ = len(seen.seconds) >= _ENOUGH and any(
            in_order(seen.seconds, descending=descending) for descending in (True, False)
        )
        for name, before in seen.unplaced:
            gap = window.span
            beside = seen.seconds[max(0, before - 1) : before + 1]
            if sorted_ and 0 < before < len(seen.seconds):
                gap = Span(max(gap.start, min(beside)), min(gap.end, max(beside) + 1))
            gaps.append(gap)
            self.add(window, f"return {name} has no date in {window.column}", gap)
        return Spans(gaps) & Spans([proven])

    def raise_if_any(self) -> None:
        """End the reading loudly, if anything is missing.

        Raises:
            Incomplete: what is missing, and why.
        """
        for state, others in self._mixed.items():
            if state not in self._named:
                self.spans[state] = self._missing.get(state, Spans())
                self._why.append(
                    f"{state} returns: asked for by name, Loop answers those that are {others}, "
                    f"and none that is {state}"
                )
        if not self._why:
            return
        more = len(self._why) - _MOST_SHOWN
        lines = "; ".join(self._why[:_MOST_SHOWN]) + (f"; and {more:,} more" if more > 0 else "")
        raise Incomplete(
            f"Not all could be read, and will be asked for again by the next run: {lines}.",
            self.spans,
        )


def _shown(span: Span) -> str:
    if span.length == 1:
        return f"at {times.show(span.start)}"
    return f"from {times.show(span.start)} to {times.show(span.end)}"
