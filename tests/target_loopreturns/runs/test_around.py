"""Budget, key, outcomes, ledger: what is around the actions."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from mock_loop import ALL_SCOPES, Faults, Shop, serve
from tests.acting import Desk, messages, returns
from tests.target_loopreturns.runs.rows import ACCESS, APPLY, FREE, UNAVAILABLE, flag


@pytest.mark.slow
def test_requests_beyond_the_budget_wait_for_their_turn(desk: Desk, shop: Shop) -> None:
    """A 429 to a change is waited out and the change is made once: Loop did not look at it."""
    desk.loop.faults = Faults.script(["429-retry-after"], retry_after=0, methods=("POST",))
    ran = desk.run(returns(flag()), **APPLY)
    assert (ran.results, shop.acted) == ({"done": 1}, {("1", "flag"): 1})


def test_a_refused_key_stops_the_run_with_the_scope_to_add(shop: Shop, tmp_path: Path) -> None:
    """A key that may read destinations and not write them: no outcome is made up."""
    scopes = ALL_SCOPES - {"Destinations (Write)"}
    address = {"address1": "1 Dock", "city": "Reno"}
    row = {"action": "create", "name": "B", "type": "donate", "address": address}
    with serve(shop, quirks=FREE, scopes=scopes) as loop:
        ran = Desk(loop, tmp_path).run(messages({"destinations": [row]}, state=1), **APPLY)
    assert (ran.exit_code, ran.state) == (ACCESS, [])
    assert "'Destinations (Write)'" in ran.error


def test_an_account_that_cannot_be_reached_ends_the_run(desk: Desk) -> None:
    """Patience is over: the exit code says so, and no STATE passes."""
    desk.loop.faults = Faults(1.0, ["503"])
    ran = desk.run(returns(flag(), state=1), **APPLY, retry_minutes=0)
    assert (ran.exit_code, ran.state) == (UNAVAILABLE, [])


def test_neither_key_nor_personal_data_is_told(
    desk: Desk, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """The screen and the log name returns and kinds, never an e-mail address or the key."""
    caplog.set_level(logging.DEBUG)
    given = messages({"blocklist_items": [{"type": "email", "value": "who@shop.example"}]})
    desk.loop.faults = Faults.script(["acted-500"], methods=("POST",))
    desk.run(given)
    desk.run(given, **APPLY)
    told = caplog.text + "".join(capfd.readouterr())
    assert "who@" not in told
    assert desk.loop.key not in told
