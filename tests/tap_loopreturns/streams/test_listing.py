"""Which returns changed, small in memory and in the order in which they are asked for."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns import times
from tap_loopreturns.streams.listing import ReturnsListing

IDS = st.one_of(st.integers(0, 1 << 70).map(str), st.sampled_from(["007", "a-b", "٣", ""]))
MOMENTS = st.datetimes(timezones=st.just(UTC))
BASE = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.lists(st.tuples(IDS, MOMENTS), max_size=30), st.integers(0, 5))
def test_what_is_taken_in_comes_out_once_oldest_change_first(
    rows: list[tuple[str, datetime]], again: int
) -> None:
    """Every id in its own spelling, with its moment to the microsecond; what comes twice, once."""
    listing = ReturnsListing()
    for row in (*rows, *rows[:again]):
        listing.add(*row)
    found = [(one.id, one.updated_at) for one in listing]
    assert sorted(found) == sorted((name, times.spell(at)) for name, at in set(rows))
    seconds = [one.second for one in listing]
    assert seconds == sorted(seconds)
    assert len(listing) == len(found)


@pytest.mark.slow
def test_a_hundred_thousand_returns_take_a_few_megabytes() -> None:
    """Some 20 bytes each while they are gone through; as objects they took 350."""
    listing = ReturnsListing()
    tracemalloc.start()
    for number in range(100_000):
        listing.add(str(90_000_000 + number), BASE + timedelta(seconds=97 * number))
    count = sum(1 for _ in listing)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == len(listing) == 100_000
    assert peak < 4_000_000
