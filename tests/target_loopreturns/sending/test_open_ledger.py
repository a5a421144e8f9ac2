"""A ledger, wherever it is, serves one run and one account, and says what is wrong with it."""

from __future__ import annotations

import threading
import time

import pytest

from loop_returns.errors import SettingsError
from mock_loop import Shop
from target_loopreturns.sending.ledger_store import LedgerInUse
from target_loopreturns.sending.open_ledger import open_ledger, opened
from tests.acting import Desk, returns
from tests.target_loopreturns.databases import BOTH
from tests.target_loopreturns.runs.rows import APPLY, flag, note


@pytest.fixture(params=BOTH)
def ledger_kind(request: pytest.FixtureRequest) -> str:
    """All of this holds wherever the ledger is."""
    kind: str = request.param
    return kind


def test_a_second_run_is_turned_away(desk: Desk) -> None:
    """While another has the ledger: exit code 1, the setting is named, nothing is asked."""
    with opened(desk.config()["ledger"]):
        ran = desk.run(returns(flag()), **APPLY)
    assert (ran.exit_code, "in use" in ran.error, desk.loop.requests) == (1, True, [])


def test_a_second_run_may_wait_and_repeats_nothing(desk: Desk, shop: Shop) -> None:
    """`ledger_wait_seconds`: it goes on when the first is done, and finds all of it done."""
    given = returns(note("1"), flag("7"), state=1)
    waiting = threading.Event()

    def first() -> None:
        with opened(desk.config()["ledger"]):
            waiting.set()
            time.sleep(0.3)

    thread = threading.Thread(target=first)
    thread.start()
    waiting.wait()
    assert desk.run(given, **APPLY, ledger_wait_seconds=20).results == {"done": 2}
    thread.join()
    assert desk.run(given, **APPLY).state == [1]
    assert set(shop.acted.values()) == {1}


def test_it_is_one_accounts(desk: Desk) -> None:
    """Another key, or another address, is turned away, and no key stands in the message."""
    assert desk.run(returns(flag()), **APPLY).exit_code == 0
    for other in ({"api_key": "another-key"}, {"api_url": "https://api.loopreturns.com"}):
        ran = desk.run(returns(flag()), **APPLY, **other)
        assert (ran.exit_code, "give each account its own" in ran.error) == (1, True)
        assert "another-key" not in ran.error


def test_a_database_that_is_not_there_is_told_without_its_password() -> None:
    """One line, which names the setting."""
    with (
        pytest.raises(SettingsError, match=r"'ledger'.*cannot be used") as told,
        open_ledger("postgresql://me:hidden@127.0.0.1:1/shop", "https://x", "k"),
    ):
        pass
    assert "hidden" not in str(told.value)
    assert not isinstance(told.value, LedgerInUse)
