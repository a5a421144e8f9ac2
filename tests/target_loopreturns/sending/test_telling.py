"""A run is summed up by action and outcome."""

from __future__ import annotations

import logging

import pytest

from tests.acting import Desk, returns
from tests.target_loopreturns.runs.rows import APPLY, flag, note


def test_a_run_is_summed_up(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """What was known before is told apart; each action with its outcome has a count."""
    caplog.set_level(logging.INFO)
    desk.run(returns(flag("1")), **APPLY)
    desk.run(returns(flag("1"), note("7"), flag("3")), **APPLY)
    assert "1 done, 1 done before, 1 refused; 1 requests sent." in caplog.text
    assert "1 x return_actions note: done" in caplog.text


def test_a_new_ledger_says_what_a_lost_one_costs(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Notes, and what else Loop does not show; said once, before anything is done."""
    desk.run(returns(note("1"), note("7"), flag("8")), **APPLY)
    (said,) = [one for one in caplog.messages if "The ledger is new" in one]
    assert said.endswith("2 x return_actions note.")
    caplog.clear()
    desk.run(returns(note("2")), **APPLY)
    assert "The ledger is new" not in caplog.text
