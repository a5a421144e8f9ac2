"""Points in time: read in any form, shown in one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns import times

SECONDS = st.integers(-62_135_596_800, 253_402_300_799)  # the years 1 to 9999


@given(SECONDS)
def test_a_second_that_is_shown_is_read_as_the_same_second(second: int) -> None:
    """In all years that there are."""
    assert times.second(times.show(second)) == second


@given(st.integers(-(2**32), 2**32 - 1), st.integers(0, 999_999))
def test_a_moment_lies_in_its_whole_second(second: int, microsecond: int) -> None:
    """From 1833 to 2106, a fraction moves it neither to the next one nor to the one before."""
    moment = datetime.fromtimestamp(second, UTC).replace(microsecond=microsecond)
    assert times.second(times.spell(moment)) == second


@given(
    st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_an_offset_names_the_same_moment(local: datetime, minutes: int) -> None:
    """For any moment and offset."""
    moment = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert times.parse(moment.isoformat()) == moment


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-22", "2026-11-22T00:00:00Z"),
        ("2026-11-22 10:00:00", "2026-11-22T10:00:00Z"),
        (" 2026-11-22T10:00:00.000Z ", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00-05:00", "2026-11-22T15:00:00Z"),
    ],
)
def test_without_a_zone_a_date_is_utc(text: str, shown: str) -> None:
    """As Loop and every known client of it take it."""
    assert times.show(times.second(text)) == shown


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_what_is_no_date_is_a_value_error(text: str) -> None:
    """Also where a date lies outside of all years once its offset is taken off."""
    with pytest.raises(ValueError, match=r"."):
        times.parse(text)
