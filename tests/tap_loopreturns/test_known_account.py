"""A key that was renewed is told from the key of another account; in a run, see test_one_shop."""

from __future__ import annotations

import dataclasses

from tap_loopreturns import known_account
from tap_loopreturns.output.account import StateAccount
from tap_loopreturns.tap import TapLoopReturns
from tests.many_shops import served, settings
from tests.running import run_tap
from tests.running import settings as settings_of_one


def test_one_return_that_is_still_there_is_enough() -> None:
    """Others may have been deleted since; and an id alone, which two accounts may have, is not."""
    with served({"north": 5}) as loops:
        row = loops["north"].shop.truth("returns")[0]
        run = TapLoopReturns(config=settings_of_one(loops["north"])).run

        def known(returns: dict[str, str]) -> bool | None:
            account = StateAccount({"key": "another", "returns": returns})
            return known_account._holds_a_return(dataclasses.replace(run, account=account))

        there, gone = {row["id"]: row["created_at"]}, {"999999999": "2026-01-01T00:00:00Z"}
        assert known(gone | there) is True
        assert known({row["id"]: "2020-01-01T00:00:00Z"}) is False
        assert known(gone) is False
        assert known({}) is None
        run.client.close()


def test_each_shop_is_held_against_its_own_part_of_state() -> None:
    """Two keys that were swapped are told, and neither shop is read on by the other's state."""
    with served({"north": 20, "south": 20}) as loops:
        state = run_tap(settings(loops)).state
        swapped = settings(loops)
        first, second = swapped["shops"]
        first["api_key"], second["api_key"] = second["api_key"], first["api_key"]
        output = run_tap(swapped, state=state, fails=True)
    assert not output.streams
    assert "2 of 2 shops failed" in str(output.error)
