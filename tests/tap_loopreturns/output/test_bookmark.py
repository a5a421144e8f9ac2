"""The bookmark's guarantees: it never claims more than is out, and never forgets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop_returns import times
from loop_returns.errors import SettingsError
from loop_returns.spans import Span, Spans
from tap_loopreturns.output.bookmark import Bookmark
from tests.sampling import examples

STATES = ("open", "closed", "review")
KEY = "updated_at"
START = times.second("2026-01-01")
HOUR = 3600

SECONDS = st.integers(START, START + 40)
COVERED = st.dictionaries(
    st.sampled_from(STATES), st.lists(st.tuples(SECONDS, SECONDS), max_size=4).map(Spans)
)


def stored(mark: Bookmark) -> Bookmark:
    """The bookmark as the next run reads it."""
    return Bookmark.read(KEY, json.loads(json.dumps(mark.entry())), STATES)


def after(until: int, *, states: tuple[str, ...] = STATES, start: int = START) -> Bookmark:
    """What a healthy run up to `until` leaves."""
    mark = Bookmark.read(KEY, {}, states)
    missing = mark.missing(states, Span(start, until), lookback=0)
    mark.reopen(missing, until)
    mark.cover(missing, states, start)
    return stored(mark)


@given(COVERED, st.one_of(st.none(), SECONDS), st.dictionaries(st.sampled_from(STATES), SECONDS))
def test_what_is_written_is_read_back(
    covered: dict[str, Spans], value: int | None, as_of: dict[str, int]
) -> None:
    """Through JSON, nothing of a bookmark changes."""
    if value is not None and covered:
        value = max(value, min(spans.reach(value) for spans in covered.values()))
    mark = Bookmark(KEY, covered, value, as_of)
    again = stored(mark)
    assert (again.covered, again.value, again.as_of) == (covered, value, as_of)
    assert again.entry() == mark.entry()


@given(COVERED, st.tuples(SECONDS, SECONDS).filter(lambda s: s[0] < s[1]), st.integers(0, 10))
def test_what_is_missing_and_what_is_out_are_all_that_is_wanted(
    covered: dict[str, Spans], wanted: tuple[int, int], lookback: int
) -> None:
    """No second that is wanted is neither out nor asked for, in any state."""
    missing = Bookmark(KEY, covered).missing(STATES, Span(*wanted), lookback=lookback)
    for state in STATES:
        both = missing.get(state, Spans()) | covered.get(state, Spans())
        assert not Spans([wanted]) - both


def test_a_first_run_reads_everything() -> None:
    """Without a bookmark, all states are read from start to end."""
    missing = Bookmark.read(KEY, {}, STATES).missing(STATES, Span(START, START + HOUR), lookback=60)
    assert missing == dict.fromkeys(STATES, Spans([(START, START + HOUR)]))


def test_an_incremental_run_reads_from_the_lookback_on() -> None:
    """What came since the last run, and the lookback before it; nothing else."""
    until = START + 10 * HOUR
    missing = after(until).missing(STATES, Span(START, until + HOUR), lookback=HOUR)
    assert missing == dict.fromkeys(STATES, Spans([(until - HOUR, until + HOUR)]))


def test_an_earlier_start_reads_just_the_missing_stretch() -> None:
    """Besides the lookback, what was read is not read again."""
    until = START + 10 * HOUR
    missing = after(until).missing(STATES, Span(START - HOUR, until), lookback=60)
    assert missing == dict.fromkeys(STATES, Spans([(START - HOUR, START), (until - 60, until)]))


def test_a_state_that_is_added_is_read_from_the_start() -> None:
    """The other states are not read again for it."""
    until = START + 10 * HOUR
    mark = after(until, states=("open", "closed"))
    missing = mark.missing(STATES, Span(START, until), lookback=0)
    assert missing == {"review": Spans([(START, until)])}


def test_a_state_that_was_left_out_is_read_on_from_where_it_was_left() -> None:
    """Its gap is read, even where the bookmark's value lies behind it."""
    mark = after(START + HOUR)
    mark.cover({"open": Spans([(START, START + 9 * HOUR)])}, ("open",), START)
    missing = stored(mark).missing(STATES, Span(START + 9 * HOUR, START + 10 * HOUR), lookback=0)
    assert missing["review"] == Spans([(START + HOUR, START + 10 * HOUR)])


@pytest.mark.parametrize("value", ["2026-01-02T00:00:00Z", "2026-01-02", "2026-01-02 00:00:00"])
@pytest.mark.parametrize("key", [None, KEY])
def test_a_value_set_by_hand_counts_for_all_states(value: str, key: str | None) -> None:
    """A bookmark of nothing but its value is read on from there, less the lookback."""
    entry = {"replication_key": key, "replication_key_value": value}
    at = times.second(value)
    missing = Bookmark.read(KEY, entry, STATES).missing(
        STATES, Span(START, at + HOUR), lookback=HOUR
    )
    assert missing == dict.fromkeys(STATES, Spans([(at - HOUR, at + HOUR)]))


@pytest.mark.parametrize(
    "entry",
    [
        {"replication_key": "created_at", "replication_key_value": "2026-01-02"},
        {"created_at": "2026-01-02"},
        {"partitions": [{"context": {}, "replication_key_value": "2026-01-02"}]},
    ],
)
def test_a_bookmark_of_another_tap_is_refused(entry: dict[str, object]) -> None:
    """It says nothing of what changed here; taken for none, all would be read again unsaid."""
    with pytest.raises(SettingsError, match="says another thing"):
        Bookmark.read(KEY, entry, STATES)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, int, float, int]]:
    """Runs: from where, until when, what share of it they get done, and with which lookback."""
    until, runs = START, []
    for _ in range(draw(st.integers(1, 6))):
        until += draw(st.integers(1, 30))
        start = START + draw(st.integers(-20, 20))
        if start < until:
            runs.append((start, until, draw(st.floats(0, 1)), draw(st.integers(0, 15))))
    return runs


@given(histories())
@settings(max_examples=examples(300))
def test_no_change_is_lost_over_any_history_of_interrupted_runs(
    runs: list[tuple[int, int, float, int]],
) -> None:
    """What a bookmark claims was really read; its value never moves back, nor past the run."""
    mark = Bookmark.read(KEY, {}, STATES)
    read: dict[str, set[int]] = {state: set() for state in STATES}
    value: int | None = None
    for start, until, share, lookback in runs:
        mark = stored(mark)
        begin = start if mark.value is None else min(start, mark.value)
        missing = mark.missing(STATES, Span(begin, until), lookback=lookback)
        mark.reopen(missing, until)
        seconds = [
            (state, s) for state, spans in missing.items() for a, b in spans for s in range(a, b)
        ]
        done = len(seconds) if share > 0.7 else int(share * len(seconds))
        for state, second in seconds[:done]:
            read[state].add(second)
            mark.cover({state: Spans([(second, second + 1)])}, STATES, begin)
            if mark.value != value:
                assert mark.value is not None
                assert value is None or mark.value > value
                claimed = set(range(begin, mark.value))
                assert all(claimed <= read[state] for state in STATES)
                value = mark.value
        for state, spans in mark.covered.items():
            assert {s for a, b in spans for s in range(a, b)} <= read[state]
        assert mark.value is None or mark.value <= until
        if done == len(seconds):
            assert not mark.missing(STATES, Span(begin, until), lookback=0)


def test_an_interrupted_run_leaves_all_that_it_was_to_read_to_the_next() -> None:
    """Also what it was to read again: it may have changed since it was out."""
    until = START + 10 * HOUR
    mark = after(until)
    wanted = Span(START, until + HOUR)
    missing = mark.missing(STATES, wanted, lookback=HOUR)
    mark.reopen(missing, wanted.end)
    left = stored(mark).missing(STATES, wanted, lookback=0)
    assert all(not missing[state] - left[state] for state in STATES)


@pytest.mark.parametrize(
    "entry",
    [
        {"replication_key_value": "soon"},
        {"replication_key_value": 5},
        {"replication_key_value": ["2026-01-01"]},
        {"replication_key_value": "0001-01-01T00:00:00+14:00"},
        {"replication_key": ["updated_at"], "replication_key_value": "2026-01-01"},
        {"covered": "all"},
        {"covered": [["2026-01-01", "2026-01-02"]]},
        {"covered": {"open": "all"}},
        {"covered": {"open": 5}},
        {"covered": {"open": [["2026-01-01"]]}},
        {"covered": {"open": [["2026-01-01", None]]}},
        {"covered": {"open": [["2026-01-01", "soon"]]}},
        {"covered": {"open": {"2026-01-01": "2026-01-02"}}},
    ],
)
def test_a_bookmark_that_cannot_be_read_is_an_error(entry: Any) -> None:
    """One line that names --state, and not a first run in silence."""
    with pytest.raises(SettingsError) as caught:
        Bookmark.read(KEY, entry, STATES)
    assert "--state" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_value_that_was_set_back_by_hand_counts() -> None:
    """What is covered after it is asked for again; what is covered before it is not."""
    entry = after(START + 10 * HOUR).entry()
    entry["replication_key_value"] = times.show(START + 4 * HOUR)
    mark = Bookmark.read(KEY, entry, STATES)
    missing = mark.missing(STATES, Span(START, START + 11 * HOUR), lookback=0)
    assert missing == dict.fromkeys(STATES, Spans([(START + 4 * HOUR, START + 11 * HOUR)]))


@pytest.mark.parametrize("by_hand", [True, False])
def test_nothing_that_is_yet_to_come_counts_as_out(by_hand: bool) -> None:
    """A clock that was ahead, or a hand that erred, does not silence the stream until then."""
    now, later = START + 10 * HOUR, START + 99 * HOUR
    entry = after(later).entry()
    if by_hand:
        entry = {"replication_key": KEY, "replication_key_value": times.show(later)}
    mark = Bookmark.read(KEY, entry, STATES, now=now)
    assert mark.value == now
    missing = mark.missing(STATES, Span(START, now + HOUR), lookback=0)
    assert missing == dict.fromkeys(STATES, Spans([(now, now + HOUR)]))


def test_a_hole_that_a_killed_run_left_is_read_whatever_start_date_says() -> None:
    """A later `start_date` does not forgive what was taken up again and not finished."""
    mark = after(START + 10 * HOUR)
    mark.reopen({"open": Spans([(START + 4 * HOUR, START + 6 * HOUR)])}, START + 12 * HOUR)
    missing = stored(mark).missing(
        ("open",), Span(START + 11 * HOUR, START + 13 * HOUR), lookback=0
    )
    hole, rest = missing["open"]
    assert hole == Span(START + 4 * HOUR, START + 6 * HOUR)
    assert rest == Span(START + 10 * HOUR, START + 13 * HOUR)
