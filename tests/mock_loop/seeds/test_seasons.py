"""When returns happen: within the history, in peaks, and many in one nightly second."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from mock_loop import clock
from mock_loop.clock import DAY
from mock_loop.seeds import seasons

START = clock.parse("2024-01-01")


@given(st.integers(0, 200), st.integers(1, 900), st.integers(0, 99))
def test_returns_are_made_within_the_history_oldest_first(count: int, days: int, seed: int) -> None:
    """However short it is."""
    end = START + days * DAY
    made = seasons.creation_moments(Random(seed), count, START, end)
    assert len(made) == count
    assert made == sorted(made)
    assert all(START <= moment < end for moment in made)


@given(st.lists(st.integers(0, 900 * DAY), max_size=100), st.integers(0, 99))
def test_no_return_changes_before_it_was_made_or_after_the_end(ages: list[int], seed: int) -> None:
    """Nor is one left out."""
    last = START + 900 * DAY
    created = sorted(START + age for age in ages)
    updated = seasons.update_moments(Random(seed), created, last)
    assert len(updated) == len(created)
    assert all(made <= at <= last for made, at in zip(created, updated, strict=True))


def test_january_is_busy_and_sundays_are_quiet() -> None:
    """What comes evenly would not try windows that have to follow the density."""
    made = seasons.creation_moments(Random(1), 20_000, START, START + 366 * DAY)
    months = Counter(clock.day(moment)[:7] for moment in made)
    assert months["2024-01"] > 2 * months["2024-07"]
    weekdays = Counter((moment // DAY + 3) % 7 for moment in made)
    assert weekdays[0] > 1.5 * weekdays[6]


def test_a_nightly_job_stamps_many_in_one_second() -> None:
    """More than fit a page of a small size, which is what cursors stumble over."""
    made = seasons.creation_moments(Random(1), 5000, START, START + 366 * DAY)
    updated = seasons.update_moments(Random(2), made, START + 400 * DAY)
    assert max(Counter(updated).values()) > 50
