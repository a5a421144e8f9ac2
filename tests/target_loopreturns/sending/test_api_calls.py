"""Actions as Loop's API wants them, and Loop's answers as outcomes."""

from __future__ import annotations

from typing import Any

import pytest

from loop_returns.http.client import Reply
from mock_loop.errors import ENVELOPES
from target_loopreturns.sending import api_calls
from tests.target_loopreturns.acts import act


@pytest.mark.parametrize("envelope", [body for body in ENVELOPES if body is not False])
@pytest.mark.parametrize("status", [200, 400, 403, 404, 409, 422])
def test_every_refusal_is_an_outcome_with_loops_words(envelope: Any, status: int) -> None:
    """Each error body of the reference, under each status that refusals come with."""
    outcome = api_calls.outcome(act(action="cancel"), Reply(status, envelope))
    assert outcome is not None
    assert (outcome.result, outcome.status) == ("refused", status)
    assert outcome.final
    assert outcome.reason not in ("", "no reason given")


@pytest.mark.parametrize("body", [None, False, [], "yes", {}])
def test_an_answer_that_says_nothing_is_looked_into(body: Any) -> None:
    """Only `true` is a return action that was done."""
    assert api_calls.outcome(act(action="cancel"), Reply(200, body)) is None


def test_processing_is_queued_until_the_return_is_closed() -> None:
    """Loop's `true` to process means queued, and no more."""
    outcome = api_calls.outcome(act(action="process"), Reply(200, True))
    assert outcome is not None
    assert outcome.result == "queued"
