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
  them, or keeps fractions of a second that it does not show.
* states: asked without a state, Loop answers open, closed and expired returns
  (cancelled and review only by name). A long stretch is asked for so, in one
  pass instead of three; a state that none of its answers ever shows is then
  asked for by name all the same.
* seconds in which many rows changed are asked for unpaged, with about a page of
  their surroundings: they may hold more rows than fit a page. Loop documents no
  limit of such an answer, so only one that is shorter than another one is taken
  for whole; of the longest, what a page of so many rows would prove (see `crowds`).

Windows depend on answers in the order in which they were handed out, never on
the clock, so the same account is always read by the same requests.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from loop_returns.errors import UnexpectedAnswer
from loop_returns.returns_list.crowds import Crowds
from loop_returns.returns_list.learnt import Learnt, Seen
from loop_returns.returns_list.sizing import LONGEST, UNNAMED, Lane, Lanes, Piece
from loop_returns.returns_list.unread import Unread
from loop_returns.returns_list.window import Window
from loop_returns.spans import Span, Spans

__all__ = ["LONGEST", "UNNAMED", "Proof", "Seen", "Window", "Windows"]

_MOST_REQUESTS = 1000
_MOST_A_ROW = 64
"""Requests beyond which something is wrong: halving 119 days down to a second takes 24."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What an answer proved: all rows within `span` are in it."""

    span: Span
    credit: Mapping[str, Spans]
    """Stretches that are complete from now on, by state."""


class Windows:
    """Hands out windows until the missing stretches of every state are proven complete.

    Attributes:
        unread: What could not be read, or is not believed.
        crowded: Windows of one second, of whose answer nothing proves that it is whole.
    """

    def __init__(
        self, missing: Mapping[str, Spans], *, page_size: int, column: str = "updated_at"
    ) -> None:
        self.unread = Unread(missing)
        self.crowded: list[Window] = []
        self._column = column
        self._learnt = Learnt()
        self._lanes = Lanes(missing, page_size=page_size)
        self._crowds = Crowds(self._learnt, page_size)
        self._owed: dict[str, Spans] = {}
        self._last: list[tuple[Lane, Piece]] = []
        self._asked: dict[Window, tuple[object, ...]] = {}
        stretches = [span.length for spans in missing.values() for span in spans]
        self._bound = _MOST_REQUESTS + 8 * sum(ceil(length / LONGEST) for length in stretches)

    def next(self) -> Window | None:
        """The next window to ask for; none while all that is left is being asked.

        Raises:
            UnexpectedAnswer: there were far more requests than the rows that came need.
        """
        # In the list's own order, so that what a page leaves joins what comes next.
        while True:
            found = self._lanes.next(
                newest_first=self._learnt.descending is not False,
                is_sorted=self._learnt.is_sorted,
            )
            if found is None:
                if self._begin_last_pieces() or self._name_owed_states():
                    continue
                return None
            window = self._window(*found)
            facts = self._learnt.facts()
            if self._asked.get(window) != facts:
                self._asked[window] = facts
                self._count_request()
                return window
            found[0].flying -= 1
            self.unread.add(window, "the same answer came again, and nothing follows from it")

    def prove(self, window: Window, seen: Seen) -> Proof:
        """Take in an answer, in the order in which the windows were handed out.

        Raises:
            UnexpectedAnswer: Loop answers other times than are asked for, again and again.
        """
        lane = self._lanes.of(window.states)
        lane.flying -= 1
        if self.unread.is_strange(window, seen):
            return Proof(window.span, {})
        if window.state is None:
            self._learnt.shown |= seen.states
        proven = self._proven(window, seen)
        if proven.length and not (window.whole and window.span.length == 1):
            lane.recent.append((len(seen.seconds), proven.length))
        for piece in self._left(lane, window, seen, proven):
            if piece.stays_apart or not self._learnt.is_sorted:
                insort(lane.pieces, piece)
            else:
                lane.join(piece)
        self._bound += _MOST_A_ROW * len(seen.seconds) if proven.length else 0
        gaps = self.unread.without_date(window, seen, proven)
        return Proof(proven, self._credit(window, seen, Spans([proven]) - gaps))

    def fail(self, window: Window, why: str) -> None:
        """Take in that there is no answer: its parts are asked for after everything else."""
        lane = self._lanes.of(window.states)
        lane.flying -= 1
        if window.span.length > 1:
            parts = self._lanes.parts_of(window.span)
            self._last += [(lane, Piece(part, last=True)) for part in parts]
        elif window.whole:  # a page of it may be all that Loop can answer
            self.crowded.append(window)
        else:
            self.unread.add(window, why)

    def _window(self, lane: Lane, piece: Piece) -> Window:
        before, after = self._crowds.reach(piece.wider)
        return Window(
            states=lane.states,
            span=piece.span,
            since=piece.span.start - 1 - before,
            until=piece.span.end + after,
            whole=piece.whole,
            wider=piece.wider,
            column=self._column,
            again=piece.last,
        )

    def _count_request(self) -> None:
        if len(self._asked) > self._bound:
            raise UnexpectedAnswer(
                f"Loop's list of returns takes no end: {len(self._asked):,} requests, and what "
                "came of them is not worth so many. Nothing more is asked for."
            )

    def _begin_last_pieces(self) -> bool:
        """Ask for what had failed, now that nothing else is left."""
        for lane, piece in self._last:
            insort(lane.pieces, piece)
        begun, self._last = bool(self._last), []
        return begun

    def _proven(self, window: Window, seen: Seen) -> Span:
        start, end = window.span
        nothing = Span(end, end)
        if window.whole:
            if self._crowds.is_whole(window, seen):
                return window.span
            is_sorted = self._crowds.is_sorted(seen)
        elif not seen.more:
            return window.span
        else:
            is_sorted = bool(seen.seconds) and self._learnt.order_by(seen)
        if not is_sorted:
            return nothing
        last = seen.seconds[-1]
        descending = self._learnt.descending
        proven = Span(max(last + 1, start), end) if descending else Span(start, min(last, end))
        return proven if proven.length > 0 else nothing

    def _left(self, lane: Lane, window: Window, seen: Seen, proven: Span) -> list[Piece]:
        """The pieces of a window that its answer leaves to be asked for."""
        left = Spans([window.span]) - Spans([proven])
        if not left:
            return []
        if window.whole:
            found = self._crowds.left(lane, window, seen, left)
            if found is None:
                self.crowded.append(window)
            return found or []
        if window.span.length == 1:
            return self._crowds.unpaged(lane, window)
        if not seen.seconds:
            return [Piece(window.span, whole=True)]
        return self._left_of_page(lane, window, seen, left, reach=proven.length)

    def _left_of_page(
        self, lane: Lane, window: Window, seen: Seen, left: Spans, *, reach: int
    ) -> list[Piece]:
        if not self._learnt.is_sorted:
            return self._lanes.halved(lane, window.span)
        edge = seen.seconds[-1]
        if not window.span.holds(edge):
            # The page is full of rows from the second beside the window, which wide bounds let in.
            return self._crowds.beside(window.span, edge)
        crowd = left & Spans(self._crowds.around(seen, edge, reach))
        return [Piece(span) for span in left - crowd] + [Piece(span, whole=True) for span in crowd]

    def _credit(self, window: Window, seen: Seen, proven: Spans) -> dict[str, Spans]:
        if window.state:
            self.unread.take_in_states(window.state, seen.states)
            return {window.state: proven}
        credit = {}
        for state in window.states:
            spans = self._owed.pop(state, Spans()) | proven
            if state in self._learnt.shown:
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
