"""Stretches of time, and sets of them. Pure.

A span is half-open and counted in whole seconds: it holds its start, not its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Span(NamedTuple):
    """The seconds from `start` up to, not including, `end`."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Seconds in the span."""
        return self.end - self.start

    def holds(self, second: int) -> bool:
        """Whether a second lies in the span."""
        return self.start <= second < self.end


class Spans:
    """A set of seconds, kept as the fewest spans, in order. Immutable."""

    __slots__ = ("_spans",)

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        merged: list[Span] = []
        for start, end in sorted(span for span in spans if span[0] < span[1]):
            if merged and start <= merged[-1].end:
                merged[-1] = Span(merged[-1].start, max(end, merged[-1].end))
            else:
                merged.append(Span(start, end))
        self._spans = tuple(merged)

    def __iter__(self) -> Iterator[Span]:
        return iter(self._spans)

    def __bool__(self) -> bool:
        return bool(self._spans)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spans) and self._spans == other._spans

    def __hash__(self) -> int:
        return hash(self._spans)

    def __repr__(self) -> str:
        return f"Spans({[tuple(span) for span in self._spans]})"

    def __or__(self, other: Spans) -> Spans:
        return Spans((*self, *other))

    def __and__(self, other: Spans) -> Spans:
        return Spans((max(a.start, b.start), min(a.end, b.end)) for a in self for b in other)

    def __sub__(self, other: Spans) -> Spans:
        left: list[tuple[int, int]] = list(self)
        for gone in other:
            left = [
                piece
                for start, end in left
                for piece in ((start, min(end, gone.start)), (max(start, gone.end), end))
                if piece[0] < piece[1]
            ]
        return Spans(left)

    def holds(self, second: int) -> bool:
        """Whether a second lies in one of the spans."""
        return any(span.holds(second) for span in self)

    @property
    def length(self) -> int:
        """Seconds in all spans together."""
        return sum(span.length for span in self)

    def reach(self, start: int) -> int:
        """The first second from `start` on that is not in the set."""
        for span in self:
            if span.holds(start):
                return span.end
        return start
