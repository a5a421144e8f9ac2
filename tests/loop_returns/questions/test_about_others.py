"""Questions about the other endpoints; test_page sets the mock account to each answer."""

from __future__ import annotations

from loop_returns.questions.about_others import OtherQuestions
from loop_returns.questions.asking import Asker, Look
from mock_loop import Loop
from tap_loopreturns.tap import TapLoopReturns
from tests.running import settings


def test_that_429_says_how_long_to_wait_is_told_where_it_came(loop: Loop) -> None:
    """It is not provoked: only what came by itself is looked at."""
    run = TapLoopReturns(config=settings(loop)).run
    asked = OtherQuestions(
        Asker(run.client, [Look(429, {"Retry-After": "3"}, None)]), loop.shop.moment(), None
    )
    found = {one.name: one.answer for one in asked.findings()}
    run.client.close()
    assert found["retry_after"] == "yes"
    assert found["notices_date"] == "not told"
