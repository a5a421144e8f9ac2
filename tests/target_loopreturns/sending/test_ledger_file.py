"""The ledger's file: one account's, one run's at a time, whole after a kill."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from mock_loop import Faults, Shop
from target_loopreturns.sending import looking
from tests.acting import Desk, returns
from tests.target_loopreturns.runs.rows import APPLY, flag, note


def test_all_of_the_ledger_is_in_the_file_that_is_named(desk: Desk, shop: Shop) -> None:
    """A run is killed, and a cache keeps that one file: each note is made once all the same."""
    notes = [note() | {"content": f"n{n}"} for n in range(8)]
    copied = desk.folder / "cache" / "ledger.sqlite"
    copied.parent.mkdir()

    def copy(_number: int, _shop: Shop) -> None:
        copied.write_bytes((desk.folder / "ledger.sqlite").read_bytes())

    desk.loop.hook = copy
    desk.run(returns(*notes[:6]), **APPLY)
    desk.loop.hook = None
    ran = desk.run(returns(*notes), **APPLY, ledger=str(copied))
    # The sixth one's answer is not in that copy, but Loop has it.
    assert ran.results == {"done": 8}
    assert set(shop.acted.values()) == {1}


def test_a_ledger_of_an_earlier_version_is_taken_over_whole(desk: Desk, shop: Shop) -> None:
    """Its layout, its write-ahead log, and what it knows: done stays done, open is looked at."""
    desk.run(returns(flag("1"), note("7")), **APPLY)
    file = desk.folder / "ledger.sqlite"
    old = sqlite3.connect(file)
    old.executescript(
        "drop table account_keys; alter table actions drop column before;"
        "alter table actions drop column unanswered;"
        "alter table actions drop column answer; pragma user_version = 0;"
        "update actions set result = null where action = 'note'"
    )
    old.execute("pragma journal_mode = wal")
    old.close()
    ran = desk.run(returns(flag("1"), note("7")), **APPLY)
    assert (ran.results, set(shop.acted.values())) == ({"done": 2}, {1})
    assert desk.run(returns(flag("1")), **APPLY, api_key="another").exit_code == 1


@pytest.mark.parametrize("hours", [1, 24 * 365 * 50])
def test_a_clock_that_was_set_back_costs_no_more_than_late_seconds(
    desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """A request of the future is taken for one of now: no hours of waiting, and no repetition."""
    monkeypatch.setattr(looking, "BREATH", 0.2)
    desk.loop.faults = Faults.script(["close"], methods=("POST",))
    assert desk.run(returns(note()), **APPLY, late_seconds=600).results == {"uncertain": 1}
    with sqlite3.connect(desk.folder / "ledger.sqlite") as file:
        file.execute(
            "update actions set requested_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', ?)",
            (f"+{hours} hours",),
        )
    file.close()
    began = time.monotonic()
    assert desk.run(returns(note()), **APPLY, late_seconds=600).results == {"uncertain": 1}
    ran = desk.run(returns(note()), **APPLY, late_seconds=0)
    assert time.monotonic() - began < 10
    assert (ran.results, set(shop.acted.values())) == ({"done": 1}, {1})


def test_a_damaged_ledger_is_not_used(desk: Desk) -> None:
    """Half of a file is no memory: the setting is named, and nothing is asked of Loop."""
    notes = [note() | {"content": f"n{n} {'x' * 200}"} for n in range(40)]
    desk.run(returns(*notes), **APPLY)
    file = desk.folder / "ledger.sqlite"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    desk.loop.clear_requests()
    ran = desk.run(returns(*notes), **APPLY)
    assert (ran.exit_code, "'ledger'" in ran.error, desk.loop.requests) == (1, True, [])


def test_a_ledger_serves_one_run_and_one_account(desk: Desk, tmp_path: Path) -> None:
    """A second run at the same time, or another account's address, is turned away."""
    assert desk.run(returns(flag()), **APPLY).exit_code == 0
    file = tmp_path / "ledger.sqlite"
    assert file.stat().st_mode & 0o077 == 0
    other = sqlite3.connect(file)
    other.execute("begin exclusive")
    ran = desk.run(returns(flag()), **APPLY)
    other.close()
    assert (ran.exit_code, "in use" in ran.error) == (1, True)
    ran = desk.run(returns(flag()), **APPLY, api_url="https://api.loopreturns.com")
    assert (ran.exit_code, "give each account its own" in ran.error) == (1, True)
    file.write_text("no database, but long enough to be looked at" * 40)
    ran = desk.run(returns(flag()), **APPLY)
    assert (ran.exit_code, "'ledger'" in ran.error) == (1, True)


def test_two_accounts_do_not_share_a_ledger(desk: Desk) -> None:
    """Both are at one address: the second shop's run is turned away, and nothing is "done"."""
    assert desk.run(returns(flag()), **APPLY).results == {"done": 1}
    ran = desk.run(returns(flag()), **APPLY, api_key="another-key")
    assert (ran.exit_code, ran.outcomes) == (1, [])
    assert "another account" in ran.error
    ledger = (desk.folder / "ledger.sqlite").read_bytes()
    assert desk.loop.key.encode() not in ledger
