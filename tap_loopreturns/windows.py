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
  their surroundings: they may hold more rows than fit a page.

Windows depend on answers in the order in which they were handed out, never on
the clock, so the same account is always read by the same requests.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from tap_loopreturns.spans import Span, Spans
from tap_loopreturns.times import DAY

LONGEST = 119 * DAY
"""Loop refuses more than 120 days; a window may be sent a second wider on each side."""

UNNAMED = ("open", "closed", "expired")
"""The states that Loop answers when none is named."""

_LONG = 30 * DAY  # from here on one pass over three states saves more than it may cost
_PAGES_A_WINDOW = 10  # pages of a window follow one another, windows run side by side
_FILL = 0.8  # of a page, where a window must fit one
_MOST_PARTS = 16
_CROWDED = 0.1  # of a page, in one second


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


@dataclass(slots=True, order=True)
class _Piece:
    span: Span
    whole: bool = False


@dataclass(slots=True)
class _Lane:
    """The reading of one pass of states."""

    states: tuple[str, ...]
    pieces: list[_Piece]
    flying: int = 0
    recent: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=8))

    def expected(self, span: Span) -> float:
        """Rows to expect in a span, by how dense the last answers were."""
        seconds = sum(length for _, length in self.recent)
        return span.length * sum(rows for rows, _ in self.recent) / seconds if seconds else 0.0


class Windows:
    """Hands out windows until the missing stretches of every state are proven complete."""

    def __init__(self, missing: Mapping[str, Spans], *, page_size: int) -> None:
        self._page_size = page_size
        self._lanes = _lanes(missing)
        self._seen: set[str] = set()
        self._owed: dict[str, Spans] = {}
        self._sorted: bool | None = None
        self._descending: bool | None = None
        self._exact = True
        self._since_included = False
        self._until_included = False

    def take(self) -> Window | None:
        """The next window to ask for; none while all that is left is being asked."""
        lane = min(
            (lane for lane in self._lanes if lane.pieces),
            key=lambda lane: lane.pieces[0].span.start,
            default=None,
        )
        if lane is None:
            return self.take() if self._name_owed_states() else None
        piece = self._cut(lane)
        lane.flying += 1
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

    def tell(self, window: Window, seen: Seen) -> Proof:
        """Take in an answer, in the order in which the windows were handed out."""
        lane = self._lane(window.states)
        lane.flying -= 1
        widened = not (self._since_included and self._until_included)
        self._learn(window, seen)
        proven = self._proven(window, seen)
        if proven.length and not window.whole:
            lane.recent.append((len(seen.seconds), proven.length))
        for piece in self._left(lane, window, seen, proven, retry=widened):
            insort(lane.pieces, piece)
        return Proof(proven, self._credit(window, proven))

    def _lane(self, states: tuple[str, ...]) -> _Lane:
        for lane in self._lanes:
            if lane.states == states:
                return lane
        self._lanes.append(_Lane(states, []))
        return self._lanes[-1]

    def _cut(self, lane: _Lane) -> _Piece:
        piece = lane.pieces[0]
        if piece.whole:
            return lane.pieces.pop(0)
        pages = lane.expected(piece.span) / self._page_size
        parts = ceil(pages / _FILL) if self._sorted is False else round(pages / _PAGES_A_WINDOW)
        parts = max(min(parts, _MOST_PARTS), ceil(piece.span.length / LONGEST), 1)
        middle = piece.span.start + ceil(piece.span.length / parts)
        if middle >= piece.span.end:
            return lane.pieces.pop(0)
        lane.pieces[0] = _Piece(Span(middle, piece.span.end))
        return _Piece(Span(piece.span.start, middle))

    def _learn(self, window: Window, seen: Seen) -> None:
        if window.state is None:
            self._seen |= seen.states
        self._exact &= seen.exact
        self._since_included |= window.since in seen.seconds
        self._until_included |= window.until in seen.seconds

    def _proven(self, window: Window, seen: Seen) -> Span:
        start, end = window.span
        if window.whole or not seen.more:
            return window.span
        nothing = Span(end, end)
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
        self, lane: _Lane, window: Window, seen: Seen, proven: Span, *, retry: bool
    ) -> list[_Piece]:
        """The pieces of a window that its answer leaves to be asked for."""
        left = Spans([window.span]) - Spans([proven])
        if not left:
            return []
        if self._sorted and seen.seconds:
            edge = seen.seconds[-1]
            if window.span.holds(edge):
                crowd = left & Spans(self._crowd(seen, edge, proven.length))
                return [_Piece(span) for span in left - crowd] + [
                    _Piece(span, whole=True) for span in crowd
                ]
            # The page is full of rows from the second beside the window, which
            # wide bounds let in: ask again with the bounds that it has taught.
            tighter = self._exact and (self._since_included or self._until_included)
            return [_Piece(window.span, whole=not (retry and tighter))]
        if not seen.seconds or window.span.length == 1:
            return [_Piece(window.span, whole=True)]
        parts = max(2, min(ceil(lane.expected(window.span) / self._page_size / _FILL), _MOST_PARTS))
        step = ceil(window.span.length / parts)
        return [
            _Piece(Span(start, min(start + step, window.span.end)))
            for start in range(window.span.start, window.span.end, step)
        ]

    def _crowd(self, seen: Seen, edge: int, reach: int) -> list[tuple[int, int]]:
        """Where many rows share the second at a page's edge: what to ask for unpaged.

        That second may hold more rows than fit a page. Its rows that this page had
        come again, so as much time beyond it is taken along as the page was long.
        """
        crowd = seen.seconds.count(edge)
        if reach and (crowd == 1 or crowd < len(seen.seconds) * _CROWDED):
            return []
        return [(edge - reach, edge + 1) if self._descending else (edge, edge + 1 + reach)]

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
        if not self._owed or any(lane.flying for lane in self._lanes if len(lane.states) > 1):
            return False
        for state, spans in self._owed.items():
            self._lane((state,)).pieces = [_Piece(span) for span in spans]
        self._owed = {}
        return True


def _lanes(missing: Mapping[str, Spans]) -> list[_Lane]:
    long = Spans()
    if all(state in missing for state in UNNAMED):
        common = missing[UNNAMED[0]]
        for state in UNNAMED[1:]:
            common &= missing[state]
        long = Spans(span for span in common if span.length >= _LONG)
    lanes = [_Lane(UNNAMED, [_Piece(span) for span in long])]
    for state, spans in missing.items():
        named = spans - long if state in UNNAMED else spans
        lanes.append(_Lane((state,), [_Piece(span) for span in named]))
    return [lane for lane in lanes if lane.pieces]
