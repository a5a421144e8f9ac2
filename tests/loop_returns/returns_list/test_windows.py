"""The windows' guarantees, over a list of returns that answers as Loop may, without a network."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loop_returns.errors import Incomplete
from loop_returns.returns_list.windows import LONGEST, UNNAMED, Proof, Seen, Window, Windows
from loop_returns.spans import Span, Spans
from loop_returns.times import DAY
from tests.sampling import examples

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
    cap: int | None = None
    """Unpaged, it answers no more rows."""
    to_ignored: bool = False

    def answer(self, window: Window) -> tuple[list[Dated], Seen]:
        assert window.until - window.since <= 120 * DAY, "Loop refuses more than 120 days"
        states = (window.state,) if window.state else self.unnamed
        rows = [
            row
            for row in self.returns
            if row.state in states
            and window.since + (not self.since_included) <= row.second
            and (row.second <= window.until - (not self.until_included) or self.to_ignored)
        ]
        if self.order == "newest":
            rows.sort(key=lambda row: (-row.second, row.id))
        elif self.order == "oldest":
            rows.sort(key=lambda row: (row.second, row.id))
        else:
            rows.sort(key=lambda row: row.id * 7919 % 1009)
        more = not window.whole and len(rows) > self.page_size
        rows = rows[: self.page_size] if more else rows[: self.cap] if window.whole else rows
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
            windows.unread.raise_if_any()
            yield from read_another_way(fake, windows.crowded)
            return
        rows, seen = fake.answer(window)
        proof = windows.prove(window, seen)
        yield window, [row for row in rows if proof.span.holds(row.second)], proof
    pytest.fail(f"still asking after {limit} windows")


def read_another_way(
    fake: FakeList, crowded: list[Window]
) -> Iterator[tuple[Window, list[Dated], Proof]]:
    """What nothing proves whole is read by creation; here, taken from the list itself."""
    for window in crowded:
        assert window.span.length == 1, "more than one second would have been split"
        holds = window.span.holds
        rows = [r for r in fake.returns if r.state in window.states and holds(r.second)]
        yield window, rows, Proof(window.span, dict.fromkeys(window.states, Spans([window.span])))


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
        cap=draw(st.sampled_from([None, None, 9, 10, 20])),
    )
    return fake, Span(START, START + length)


@given(lists())
@settings(max_examples=examples(600), deadline=None)
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
@settings(max_examples=examples(200), deadline=None)
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
@settings(max_examples=examples(100), deadline=None)
def test_the_same_list_is_read_by_the_same_windows(case: tuple[FakeList, Span]) -> None:
    """What is asked depends on the answers alone."""
    fake, wanted = case
    assert [window for window, _, _ in read(fake, wanted)] == [w for w, _, _ in read(fake, wanted)]


@pytest.mark.parametrize("cap", [100, 250, 701, 1000, 1024, 1397])
@pytest.mark.parametrize("order", ["newest", "oldest", "id"])
@pytest.mark.parametrize("crowd", [1211, 1396])
def test_an_unpaged_answer_that_loop_cuts_loses_nothing(cap: int, order: str, crowd: int) -> None:
    """Round or not: what is not known to be whole is asked for otherwise."""
    rows = [Dated(n, "open", START + n % 40 * 3600) for n in range(1500)]
    rows += [Dated(5000 + n, "open", START + 50) for n in range(crowd)]
    fake = FakeList(tuple(rows), 750, order, cap=cap)
    out = [row for _, found, _ in read(fake, Span(START, START + 40 * DAY)) for row in found]
    assert sorted(row.id for row in out) == sorted(row.id for row in rows)


@pytest.mark.parametrize("order", ["newest", "oldest", "id"])
@pytest.mark.parametrize("crowd", [150, 900])
def test_an_honest_crowd_is_proven_by_the_list_itself(order: str, crowd: int) -> None:
    """A job that touches 150 returns in a second is neither refused nor read another way."""
    rows = [Dated(n, "open", START + n * 3600) for n in range(300)]
    rows += [Dated(5000 + n, "open", START + 50) for n in range(crowd)]
    fake, wanted = FakeList(tuple(rows), 100, order), Span(START, START + 40 * DAY)
    windows = Windows({"open": Spans([wanted])}, page_size=100)
    asked = 0
    while (window := windows.next()) is not None:
        windows.prove(window, fake.answer(window)[1])
        asked += 1
    assert not windows.crowded
    assert asked < (60 if order == "id" else 20)


def test_a_list_that_does_not_keep_to_its_bounds_ends() -> None:
    """With `to` ignored, the same page would come for ever."""
    fake = FakeList(tuple(Dated(n, "open", START + n * 3600) for n in range(2000)), 100)
    endless = dataclasses.replace(fake, to_ignored=True)
    with pytest.raises(Incomplete, match="and so 3 times"):
        list(read(endless, Span(START, START + 90 * DAY)))


def test_an_answer_from_which_nothing_follows_is_not_asked_for_again() -> None:
    """A page that is empty, yet has a next one, and an unpaged list that is no better."""
    windows = Windows({"open": Spans([Span(START, START + 1)])}, page_size=750)
    for _ in range(20):
        if (window := windows.next()) is None:
            break
        windows.prove(window, Seen([], frozenset(), more=True))
    else:
        pytest.fail("it is asked for again and again")
