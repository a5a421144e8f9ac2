"""Rows of many shops: each is acted on in the account that it names, and in no other."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from loop_returns.errors import InputRefused, LoopReturnsError, SettingsError, ShopsFailed
from mock_loop import ALL_SCOPES, Loop, Quirks, Shop, serve_many
from target_loopreturns import many_shops
from target_loopreturns.target import TargetLoopReturns
from tests.acting import messages, returns, told

SHOPS = ("north", "south")


def account(name: str) -> Loop:
    """Both have a return 1, which is open."""
    shop = Shop()
    shop.add_return("1", "open", outcome="refund")
    return Loop(shop, f"key-of-{name}", ALL_SCOPES, Quirks(requests_per_minute=None), None)


@pytest.fixture
def loops() -> Iterator[dict[str, Loop]]:
    found = {name: account(name) for name in SHOPS}
    with serve_many(found.values()):
        yield found


def act(
    loops: dict[str, Loop], folder: Path, lines: list[str], **more: Any
) -> tuple[list[Any], LoopReturnsError | None]:
    """Run the target; the STATE that it passed on, and what it ended with."""
    config = {
        "shops": [{"name": name, "api_key": loop.key} for name, loop in loops.items()],
        "api_url": loops["north"].url,
        "ledger": str(folder / "ledger.sqlite"),
        "outcomes": str(folder / "outcomes.jsonl"),
        "requests_per_minute": 600_000,
        "retry_minutes": 0,
        "apply": True,
        **more,
    }
    said, error = io.StringIO(), None
    with redirect_stdout(said):
        try:
            TargetLoopReturns(config=config).listen(lines)
        except LoopReturnsError as problem:
            error = problem
    return [json.loads(line) for line in said.getvalue().splitlines()], error


def changes(loop: Loop) -> int:
    return sum(request.method != "GET" for request in loop.requests)


def flag(shop: str | None, **more: Any) -> dict[str, Any]:
    return {"shop": shop, "return_id": 1, "action": "flag", **more}


def test_each_row_is_acted_on_in_its_shop_alone(loops: dict[str, Loop], tmp_path: Path) -> None:
    """Their ids are the same; only the shop tells them apart. STATE is passed on once."""
    state, error = act(loops, tmp_path, returns(flag("south"), state={"at": 1}))
    assert (state, error) == ([{"at": 1}], None)
    assert loops["south"].shop.returns["1"]["state"] == "review"
    assert loops["north"].shop.returns["1"]["state"] == "open"
    assert not loops["north"].requests
    (outcome,) = told(tmp_path / "south" / "outcomes.jsonl")
    assert (outcome["shop"], outcome["outcome"]) == ("south", "done")
    assert not (tmp_path / "north").exists()


def test_equal_rows_of_two_shops_are_two_actions_each_done_once(
    loops: dict[str, Loop], tmp_path: Path
) -> None:
    """Their ledgers stand apart; given again, none is done again."""
    rows = returns(flag("north"), flag("south"), flag("north"))
    for _ in range(2):
        assert act(loops, tmp_path, rows)[1] is None
        assert [changes(loop) for loop in loops.values()] == [1, 1]
    assert {(tmp_path / name / "ledger.sqlite").exists() for name in SHOPS} == {True}


@pytest.mark.parametrize("row", [flag("east"), flag(None), {"return_id": 1, "action": "flag"}])
def test_a_row_of_no_known_shop_stops_the_run_before_anything_is_done(
    loops: dict[str, Loop], tmp_path: Path, row: dict[str, Any]
) -> None:
    """In no shop; the line names the shop, or the line of the input."""
    _, error = act(loops, tmp_path, returns(flag("north"), row))
    assert isinstance(error, InputRefused)
    assert "does not name: east" in str(error) or "Line 3: the row has no 'shop'" in str(error)
    assert not any(loop.requests for loop in loops.values())


def test_a_row_that_is_no_action_stops_the_run_in_every_shop(
    loops: dict[str, Loop], tmp_path: Path
) -> None:
    """Its line is that of the whole input."""
    _, error = act(loops, tmp_path, returns(flag("north"), flag("south", action="burn")))
    assert "line 3, stream return_actions" in str(error)
    assert not any(loop.requests for loop in loops.values())


def test_a_shop_that_fails_is_named_and_the_others_are_acted_on(
    loops: dict[str, Loop], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """STATE is held back, so that its rows come again; what is done is not done twice."""
    rows = returns(flag("north"), flag("south"), state={"at": 1})
    loops["north"].scopes = frozenset()
    state, error = act(loops, tmp_path, rows)
    assert isinstance(error, ShopsFailed)
    assert "1 of 2 shops failed: north" in str(error)
    assert "north: failed:" in caplog.text
    assert not state
    assert loops["south"].shop.returns["1"]["state"] == "review"
    loops["north"].scopes = ALL_SCOPES
    assert act(loops, tmp_path, rows) == ([{"at": 1}], None)
    assert loops["north"].shop.returns["1"]["state"] == "review"
    assert changes(loops["south"]) == 1


def test_without_apply_nothing_is_done_and_state_is_not_passed_on(
    loops: dict[str, Loop], tmp_path: Path
) -> None:
    """Also where one shop alone may act: its rows would be lost to the other."""
    rows = returns(flag("north"), flag("south"), state={"at": 1})
    assert act(loops, tmp_path, rows, apply=False) == ([], None)
    assert not any(changes(loop) for loop in loops.values())


def test_a_database_for_all_ledgers_is_refused_unless_it_differs_by_the_shop() -> None:
    """One ledger is of one account."""
    config = {"shops": [{"name": "north", "api_key": "k"}], "ledger": "postgresql://host/ledger"}
    with pytest.raises(SettingsError, match=r"\{shop\}"):
        many_shops.entries(config)
    config["ledger"] = "postgresql://host/loop_{shop}"
    assert many_shops.entries(config)[0].config["ledger"] == "postgresql://host/loop_north"


def test_a_plan_is_of_one_shop(loops: dict[str, Loop], tmp_path: Path) -> None:
    """Its digest is of what one account has."""
    _, error = act(loops, tmp_path, messages({}), plan=str(tmp_path / "plan.jsonl"))
    assert "Setting 'plan' is of one shop" in str(error)
