"""Moments: whole seconds inside, Loop's spellings outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_loop import clock

MOMENTS = st.integers(0, clock.parse("2099-12-31"))


@given(MOMENTS)
def test_every_spelling_is_read_back_as_its_second(moment: int) -> None:
    """Naive ones, those with a fraction, those with the shop's own offset."""
    for spell in (*clock.SPELLINGS, clock.naive):
        assert clock.parse(spell(moment)) == moment
    assert clock.day(moment) == clock.naive(moment)[:10]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-02-30",
        "2026-1-1",
        "1767225600",
        "2026-11-10T08:00:00 00:00",
        "2026-11-10X",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    """A "+" that was not percent-encoded arrives as a blank, and is none either."""
    with pytest.raises(ValueError, match=r"not a date|day is out of range"):
        clock.parse(text)


def test_a_fraction_is_dropped() -> None:
    """As it is when a date is bound to a column of whole seconds."""
    assert clock.parse("2026-11-10T08:00:00.999Z") == clock.parse("2026-11-10 08:00:00")


@given(st.integers(1, 10**18).map(str) | st.text(min_size=1))
def test_a_return_keeps_to_one_spelling(return_id: str) -> None:
    """Whatever its id is; among many returns all spellings occur."""
    assert clock.spelling_of(return_id) is clock.spelling_of(return_id)
    assert clock.spelling_of(return_id) in clock.SPELLINGS
    assert {clock.spelling_of(str(number)) for number in range(20)} == set(clock.SPELLINGS)


@pytest.mark.parametrize(
    ("text", "naive"),
    [
        ("2026-11-20 10:00:00", True),
        ("2026-11-20T10:00:00", True),
        ("2026-11-20T10:00:00Z", False),
        ("2026-11-20T10:00:00.000+02:00", False),
        ("2026-11-20", False),
    ],
)
def test_a_time_without_a_zone_is_told_from_others(text: str, naive: bool) -> None:
    """A date alone is no time."""
    assert clock.is_naive(text) is naive
