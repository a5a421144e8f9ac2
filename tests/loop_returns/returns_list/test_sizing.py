"""How much is asked for at once: everything that is missing, once, in bearable windows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns.returns_list.sizing import LONGEST, UNNAMED, Lane, Lanes, Piece
from loop_returns.spans import Span, Spans
from loop_returns.times import DAY

STATES = ("open", "closed", "cancelled", "expired", "review")


def spans(*pairs: tuple[int, int]) -> Spans:
    return Spans((a * DAY, b * DAY) for a, b in pairs)


def asked(lanes: Lanes, *, rows_a_day: int = 0) -> dict[str, list[Span]]:
    """All pieces that are handed out, each answered at once with so many rows, by state."""
    found: dict[str, list[Span]] = {}
    for _ in range(2000):
        turn = lanes.next(newest_first=True, is_sorted=True)
        if turn is None:
            return found
        lane, piece = turn
        lane.flying -= 1
        lane.recent.append((rows_a_day * piece.span.length // DAY, piece.span.length))
        for state in lane.states:
            found.setdefault(state, []).append(piece.span)
    pytest.fail("still asking")


missing = st.dictionaries(
    st.sampled_from(STATES),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=3),
    min_size=1,
)


@given(missing, st.sampled_from([0, 3, 80, 4000]))
def test_what_is_missing_is_asked_for_once_in_windows_that_loop_takes(
    pairs: dict[str, list[tuple[int, int]]], rows_a_day: int
) -> None:
    """However dense: for each state exactly what is missing, never more than 119 days."""
    wanted: Mapping[str, Spans] = {state: spans(*given) for state, given in pairs.items()}
    lanes = Lanes(wanted, page_size=750)
    found = asked(lanes, rows_a_day=rows_a_day)
    assert {state: Spans(pieces) for state, pieces in found.items()} == {
        state: known for state, known in wanted.items() if known
    }
    for pieces in found.values():
        assert all(piece.length <= LONGEST for piece in pieces)
        assert sum(piece.length for piece in pieces) == Spans(pieces).length
    assert lanes.all_done()


def test_a_long_stretch_of_all_states_is_one_pass_for_the_three_unnamed() -> None:
    """Cancelled and review, which Loop leaves out unless named, have passes of their own."""
    lanes = Lanes(dict.fromkeys(STATES, spans((0, 400))), page_size=750)
    assert lanes.of(UNNAMED).pieces == [Piece(Span(0, 400 * DAY))]
    assert {state for state in STATES if lanes.of((state,)).pieces} == {"cancelled", "review"}


@pytest.mark.parametrize("days", [1, 29])
def test_a_short_stretch_is_asked_for_state_by_state(days: int) -> None:
    """There one pass saves less than a state that it never shows would cost."""
    lanes = Lanes(dict.fromkeys(STATES, spans((0, days))), page_size=750)
    assert not lanes.of(UNNAMED).pieces
    assert all(lanes.of((state,)).pieces for state in STATES)


def test_the_rest_of_a_state_that_lacks_more_is_asked_for_by_name() -> None:
    """The three share what all of them lack; what one of them lacks beyond it is its own."""
    wanted = {"open": spans((0, 100)), "closed": spans((0, 90)), "expired": spans((0, 90))}
    lanes = Lanes(wanted, page_size=750)
    assert lanes.of(UNNAMED).pieces == [Piece(Span(0, 90 * DAY))]
    assert lanes.of(("open",)).pieces == [Piece(Span(90 * DAY, 100 * DAY))]


def test_the_first_answer_is_waited_for() -> None:
    """It says how dense the returns are; until then the next window could be any size."""
    lanes = Lanes({"open": spans((0, 400))}, page_size=750)
    turn = lanes.next(newest_first=True, is_sorted=None)
    assert turn
    assert turn[1].span.end == 400 * DAY
    assert lanes.next(newest_first=True, is_sorted=None) is None
    assert not Lanes({"open": spans((0, 400))}, page_size=750).all_done()


def test_oldest_first_begins_at_the_other_end() -> None:
    """In the list's own order, so that what a page leaves joins what comes next."""
    lanes = Lanes({"open": spans((0, 400))}, page_size=750)
    turn = lanes.next(newest_first=False, is_sorted=None)
    assert turn
    assert turn[1].span.start == 0


@pytest.mark.parametrize(
    ("rows", "is_sorted", "whole"), [(900, True, True), (900, None, False), (1500, True, False)]
)
def test_hardly_more_than_a_page_is_asked_for_whole(
    rows: int, is_sorted: bool | None, whole: bool
) -> None:
    """One request instead of two, once it is known that pages are sorted."""
    lanes = Lanes({"open": spans((0, 10))}, page_size=750)
    lanes.of(("open",)).recent.append((rows, 10 * DAY))
    turn = lanes.next(newest_first=True, is_sorted=is_sorted)
    assert turn
    assert turn[1].whole is whole


@given(st.integers(2, 10**7), st.integers(0, 10**6))
def test_a_window_that_did_not_fit_is_cut_into_parts_that_cover_it(length: int, rows: int) -> None:
    """Two to sixteen of them, without a gap and without an overlap."""
    lane = Lane(("open",), [], recent=Lane(("open",), []).recent)
    lane.recent.append((rows, length))
    parts = [piece.span for piece in Lanes({}, page_size=750).halved(lane, Span(5, 5 + length))]
    assert 2 <= len(parts) <= 16
    assert parts[0].start == 5
    assert parts[-1].end == 5 + length
    assert all(a.end == b.start for a, b in pairwise(parts))


def test_what_a_page_leaves_joins_what_lies_beside_it() -> None:
    """So that a short rest is no window of its own; what is asked for whole stays apart."""
    lane = Lane(("open",), [Piece(Span(0, 10)), Piece(Span(20, 30), whole=True)])
    lane.join(Piece(Span(10, 15)))
    assert lane.pieces == [Piece(Span(0, 15)), Piece(Span(20, 30), whole=True)]
