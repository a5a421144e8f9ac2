"""Settings above what Loop allows the key, and refusals, in simulated time."""

from __future__ import annotations

from typing import Literal

import pytest

from loop_returns.http.pacing import MINUTE, Pacer
from tests.clocks import Clock
from tests.loop_returns.http.test_pacing import LIMIT, CountedKey, Workers


@pytest.mark.parametrize("counting", ["sliding", "fixed"])
@pytest.mark.parametrize("limit", [60, 120, 300])
def test_a_setting_far_above_what_loop_allows_costs_no_standstill(
    counting: Literal["sliding", "fixed"], limit: int
) -> None:
    """Twenty times too high is not taken for a neighbour's use: most of each minute is used."""
    run = Workers(CountedKey(counting, limit), (0.3, 0.6), limit=20 * LIMIT, seconds=600)
    run.go()
    assert len(run.server.arrivals) >= 0.6 * limit * 10
    assert not run.server.refused


def test_what_loop_says_it_allows_is_heeded_once_it_refuses(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It goes on at once at that rate, and says so; not where it is of no minute."""
    clock = Clock()
    pacer = Pacer(20 * LIMIT, clock=clock, sleep=clock.sleep)
    for status in (200, 429, 429):
        with pacer.turn() as heed:
            heed({"x-ratelimit-limit": "120", "x-ratelimit-remaining": "119"}, status)
    began = clock.now
    for _ in range(240):
        with pacer.turn() as heed:
            heed({}, 200)
    assert clock.now - began == pytest.approx(120, abs=15)
    (line,) = caplog.messages
    assert "allows this key 120 requests a minute" in line
    assert "'requests_per_minute'" in line


def test_a_refusal_right_after_the_start_brings_no_standstill(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One request went out before it, which says nothing of what others leave; waiting is said."""
    caplog.set_level("INFO")
    clock = Clock()
    began = clock()
    pacer = Pacer(LIMIT, clock=clock, sleep=clock.sleep)
    with pacer.turn() as heed:
        heed({}, 429)
    pacer.pause(30)
    for _ in range(20):
        with pacer.turn() as heed:
            heed({}, 200)
    assert clock() < began + 30 + 2 * MINUTE
    assert "Loop asked for a pause" in caplog.text
    assert "is used up" not in caplog.text


def test_what_goes_out_after_a_refusal_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """Not that the budget is used up, which it is not."""
    caplog.set_level("INFO")
    clock = Clock()
    pacer = Pacer(60, clock=clock, sleep=clock.sleep)
    for status in [429, *[200] * 20]:
        with pacer.turn() as heed:
            heed({}, status)
    lines = [one for one in caplog.messages if one.startswith("Waiting ")]
    assert lines
    assert all("Loop has refused one of too many requests" in line for line in lines)
