"""Nothing irreversible happens by accident."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_loop import Shop, serve
from tests.acting import ALL_ALLOWED, Desk, Expected, messages, mixed, returns
from tests.target_loopreturns.runs.rows import APPLY, FREE, INPUT, flag, process


def test_without_apply_nothing_is_changed(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    """By default a run only plans: what it would do, and why not, on the screen and in the file."""
    given = returns(flag("1"), process("1"), flag("3"), state={"at": 1})
    ran = desk.run(given)
    assert (ran.exit_code, ran.state, desk.changes()) == (0, [], [])
    assert [row["outcome"] for row in ran.outcomes] == ["planned", "refused", "refused"]
    said = capfd.readouterr().err
    assert "line 2: flag return 1 (open): would be done" in said
    assert "line 4: flag return 3 (closed): refused: the return is closed" in said
    assert "set 'apply: true'" in said


def test_what_cannot_be_undone_wants_its_name_in_allow(desk: Desk) -> None:
    """`apply` alone neither processes nor deletes."""
    given = messages(
        {"return_actions": [process()], "blocklist_items": [{"action": "delete", "id": 3}]}
    )
    ran = desk.run(given, **APPLY)
    assert {row["code"] for row in ran.outcomes} == {"not_allowed"}
    assert desk.changes() == []
    ran = desk.run(given, **ALL_ALLOWED, wait_seconds=5)
    assert ran.results == {"done": 2}


def test_too_many_actions_stop_before_the_first_request(desk: Desk) -> None:
    """`max_actions` counts what is left to do, not what an earlier run has done."""
    given = returns(flag("1"), flag("7"))
    ran = desk.run(given, **APPLY, max_actions=1)
    assert (ran.exit_code, desk.loop.requests) == (INPUT, [])
    assert "'max_actions'" in ran.error
    assert desk.run(returns(flag("1")), **APPLY, max_actions=1).exit_code == 0
    assert desk.run(given, **APPLY, max_actions=1).results == {"done": 2}


def test_a_row_that_does_not_fit_stops_before_the_first_request(desk: Desk) -> None:
    """One bad row among good ones, wherever it stands: nothing is done."""
    ran = desk.run(returns(flag("1"), {"return_id": "7", "action": "burn"}), **APPLY)
    assert (ran.exit_code, desk.loop.requests) == (INPUT, [])
    assert "line 3, stream return_actions, field 'action'" in ran.error


@pytest.mark.slow
def test_five_hundred_mixed_actions_end_as_the_rules_say(tmp_path: Path) -> None:
    """Plan, apply, and apply again: states as the rules say, and then no more changes."""
    shop = Shop.seeded(returns=2000, seed=3)
    rows = mixed(shop, 500)
    expected = Expected.of(shop, rows["return_actions"])
    with serve(shop, quirks=FREE) as loop:
        desk = Desk(loop, tmp_path)
        given = messages(rows, state={"at": 1})
        planned = desk.run(given)
        assert (planned.state, desk.changes(), sum(shop.acted.values())) == ([], [], 0)
        ran = desk.run(given, **ALL_ALLOWED, wait_seconds=20)
        assert (ran.exit_code, ran.state) == (0, [{"at": 1}])
        assert len(ran.outcomes) == sum(map(len, rows.values()))
        on_returns = [row for row in ran.outcomes if row["stream"] == "return_actions"]
        assert [row["outcome"] for row in on_returns] == expected.results
        assert all(row["outcome"] == "done" for row in ran.outcomes if row not in on_returns)
        assert {own: shop.book[own].state for own in expected.states} == expected.states
        assert set(shop.acted.values()) == {1}
        loop.clear_requests()
        again = desk.run(given, **ALL_ALLOWED)
        assert (desk.changes(), again.state) == ([], [{"at": 1}])
        assert again.results == ran.results


def test_many_returns_cost_fewer_requests_than_there_are(tmp_path: Path) -> None:
    """Present states of many returns come from the list; of few, one by one."""
    shop = Shop.seeded(returns=800, seed=5)
    ids = [found.id for found in shop.book][:400]
    with serve(shop, quirks=FREE) as loop:
        ran = Desk(loop, tmp_path).run(returns(*map(flag, ids)))
        assert ran.results["planned"] == sum(shop.book[own].state == "open" for own in ids)
        assert len(loop.requests) < 100
        loop.clear_requests()
        Desk(loop, tmp_path).run(returns(*map(flag, ids[:5])))
        assert len(loop.requests) == 5
