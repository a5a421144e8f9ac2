"""Settings above what Loop allows the key, in simulated time."""

from __future__ import annotations

from typing import Literal

import pytest

from loop_returns.http.pacing import Pacer
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
