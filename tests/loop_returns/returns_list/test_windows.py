"""The windows' guarantees, over a list of returns that answers as Loop may, without a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loop_returns.errors import UnexpectedAnswer
from loop_returns.returns_list.windows import LONGEST, UNNAMED, Proof, Seen, Window, Windows
from loop_returns.spans import Span, Spans
from loop_returns.times import DAY

STATES = ("open", "closed", "cancelled", "expired", "review")
START = 1_700_000_000


@dataclass(frozen=True)
class Dated:
    id: int
    state: str
    second: int


@dataclass(frozen=True)
class FakeList:
    """Loop's list of returns in each way that its documentation leaves open."""

    returns: tuple[Dated, ...]
    page_size: int
    order: str = "newest"
    since_included: bool = True
    until_included: bool = True
    readable_cursor: bool = True
    unnamed: tuple[str, ...] = UNNAMED

    def answer(self, window: Window) -> tuple[list[Dated], Seen]:
        assert window.until - window.since <= 120 * DAY, "Loop refuses more than 120 days"
        states = (window.state,) if window.state else self.unnamed
        rows = [
            row
            for row in self.returns
            if row.state in states
            and window.since + (not self.since_included) <= row.second
            and row.second <= window.until - (not self.until_included)
        ]
        if self.order == "newest":
            rows.sort(key=lambda row: (-row.second, row.id))
        elif self.order == "oldest":
            rows.sort(key=lambda row: (row.second, row.id))
        else:
            rows.sort(key=lambda row: row.id * 7919 % 1009)
        more = not window.whole and len(rows) > self.page_size
        rows = rows[: self.page_size] if more else rows
        return rows, Seen(
            seconds=[row.second for row in rows],
            states=frozenset(row.state for row in rows),
            more=more,
            cursor=rows[-1].second
            if more and self.readable_cursor and self.order != "id"
            else None,
        )


def read(
    fake: FakeList, wanted: Span, states: tuple[str, ...] = STATES, limit: int = 3000
) -> Iterator[tuple[Window, list[Dated], Proof]]:
    """Read one window after another; yield what each proved."""
    windows = Windows(dict.fromkeys(states, Spans([wanted])), page_size=fake.page_size)
    for _ in range(limit):
        if (window := windows.next()) is None:
            return
        rows, seen = fake.answer(window)
        proof = windows.prove(window, seen)
        yield window, [row for row in rows if proof.span.holds(row.second)], proof
    pytest.fail(f"still asking after {limit} windows")


@st.composite
def lists(draw: st.DrawFn) -> tuple[FakeList, Span]:
    length = draw(st.sampled_from([3, 600, 40 * DAY, 400 * DAY]))
    crowded = draw(st.lists(st.integers(-2, length + 2), min_size=1, max_size=3))
    seconds = draw(
        st.lists(st.one_of(st.sampled_from(crowded), st.integers(-2, length + 2)), max_size=60)
    )
    returns = tuple(
        Dated(number, draw(st.sampled_from(STATES)), START + second)
        for number, second in enumerate(seconds)
    )
    fake = FakeList(
        returns,
        page_size=draw(st.integers(1, 8)),
        order=draw(st.sampled_from(["newest", "oldest", "id"])),
        since_included=draw(st.booleans()),
        until_included=draw(st.booleans()),
        readable_cursor=draw(st.booleans()),
        unnamed=draw(st.sampled_from([UNNAMED, ("open", "closed"), STATES, ("open",)])),
    )
    return fake, Span(START, START + length)


@given(lists())
@settings(max_examples=600, deadline=None)
def test_every_return_is_proven_out_once_however_loop_orders_bounds_and_pages(
    case: tuple[FakeList, Span],
) -> None:
    """Each return that changed within the span is handed over exactly once, and no other is."""
    fake, wanted = case
    out = Counter(row.id for _, rows, _ in read(fake, wanted) for row in rows)
    expected = Counter(row.id for row in fake.returns if wanted.holds(row.second))
    if set(fake.unnamed) <= set(UNNAMED):
        assert out == expected
    else:  # a Loop that answers more states unnamed than it says: some come twice, none is lost
        assert set(out) == set(expected)


@given(lists())
@settings(max_examples=200, deadline=None)
def test_credit_is_given_only_for_what_is_out(case: tuple[FakeList, Span]) -> None:
    """At every answer, all returns within a stretch credited to their state are out."""
    fake, wanted = case
    out: set[int] = set()
    covered: dict[str, Spans] = dict.fromkeys(STATES, Spans())
    for _, rows, proof in read(fake, wanted):
        out |= {row.id for row in rows}
        for state, spans in proof.credit.items():
            covered[state] |= spans
        lost = [r for r in fake.returns if covered[r.state].holds(r.second) and r.id not in out]
        assert not lost
    assert covered == dict.fromkeys(STATES, Spans([wanted]))


@pytest.mark.parametrize(
    ("order", "since_included", "until_included"),
    list(product(["newest", "oldest", "id"], [True, False], [True, False])),
)
def test_a_second_with_more_returns_than_a_page_is_read_whole(
    order: str, since_included: bool, until_included: bool
) -> None:
    """3,000 returns stamped in one second are all read, in a handful of extra requests."""
    crowd = [Dated(n, STATES[n % 5], START + 5 * DAY) for n in range(3000)]
    others = [Dated(5000 + n, STATES[n % 5], START + n * 600) for n in range(1500)]
    fake = FakeList((*crowd, *others), 750, order, since_included, until_included)
    wanted = Span(START, START + 11 * DAY)
    answers = list(read(fake, wanted))
    assert sorted(row.id for _, rows, _ in answers for row in rows) == sorted(
        row.id for row in fake.returns if wanted.holds(row.second)
    )
    assert len(answers) < 5 * 60 if order == "id" else len(answers) < 5 * 6


def test_quiet_years_cost_a_window_in_119_days_and_three_passes() -> None:
    """Four empty years are read in as few windows as Loop's 120 days allow."""
    wanted = Span(START, START + 4 * 365 * DAY)
    fake = FakeList(
        (Dated(1, "open", START), Dated(2, "closed", START), Dated(3, "expired", START)), 750
    )
    answers = list(read(fake, wanted))
    assert len(answers) == 3 * -(-wanted.length // LONGEST)


def test_a_quiet_hour_costs_one_request_a_state() -> None:
    """An incremental run asks each state once."""
    answers = list(read(FakeList((), 750), Span(START, START + 7200)))
    assert sorted(window.state or "" for window, _, _ in answers) == sorted(STATES)


def test_a_state_that_unnamed_answers_never_show_is_asked_for_by_name() -> None:
    """Should Loop leave out expired returns too, they are read all the same."""
    fake = FakeList(
        tuple(Dated(n, STATES[n % 5], START + n * DAY) for n in range(300)),
        750,
        unnamed=("open", "closed"),
    )
    answers = list(read(fake, Span(START, START + 300 * DAY)))
    assert {row.state for _, rows, _ in answers for row in rows} == set(STATES)


@given(lists())
@example((FakeList((), 1), Span(START, START + 3)))
@settings(max_examples=100, deadline=None)
def test_the_same_list_is_read_by_the_same_windows(case: tuple[FakeList, Span]) -> None:
    """What is asked depends on the answers alone."""
    fake, wanted = case
    assert [window for window, _, _ in read(fake, wanted)] == [w for w, _, _ in read(fake, wanted)]


@pytest.mark.parametrize("cap", [100, 250, 700])
def test_an_unpaged_answer_that_loop_cuts_loses_nothing(cap: int) -> None:
    """A round number of rows is not believed: the stretch is asked for in halves."""
    many = FakeList(
        tuple(Dated(n, "open", START + n % 40 * 3600) for n in range(4000)), page_size=750
    )
    out: set[int] = set()
    windows = Windows(dict.fromkeys(STATES, Spans([Span(START, START + 40 * DAY)])), page_size=750)
    while (window := windows.next()) is not None:
        rows, seen = many.answer(window)
        if window.whole:
            rows = rows[:cap]
            seen = Seen([row.second for row in rows], seen.states, more=False)
        proof = windows.prove(window, seen)
        out |= {row.id for row in rows if proof.span.holds(row.second)}
    assert len(out) == 4000


def test_a_crowd_that_an_unpaged_answer_cuts_is_an_error() -> None:
    """A page has shown more returns in one second than the answer for that second alone."""
    crowd = FakeList(tuple(Dated(n, "open", START + 50) for n in range(1550)), page_size=750)
    windows = Windows(dict.fromkeys(STATES, Spans([Span(START, START + 90)])), page_size=750)

    def read_all() -> None:
        while (window := windows.next()) is not None:
            rows, seen = crowd.answer(window)
            if window.whole:
                seen = Seen([row.second for row in rows[:100]], seen.states, more=False)
            windows.prove(window, seen)

    with pytest.raises(UnexpectedAnswer, match="cuts unpaged lists at 100"):
        read_all()
