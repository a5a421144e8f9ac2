"""Questions about the list of returns; test_page sets the mock account to each answer."""

from __future__ import annotations

from loop_returns.questions.about_returns import ReturnsQuestions
from loop_returns.questions.asking import Asker
from mock_loop import Loop
from tap_loopreturns.tap import TapLoopReturns
from tests.running import settings


def test_each_page_is_asked_for_once(loop: Loop) -> None:
    """Questions share the pages that they look at."""
    run = TapLoopReturns(config=settings(loop)).run
    asker = Asker(run.client)
    found = list(ReturnsQuestions(asker, loop.shop.moment()).findings())
    run.client.close()
    assert len(found) == 19
    asked = [tuple(sorted(request.query.items())) for request in loop.requests]
    assert len(asked) - len(set(asked)) <= 2
