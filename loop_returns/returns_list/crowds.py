"""Seconds with more rows than fit a page: asked for unpaged; what proves the answer whole. Pure.

Loop documents no limit of an unpaged list; should there be one, such an answer lacks
rows and does not say so. It is whole

* where a longer unpaged answer has come: that one would have been cut, too; or
* where, in the list's order, it goes on beyond the second: cut off are the rows at its
  end. So the crowd is asked for with rows beyond it, more of them until some come.

Where neither shows, the second must be read by another route (`Windows.crowded`).
"""

from __future__ import annotations

from loop_returns.returns_list.learnt import Learnt, Seen, in_order
from loop_returns.returns_list.sizing import LONGEST, Lane, Piece
from loop_returns.returns_list.window import Window
from loop_returns.spans import Span, Spans

_CROWDED = 0.1
"""Of a page, in one second, from which on that second is asked for unpaged. With 0.3 it takes 403
requests instead of 390 (300,000 returns, `python -m benchmarks.sizing`), with 0.02 388."""

_BEYOND = 100
"""Rows beyond a crowd, about, to ask for with it."""

_WIDEST = LONGEST - 1


class Crowds:
    """What is known of crowded seconds."""

    def __init__(self, learnt: Learnt, page_size: int) -> None:
        self._learnt = learnt
        self._page_size = page_size
        self._most: dict[int, int] = {}
        """At least so many returns share a second, as answers have shown."""
        self._grew = False
        self._full: set[tuple[tuple[str, ...], int]] = set()
        """Seconds that do not fit a page."""
        self._doubted: set[tuple[tuple[str, ...], int]] = set()
        """Seconds whose unpaged answer may be cut; a page is asked for, too."""

    def unpaged(self, lane: Lane, window: Window) -> list[Piece]:
        """What to ask for where a page does not hold what a window of one second has."""
        where = window.states, window.span.start
        self._full.add(where)
        wider = self._wider(lane, window) if where in self._doubted else 0
        return [Piece(window.span, whole=True, wider=wider)]

    def around(self, seen: Seen, edge: int, reach: int) -> list[tuple[int, int]]:
        """Where many rows share the second at a page's edge: what to ask for unpaged.

        That second may hold more rows than fit a page. Its rows that this page had
        come again, so as much time beyond it is taken along as the page was long.
        """
        crowd = self._count(seen, edge)
        if reach and (crowd == 1 or crowd < len(seen.seconds) * _CROWDED):
            return []
        descending = self._learnt.descending
        return [(edge - reach, edge + 1) if descending else (edge, edge + 1 + reach)]

    def beside(self, span: Span, edge: int) -> list[Piece]:
        """The parts of a window whose answer is full of rows at one end of it, or beyond."""
        start, end = span
        if edge >= end - 1:
            return [Piece(Span(end - 1, end), whole=True), Piece(Span(start, end - 1))]
        return [Piece(Span(start, start + 1), whole=True), Piece(Span(start + 1, end))]

    def is_sorted(self, seen: Seen) -> bool:
        """Whether an unpaged answer keeps to the order of the pages."""
        learnt = self._learnt
        return (
            bool(seen.seconds)
            and learnt.is_sorted is True
            and learnt.descending is not None
            and in_order(seen.seconds, descending=learnt.descending)
        )

    def is_whole(self, window: Window, seen: Seen) -> bool:
        """Whether a longer unpaged answer proves that this one is not cut."""
        rows, longest = len(seen.seconds), self._learnt.longest
        self._grew = rows > longest
        self._learnt.longest = max(rows, longest)
        if window.span.length == 1:
            second = window.span.start
            before = self._most.get(second, 0)
            if self._count(seen, second) < before:  # a page had more
                return False
        return rows < longest or not rows

    def left(self, lane: Lane, window: Window, seen: Seen, left: Spans) -> list[Piece] | None:
        """What to ask for where an unpaged answer may be cut; None where nothing would help."""
        if window.span.length > 1:
            if left != Spans([window.span]):
                return [Piece(span) for span in left]
            if self.is_sorted(seen):
                return self.beside(window.span, seen.seconds[-1])
            middle = (window.span.start + window.span.end) // 2
            halves = Span(window.span.start, middle), Span(middle, window.span.end)
            return [Piece(half, whole=True) for half in halves]
        return self._left_of_second(lane, window, seen)

    def _left_of_second(self, lane: Lane, window: Window, seen: Seen) -> list[Piece] | None:
        second = window.span.start
        here = self._most.get(second, 0)
        where = window.states, second
        if here <= self._page_size and where not in self._full:
            self._doubted.add(where)
            return [Piece(window.span, alone=True)]
        if window.wider and self._grew:  # the crowd alone is shorter
            return [Piece(window.span, whole=True)]
        if window.wider >= _WIDEST or seen.seconds.count(second) < here:
            return None
        return [Piece(window.span, whole=True, wider=self._wider(lane, window))]

    def reach(self, wider: int) -> tuple[int, int]:
        """By how many seconds a window begins before its span, and ends after it.

        At first it goes on where the list does; where nothing follows, to both sides: a longer
        answer proves as much, wherever its rows lie.
        """
        if wider >= _WIDEST:
            return _WIDEST // 2, _WIDEST // 2
        return (0, wider) if self._learnt.descending is False else (wider, 0)

    def _wider(self, lane: Lane, window: Window) -> int:
        if window.wider:
            return _WIDEST
        rows = lane.expected(Span(0, LONGEST))
        return min(_WIDEST, max(60, int(LONGEST * _BEYOND / rows))) if rows else _WIDEST

    def _count(self, seen: Seen, second: int) -> int:
        here = seen.seconds.count(second)
        self._most[second] = max(here, self._most.get(second, 0))
        return here
