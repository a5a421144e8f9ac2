"""How far a run has come is told, seldom; and how many failures are too many."""

from __future__ import annotations

import logging
from itertools import count

import pytest

from target_loopreturns.sending.progress import ActionsProgress


def test_it_tells_rate_and_what_is_left_every_half_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A line in thirty seconds, and none at the end."""
    caplog.set_level(logging.INFO)
    seconds = count(0, 10)
    progress = ActionsProgress(100, clock=lambda: float(next(seconds)))
    for number in range(10):
        progress.take(10, failed=number == 1)
    assert caplog.messages == [
        "30 of 100 actions, 10 failed or uncertain; 60 a minute, about 70 s left.",
        "60 of 100 actions, 10 failed or uncertain; 60 a minute, about 40 s left.",
        "90 of 100 actions, 10 failed or uncertain; 60 a minute, about 10 s left.",
    ]


def test_a_short_run_tells_nothing_in_between(caplog: pytest.LogCaptureFixture) -> None:
    """What is over in half a minute needs no line."""
    caplog.set_level(logging.INFO)
    progress = ActionsProgress(3, clock=lambda: 1.0)
    for _ in range(3):
        progress.take(1, failed=False)
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("taken", "failed", "limits", "too_many"),
    [
        (5, 2, (3, 0.0), False),
        (5, 3, (3, 0.0), True),
        (100, 100, (0, 0.0), False),
        (19, 19, (0, 0.2), False),
        (20, 4, (0, 0.2), False),
        (20, 5, (0, 0.2), True),
        (20, 20, (0, 1.0), False),
    ],
)
def test_failures_are_too_many_by_count_or_by_share(
    taken: int, failed: int, limits: tuple[int, float], *, too_many: bool
) -> None:
    """A share says nothing of fewer than twenty; 0 is no limit."""
    progress = ActionsProgress(1000)
    progress.take(failed, failed=True)
    progress.take(taken - failed, failed=False)
    assert progress.has_failed(count=limits[0], share=limits[1]) is too_many
