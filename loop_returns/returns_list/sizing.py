"""How much of what is missing to ask for at once, in which order. Pure.

A lane is one pass over the missing stretches: of a single state, or of the three
that Loop answers when none is named. Requests are few where windows are long, and
quick where they run side by side; a lane learns from its answers how dense the
returns are, and cuts its windows accordingly.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

from loop_returns.spans import Span, Spans
from loop_returns.times import DAY

LONGEST = 119 * DAY
"""Loop refuses more than 120 days; a window may be sent a second wider on each side."""

UNNAMED = ("open", "closed", "expired")
"""The states that Loop answers when none is named."""

# Figures are requests of a backfill of three uneven years, from `python -m benchmarks.sizing`,
# which prints them anew.

_LONG = 30 * DAY
"""From here on, one pass over the three states that Loop answers unnamed. Never: 44 to 63 requests
for 20,000 returns. From a day on: no other figure."""

_AT_ONCE = (0.9, 3.0)
"""Pages in a window that is asked for unpaged, so that it is one request. Never: 82 to 91 requests
for 50,000 returns; up to 1.5 pages: 85."""

_SIDE_BY_SIDE = 4
"""Windows left, below which one is split, since the pages of one come one after the other. Never:
73 to 81 s for 300,000 returns, with as many requests; 16: up to 11% more for 20,000."""

_FILL = 0.8
"""Of a page, where the list is not sorted, so that a window must fit a page. Half: 192 to 232
requests for 50,000 returns; a full page: 193."""

_MOST_PARTS = 16
"""Of a window at once; what a burst makes of the density must not become thousands of windows. With
4 or 64 it takes 178 and 177 requests instead of 192 (50,000 returns), and 36 and 42 instead of 41
(5,000)."""


@dataclass(slots=True, order=True)
class Piece:
    """A stretch to ask for.

    Attributes:
        span: From when to when.
        whole: Unpaged.
        wider: By how many seconds more it is sent.
        alone: Not joined with what lies beside it.
        last: It failed before, and its turn is after everything else.
    """

    span: Span
    whole: bool = False
    wider: int = 0
    alone: bool = False
    last: bool = False

    @property
    def stays_apart(self) -> bool:
        """Whether it is asked for as it is, never with what lies beside it."""
        return self.whole or self.alone or self.last


@dataclass(slots=True)
class Lane:
    """The reading of one pass of states."""

    states: tuple[str, ...]
    pieces: list[Piece]
    flying: int = 0
    """How many of its windows have been asked for and not been answered."""
    recent: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=8))
    """Rows and seconds of the last answers."""

    def expected(self, span: Span) -> float:
        """Rows to expect in a span, by how dense the last answers were."""
        seconds = sum(length for _, length in self.recent)
        return span.length * sum(rows for rows, _ in self.recent) / seconds if seconds else 0.0

    def join(self, piece: Piece) -> None:
        """Take a piece back as one with those beside it that are still to be asked for."""
        apart = [other for other in self.pieces if other.stays_apart]
        rest = [other.span for other in self.pieces if not other.stays_apart]
        self.pieces = sorted([*apart, *(Piece(span) for span in Spans([piece.span, *rest]))])


class Lanes:
    """All lanes of a reading, and the choice among them."""

    def __init__(self, missing: Mapping[str, Spans], *, page_size: int) -> None:
        self._lanes = _lanes(missing)
        self._page_size = page_size

    def of(self, states: tuple[str, ...]) -> Lane:
        """The lane of these states."""
        for lane in self._lanes:
            if lane.states == states:
                return lane
        self._lanes.append(Lane(states, []))
        return self._lanes[-1]

    def all_done(self) -> bool:
        """Whether nothing is left to ask for, and no answer outstanding of unnamed states."""
        return not any(
            lane.pieces or (lane.flying and len(lane.states) > 1) for lane in self._lanes
        )

    def next(self, *, newest_first: bool, is_sorted: bool | None) -> tuple[Lane, Piece] | None:
        """The lane to read on, and its next piece, cut to what should be asked for at once."""
        # A lane's first answer tells how dense it is, so the next one waits for it.
        lanes = [lane for lane in self._lanes if lane.pieces and (lane.recent or not lane.flying)]
        if not lanes:
            return None
        if newest_first:
            lane = max(lanes, key=lambda lane: lane.pieces[-1].span.end)
        else:
            lane = min(lanes, key=lambda lane: lane.pieces[0].span.start)
        piece = lane.pieces.pop(-1 if newest_first else 0)
        if not piece.stays_apart:
            piece = self._cut(lane, piece, newest_first=newest_first, is_sorted=is_sorted)
        lane.flying += 1
        return lane, piece

    def halved(self, lane: Lane, span: Span) -> list[Piece]:
        """The parts of a window that did not fit a page, where pages prove nothing."""
        parts = ceil(lane.expected(span) / self._page_size / _FILL)
        return [Piece(part) for part in _in_parts(span, max(2, min(parts, _MOST_PARTS)))]

    def parts_of(self, span: Span) -> list[Span]:
        """The parts of a window that could not be read; itself where it is one second."""
        return _in_parts(span, _MOST_PARTS)

    def _cut(
        self, lane: Lane, piece: Piece, *, newest_first: bool, is_sorted: bool | None
    ) -> Piece:
        pages = lane.expected(piece.span) / self._page_size
        parts = self._parts(pages, is_sorted=is_sorted)
        length = min(ceil(piece.span.length / parts), LONGEST)
        start, end = piece.span
        if length == piece.span.length:
            at_once = is_sorted is True and _AT_ONCE[0] < pages < _AT_ONCE[1]
            return Piece(piece.span, whole=at_once)
        middle = end - length if newest_first else start + length
        older, newer = Piece(Span(start, middle)), Piece(Span(middle, end))
        first, rest = (newer, older) if newest_first else (older, newer)
        insort(lane.pieces, rest)
        return first

    def _parts(self, pages: float, *, is_sorted: bool | None) -> int:
        if is_sorted is False:
            return max(1, min(ceil(pages / _FILL), _MOST_PARTS))
        others = sum(lane.flying + len(lane.pieces) for lane in self._lanes)
        return max(1, min(_SIDE_BY_SIDE - others, int(pages)))


def _in_parts(span: Span, parts: int) -> list[Span]:
    step = ceil(span.length / parts)
    starts = range(span.start, span.end, step)
    return [Span(start, min(start + step, span.end)) for start in starts]


def _lanes(missing: Mapping[str, Spans]) -> list[Lane]:
    long = Spans()
    if all(state in missing for state in UNNAMED):
        common = missing[UNNAMED[0]]
        for state in UNNAMED[1:]:
            common &= missing[state]
        long = Spans(span for span in common if span.length >= _LONG)
    lanes = [Lane(UNNAMED, [Piece(span) for span in long])]
    for state, spans in missing.items():
        named = spans - long if state in UNNAMED else spans
        lanes.append(Lane((state,), [Piece(span) for span in named]))
    return [lane for lane in lanes if lane.pieces]
