"""The ledger: one account's, one run's at a time, and it outlives every crash."""

from __future__ import annotations

import sqlite3

import pytest

from mock_loop import Shop
from target_loopreturns.sending import ledger_file
from tests.acting import Desk, returns
from tests.target_loopreturns.runs.rows import APPLY, UNSETTLED, note


@pytest.mark.parametrize("pages", [26, 29, 32])
def test_a_full_disk_stops_the_run_and_the_next_one_repeats_nothing(
    desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    """No room for an intent or an outcome: exit code 7, no STATE, and each note is made once."""
    notes = [note() | {"content": f"{n} {'x' * 200}"} for n in range(60)]

    def bounded(path: str) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute(f"pragma max_page_count = {pages}")
        return connection

    connect = ledger_file._connect
    monkeypatch.setattr(ledger_file, "_connect", bounded)
    ran = desk.run(returns(*notes, state=1), **APPLY)
    assert (ran.exit_code, ran.state) == (UNSETTLED, [])
    assert "full" in ran.error
    assert "\n" not in ran.error
    assert len(shop.notes["1"]) < len(notes)
    monkeypatch.setattr(ledger_file, "_connect", connect)
    ran = desk.run(returns(*notes, state=1), **APPLY)
    assert (ran.results, ran.state) == ({"done": len(notes)}, [1])
    assert set(shop.acted.values()) == {1}
