"""The end of a run of many shops, for alerts: each shop, and all."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from loop_returns.errors import SettingsError
from tap_loopreturns.shops.shops_summary import of_shops
from tests.many_shops import served, settings
from tests.running import run_tap


def said(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (line,) = [one for one in caplog.messages if one.startswith("summary ")]
    found: dict[str, Any] = json.loads(line.removeprefix("summary "))
    return found


def test_each_shop_is_told_with_its_rows_requests_freshness_and_exit_code(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Rows and requests are those that came and were sent, of a shop that failed amid, too."""
    caplog.set_level(logging.INFO)
    with served({"north": 30, "south": 20, "west": 10}) as loops:
        config = settings(loops, end_date="2026-11-19")
        config["shops"][1]["api_key"] = "revoked"
        west = loops["west"].shop
        west.garble_return(next(iter(west.book)), updated_at=None)
        ran = run_tap(config, fails=True)
        found = said(caplog)
        shops = found["shops"]
        assert list(shops) == ["north", "south", "west"]
        assert [shops[name]["exit_code"] for name in shops] == [0, 3, 6]
        assert [shops[name]["error"] for name in shops] == [None, "AccessError", "Incomplete"]
        came = [record["shop"] for record in ran.records("returns")]
        assert [shops[name]["rows"] for name in shops] == [came.count(name) for name in shops]
        assert shops["west"]["rows"]
        until = [shops[name]["fresh_until"] for name in shops]
        assert until == ["2026-11-19T00:00:00Z", None, None]
        assert found["rows"] == len(came)
        asked = sum(len(loop.requests) for loop in loops.values())
        assert found["requests"] == sum(one["requests"] for one in shops.values()) == asked
        assert (found["exit_code"], found["error"]) == (10, "ShopsFailed")
        assert (found["shops_failed"], found["fresh_until"]) == (2, None)


def test_a_shop_that_fails_is_as_fresh_as_its_last_complete_run(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The run is as fresh as the stalest shop, so an alert needs to look at one value."""
    caplog.set_level(logging.INFO)
    with served({"north": 20, "south": 20}) as loops:
        state = run_tap(settings(loops)).state
        first = said(caplog)
        assert (first["exit_code"], first["shops_failed"]) == (0, 0)
        assert first["fresh_until"] == min(part["read_until"] for part in state["shops"].values())
        caplog.clear()
        state["shops"]["south"]["read_until"] = "2026-11-01T00:00:00Z"
        config = settings(loops)
        config["shops"][1]["api_key"] = "revoked"
        run_tap(config, state=state, fails=True)
    assert said(caplog)["fresh_until"] == "2026-11-01T00:00:00Z"


def test_a_run_that_ends_before_it_reads_says_so_too() -> None:
    """With its exit code, and no shop."""
    found = of_shops(None, SettingsError("shops", "is wrong."))
    assert (found["exit_code"], found["error"]) == (SettingsError.exit_code, "SettingsError")
    assert (found["rows"], found["shops"]) == (0, {})
