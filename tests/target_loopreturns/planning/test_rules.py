"""Each action meets what those before it leave."""

from __future__ import annotations

from target_loopreturns.planning import plan
from target_loopreturns.planning.rules import ExpectedAccount
from tests.target_loopreturns.acts import EVERY, act, one


def test_a_return_in_the_queue_is_left_alone() -> None:
    """What Loop has taken up for processing is not cancelled meanwhile."""
    account = ExpectedAccount(one("open"))
    account.expect_processing("7")
    (planned,) = plan.plan([act(action="cancel")], account, EVERY)
    assert planned.outcome.code == "processing"
