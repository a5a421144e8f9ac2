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
