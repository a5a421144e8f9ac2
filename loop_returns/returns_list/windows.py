"""Which windows of time to ask Loop for, and what an answer proves. Pure.

Loop pages a list with a cursor that is a timestamp alone, at one-second
resolution: rows sharing the second at a page's edge can be skipped. So its
cursor is never followed. A page is read as what it is, the newest (or oldest)
rows of the window asked for: it proves the window complete up to its last row's
second, and the rest is asked for as a window of its own, that second included.

What Loop leaves open is settled by its answers, never assumed:

* order: a page counts as sorted only where its own next cursor names the column
  that is filtered on, agrees with the last row, and the rows agree with it.
  Otherwise nothing is proven, and the window is halved until it fits one page.
* bounds: windows are sent a second wider on each side, in case Loop excludes
  them, until an answer has shown that it includes them.
* states: asked without a state, Loop answers open, closed and expired returns
  (cancelled and review only by name). A long stretch is asked for so, in one
  pass instead of three; a state that none of its answers ever shows is then
  asked for by name all the same.
* seconds in which many rows changed are asked for unpaged, with about a page of
  their surroundings: they may hold more rows than fit a page. Loop documents no
  limit of such an answer; one with a round number of rows is not believed.

Windows depend on answers in the order in which they were handed out, never on
the clock, so the same account is always read by the same requests.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loop_returns import times
from loop_returns.errors import UnexpectedAnswer
from loop_returns.returns_list.sizing import LONGEST, UNNAMED, Lane, Lanes, Piece
from loop_returns.spans import Span, Spans

__all__ = ["LONGEST", "UNNAMED", "Proof", "Seen", "Window", "Windows"]

_CROWDED = 0.1
"""Of a page, in one second, from which on that second is asked for unpaged. With 0.3 it takes 152
requests instead of 149 (100,000 returns, `python -m benchmarks.sizing`), with 0.02 145."""

_ROUND, _FEWEST_ROUND = 50, 100
"""Answers of 100 returns and more, of a multiple of 50, look cut; Loop documents no limit."""


@dataclass(frozen=True, slots=True)
class Window:
    """One request for returns: those of `states` that changed in `span`."""

    states: tuple[str, ...]
    span: Span
    since: int
    until: int
    whole: bool = False

    @property
    def state(self) -> str | None:
        """The state to name; none for the three that Loop answers unnamed."""
        return self.states[0] if len(self.states) == 1 else None

    def excludes(self, second: int) -> bool:
        """Whether a row of this second was not asked for."""
        return not self.since <= second <= self.until


@dataclass(frozen=True, slots=True)
class Seen:
    """What an answer to a window looked like."""

    seconds: Sequence[int]
    """The second of each row in the column filtered on, in the order of the answer."""
    states: frozenset[str]
    more: bool
    """Loop says that more rows follow."""
    cursor: int | None = None
    """The second in Loop's own next cursor, if it names the column filtered on."""
    exact: bool = True
    """No row has a fraction of a second."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What an answer proved: all rows within `span` are in it."""

    span: Span
    credit: Mapping[str, Spans]
    """Stretches that are complete from now on, by state."""


class Windows:
    """Hands out windows until the missing stretches of every state are proven complete."""

    def __init__(self, missing: Mapping[str, Spans], *, page_size: int) -> None:
        self._lanes = Lanes(missing, page_size=page_size)
        self._seen: set[str] = set()
        self._owed: dict[str, Spans] = {}
        self._sorted: bool | None = None
        self._descending: bool | None = None
        self._exact = True
        self._since_included = False
        self._until_included = False
        self._crowds: dict[int, int] = {}
        """At least so many returns share a second, as pages have shown."""

    def next(self) -> Window | None:
        """The next window to ask for; none while all that is left is being asked."""
        # In the list's own order, so that what a page leaves joins what comes next.
        found = self._lanes.next(newest_first=self._descending is not False, is_sorted=self._sorted)
        if found is None:
            return self.next() if self._name_owed_states() else None
        lane, piece = found
        tight_since, tight_until = (
            self._exact and included for included in (self._since_included, self._until_included)
        )
        return Window(
            states=lane.states,
            span=piece.span,
            since=piece.span.start - (not tight_since),
            until=piece.span.end - tight_until,
            whole=piece.whole,
        )

    def prove(self, window: Window, seen: Seen) -> Proof:
        """Take in an answer, in the order in which the windows were handed out.

        Raises:
            UnexpectedAnswer: Loop leaves out rows of a second in a way that cannot be got around.
        """
        lane = self._lanes.of(window.states)
        lane.flying -= 1
        widened = not (self._since_included and self._until_included)
        self._learn(window, seen)
        proven = self._proven(window, seen)
        if proven.length and not (window.whole and window.span.length == 1):
            lane.recent.append((len(seen.seconds), proven.length))
        for piece in self._left(lane, window, seen, proven, retry=widened):
            if piece.whole or not self._sorted:
                insort(lane.pieces, piece)
            else:
                lane.join(piece)
        return Proof(proven, self._credit(window, proven))

    def _learn(self, window: Window, seen: Seen) -> None:
        if window.state is None:
            self._seen |= seen.states
        self._exact &= seen.exact
        self._since_included |= window.since in seen.seconds
        self._until_included |= window.until in seen.seconds

    def _proven(self, window: Window, seen: Seen) -> Span:
        start, end = window.span
        nothing = Span(end, end)
        if window.whole and _is_round(len(seen.seconds)):
            self._refuse_cut_answer(window, seen)
            if window.span.length > 1:
                return nothing
        if window.whole or not seen.more:
            return window.span
        if not seen.seconds:
            return nothing
        first, last = seen.seconds[0], seen.seconds[-1]
        if not self._is_sorted(seen):
            self._sorted = False
            return nothing
        self._sorted = self._sorted is not False
        if first != last:
            self._descending = first > last
        if self._descending is None or not self._sorted:
            return nothing
        proven = (
            Span(max(last + 1, start), end) if self._descending else Span(start, min(last, end))
        )
        return proven if proven.length > 0 else nothing

    def _is_sorted(self, seen: Seen) -> bool:
        first, last = seen.seconds[0], seen.seconds[-1]
        if seen.cursor != last:
            return False
        descending = first > last if first != last else self._descending
        if self._descending not in {None, descending}:
            return False
        pairs = zip(seen.seconds, seen.seconds[1:], strict=False)
        return all(a >= b for a, b in pairs) if descending else all(a <= b for a, b in pairs)

    def _left(
        self, lane: Lane, window: Window, seen: Seen, proven: Span, *, retry: bool
    ) -> list[Piece]:
        """The pieces of a window that its answer leaves to be asked for."""
        left = Spans([window.span]) - Spans([proven])
        if not left:
            return []
        if window.whole:
            middle = (window.span.start + window.span.end) // 2
            halves = Span(window.span.start, middle), Span(middle, window.span.end)
            return [Piece(half, whole=True) for half in halves]
        if self._sorted and seen.seconds:
            edge = seen.seconds[-1]
            if window.span.holds(edge):
                crowd = left & Spans(self._crowd(seen, edge, proven.length))
                return [Piece(span) for span in left - crowd] + [
                    Piece(span, whole=True) for span in crowd
                ]
            # The page is full of rows from the second beside the window, which
            # wide bounds let in: ask again with the bounds that it has taught.
            tighter = self._exact and (self._since_included or self._until_included)
            return [Piece(window.span, whole=not (retry and tighter))]
        if not seen.seconds or window.span.length == 1:
            return [Piece(window.span, whole=True)]
        return self._lanes.halved(lane, window.span)

    def _crowd(self, seen: Seen, edge: int, reach: int) -> list[tuple[int, int]]:
        """Where many rows share the second at a page's edge: what to ask for unpaged.

        That second may hold more rows than fit a page. Its rows that this page had
        come again, so as much time beyond it is taken along as the page was long.
        """
        crowd = seen.seconds.count(edge)
        self._crowds[edge] = max(crowd, self._crowds.get(edge, 0))
        if reach and (crowd == 1 or crowd < len(seen.seconds) * _CROWDED):
            return []
        return [(edge - reach, edge + 1) if self._descending else (edge, edge + 1 + reach)]

    def _refuse_cut_answer(self, window: Window, seen: Seen) -> None:
        second = window.span.start
        if window.span.length == 1 and len(seen.seconds) < self._crowds.get(second, 0):
            raise UnexpectedAnswer(
                f"Loop cuts unpaged lists at {len(seen.seconds)} returns, and more than these "
                f"changed at {times.show(second)}, which cannot be read in pages."
            )

    def _credit(self, window: Window, proven: Span) -> dict[str, Spans]:
        if window.state:
            return {window.state: Spans([proven])}
        credit = {}
        for state in window.states:
            spans = self._owed.pop(state, Spans()) | Spans([proven])
            if state in self._seen:
                credit[state] = spans
            else:
                self._owed[state] = spans
        return credit

    def _name_owed_states(self) -> bool:
        """Ask by name for the states that no unnamed answer has shown."""
        if not self._owed or not self._lanes.all_done():
            return False
        for state, spans in self._owed.items():
            self._lanes.of((state,)).pieces = [Piece(span) for span in spans]
        self._owed = {}
        return True


def _is_round(rows: int) -> bool:
    return rows >= _FEWEST_ROUND and rows % _ROUND == 0
