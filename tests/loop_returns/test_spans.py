"""Sets of seconds keep the laws of sets, seen beside a plain set of numbers."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from loop_returns.spans import Span, Spans

PAIRS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)
SETS = PAIRS.map(Spans)


def seconds(spans: Spans) -> set[int]:
    """The naive model: each second by itself."""
    return {second for start, end in spans for second in range(start, end)}


@given(PAIRS)
def test_a_set_holds_the_seconds_of_its_spans(pairs: list[tuple[int, int]]) -> None:
    """Each start is in, no end is, and a span that ends before it starts is empty."""
    naive = {second for start, end in pairs for second in range(start, end)}
    spans = Spans(pairs)
    assert seconds(spans) == naive
    assert all(spans.holds(second) == (second in naive) for second in range(-1, 42))
    assert spans.length == len(naive)
    assert bool(spans) == bool(naive)


@given(SETS)
def test_spans_are_the_fewest_and_in_order(spans: Spans) -> None:
    """Neither do two of them touch, nor is one of them empty."""
    listed = list(spans)
    assert all(span.length > 0 for span in listed)
    assert all(a.end < b.start for a, b in itertools.pairwise(listed))


@given(SETS, SETS)
def test_union_intersection_and_difference_are_those_of_sets(a: Spans, b: Spans) -> None:
    """For any two sets."""
    assert seconds(a | b) == seconds(a) | seconds(b)
    assert seconds(a & b) == seconds(a) & seconds(b)
    assert seconds(a - b) == seconds(a) - seconds(b)


@given(SETS, SETS)
def test_equal_sets_are_equal_however_they_were_made(a: Spans, b: Spans) -> None:
    """Taken apart and put together again, a set is the same, and has the same hash."""
    again = (a - b) | (a & b)
    assert again == a
    assert hash(again) == hash(a)
    assert (a == b) == (seconds(a) == seconds(b))


@given(SETS, st.integers(-1, 41))
def test_reach_is_the_first_second_that_is_missing(spans: Spans, start: int) -> None:
    """From a second on, as far as the set goes without a gap."""
    naive = seconds(spans)
    assert spans.reach(start) == next(s for s in range(start, 43) if s not in naive)


@given(SETS)
def test_a_set_shows_what_it_holds(spans: Spans) -> None:
    """Its repr makes the same set again."""
    assert eval(repr(spans), {"Spans": Spans}) == spans


def test_a_span_holds_its_start_and_not_its_end() -> None:
    """Half-open, so that spans side by side share no second."""
    span = Span(3, 5)
    assert [span.holds(second) for second in range(2, 7)] == [False, True, True, False, False]
    assert span.length == 2
