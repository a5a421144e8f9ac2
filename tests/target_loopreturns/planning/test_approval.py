"""What of a plan must not be done, and that a plan which broke off goes on."""

from __future__ import annotations

import pytest

from mock_loop import Faults, Shop
from tests.acting import ALL_ALLOWED, Desk, returns
from tests.target_loopreturns.planning.test_plan_file import saved
from tests.target_loopreturns.runs.rows import UNAVAILABLE, flag, note


def test_a_plan_that_broke_off_goes_on(desk: Desk, shop: Shop) -> None:
    """What it has changed itself is not taken for moved: flagged first, then closed."""
    close = {"return_id": "1", "action": "close"}
    settings = saved(desk, returns(flag("1"), close, note("7"), state=3), **ALL_ALLOWED)
    desk.loop.faults = Faults.script([None, None, None, *["503"] * 9])
    assert desk.run([], **settings, retry_minutes=0).exit_code == UNAVAILABLE
    assert set(shop.acted) == {("1", "flag")}
    desk.loop.faults = None
    ran = desk.run([], **settings)
    assert (ran.results, ran.state, shop.returns["1"]["state"]) == ({"done": 3}, [3], "closed")


def test_what_people_change_amid_a_plan_that_broke_off_is_moved(desk: Desk, shop: Shop) -> None:
    """Flagged by the plan, and cancelled by a person: it is not closed."""
    close = {"return_id": "1", "action": "close"}
    settings = saved(desk, returns(flag("1"), close, state=3), **ALL_ALLOWED)
    desk.loop.faults = Faults.script([None, None, *["503"] * 9])
    assert desk.run([], **settings, retry_minutes=0).exit_code == UNAVAILABLE
    desk.loop.faults = None
    shop.move_return("1", "cancelled")
    ran = desk.run([], **settings)
    assert ran.of(action="close")["code"] == "moved"
    assert set(shop.acted) == {("1", "flag")}


@pytest.mark.parametrize("moves", ["open", "review"])
def test_what_the_plan_refused_is_not_done_though_loop_would_take_it_now(
    desk: Desk, shop: Shop, moves: str
) -> None:
    """A closed return, opened again by a person."""
    settings = saved(desk, returns({"return_id": "3", "action": "close"}, state=3))
    shop.move_return("3", moves)
    ran = desk.run([], **settings)
    assert (ran.results, ran.state, desk.changes()) == ({"refused": 1}, [3], [])
