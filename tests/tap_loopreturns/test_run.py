"""One run: its span, its clock and its versions are fixed where they have to be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from loop_returns import times
from loop_returns.errors import SettingsError
from loop_returns.spans import Span
from mock_loop import Loop, Quirks, Shop
from tap_loopreturns.run import Run
from tap_loopreturns.tap import TapLoopReturns
from tests.running import run_tap, settings
from tests.truth import states_in, states_of


def test_a_clock_ahead_of_loops_marks_no_time_as_read_that_is_yet_to_come(
    loop: Loop, shop: Shop
) -> None:
    """Three hours ahead, run after run, each return still lands."""
    hours = 3 * 3600
    loop.quirks = Quirks(requests_per_minute=None, date_header_offset=-hours)
    shop.advance(seconds=-hours - 10)
    first = run_tap(settings(loop))
    changed = shop.change(20, seed=5)
    shop.advance(seconds=2 * 3600)
    loop.quirks = Quirks(requests_per_minute=None)
    second = run_tap(settings(loop), state=first.state)
    assert changed <= {record["id"] for record in second.records("returns")}
    assert states_of(first) | states_of(second) == states_in(shop)


NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def run_of(loop: Loop, **others: Any) -> Run:
    tap = TapLoopReturns(config=settings(loop, **others))
    run = tap.run
    run.__dict__.pop("settings", None)
    run.began = NOW
    return run


def test_the_end_of_the_span_is_frozen_with_the_runs_start(loop: Loop) -> None:
    """However long the run takes, and whatever the settings say of later times."""
    run = run_of(loop, start_date="2026-11-01", end_date="2027-05-01")
    assert run.span == Span(times.second("2026-11-01"), int(NOW.timestamp()))
    assert run.span is run.span
    run.client.close()


@pytest.mark.parametrize(("ahead", "late"), [(float("inf"), 0), (1.9, 0), (2.5, 3), (7200.2, 7201)])
def test_a_clock_that_is_ahead_is_set_back_to_loops(
    loop: Loop, ahead: float, late: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Told once, in a line; where the difference is unknown or a request's length, it is none."""
    run = run_of(loop)
    run.client.ahead = ahead
    assert run.now == int(NOW.timestamp()) - late
    assert len([line for line in caplog.messages if "ahead of Loop's" in line]) == bool(late)
    run.client.close()


def test_a_start_after_loops_present_is_told(loop: Loop) -> None:
    """A machine whose clock is days ahead would read nothing, and call it read."""
    run = run_of(loop, start_date="2026-11-20")
    run.client.ahead = 3 * 86_400.0
    with pytest.raises(SettingsError, match="'start_date' is 2026-11-20T00:00:00Z, after Loop's"):
        _ = run.span
    run.client.close()


def test_versions_grow_however_quickly_they_follow_one_another(loop: Loop) -> None:
    """A thousand full tables within a few milliseconds."""
    run = run_of(loop)
    versions = [run.next_version() for _ in range(1000)]
    assert versions == sorted(set(versions))


def test_nothing_is_checked_or_asked_before_it_is_needed() -> None:
    """--discover has neither key nor network."""
    run = TapLoopReturns(validate_config=False).run
    assert run.next_version() > 0
    with pytest.raises(SettingsError, match="'api_key'"):
        _ = run.client


def test_all_streams_share_one_budget(loop: Loop) -> None:
    """One client, whoever asks for it: its pacer knows of every request."""
    tap = TapLoopReturns(config=settings(loop))
    assert {id(stream.run.client) for stream in tap.loop_streams} == {id(tap.run.client)}
    tap.run.client.close()
