"""The ledger: one account's, one run's at a time, and it outlives every crash."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mock_loop import Shop
from target_loopreturns.sending import ledger
from tests.acting import Desk, returns
from tests.target_loopreturns.runs.rows import APPLY, UNSETTLED, flag, note


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


@pytest.mark.parametrize("pages", [6, 8, 10])
def test_a_full_disk_stops_the_run_and_the_next_one_repeats_nothing(
    desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    """No room for an intent or an outcome: exit code 7, no STATE, and each note is made once."""
    notes = [note() | {"content": f"{n} {'x' * 200}"} for n in range(60)]

    def bounded(path: str) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute(f"pragma max_page_count = {pages}")
        return connection

    connect = ledger._connect
    monkeypatch.setattr(ledger, "_connect", bounded)
    ran = desk.run(returns(*notes, state=1), **APPLY)
    assert (ran.exit_code, ran.state) == (UNSETTLED, [])
    assert "full" in ran.error
    assert "\n" not in ran.error
    assert len(shop.notes["1"]) < len(notes)
    monkeypatch.setattr(ledger, "_connect", connect)
    ran = desk.run(returns(*notes, state=1), **APPLY)
    assert (ran.results, ran.state) == ({"done": len(notes)}, [1])
    assert set(shop.acted.values()) == {1}
