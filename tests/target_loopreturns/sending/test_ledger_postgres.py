"""A ledger in PostgreSQL: a schema of its own, a lock that a dead worker gives back, a fence."""

from __future__ import annotations

import sys
from typing import Any

import psycopg
import pytest

from loop_returns.errors import SettingsError
from mock_loop import Shop
from target_loopreturns.sending.ledger_postgres import SCHEMA, opened
from target_loopreturns.sending.ledger_store import LedgerInUse
from tests.acting import Desk, returns
from tests.target_loopreturns.databases import emptied
from tests.target_loopreturns.runs.rows import APPLY, UNSETTLED, note

_SESSIONS = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s"


@pytest.fixture
def ledger_kind() -> str:
    return "database"


@pytest.fixture
def url(database: str) -> str:
    return emptied(database)


def test_its_tables_stand_in_a_schema_of_their_own(url: str) -> None:
    """The public one is left alone; a search_path in the URL is another ledger."""
    other = f"{url}?options=-csearch_path%3Dshop_two"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create schema if not exists shop_two")
        with opened(url) as one, opened(other) as two, pytest.raises(LedgerInUse), opened(url):
            assert one.where == two.where
        found = connection.execute(
            "select distinct schemaname from pg_tables where tablename = 'run_outcomes'"
        ).fetchall()
        connection.execute("drop schema shop_two cascade")
    assert {name for (name,) in found} == {SCHEMA, "shop_two"}


def test_a_worker_that_has_lost_the_lock_sends_nothing_more(
    desk: Desk, shop: Shop, url: str
) -> None:
    """Its session ends while it acts: no further request, and the next worker repeats nothing."""
    given = returns(*(note("1") | {"content": f"n{n}"} for n in range(9)), state=1)

    def cut(_number: int, _shop: Any) -> None:
        if len(shop.notes.get("1", ())) == 4:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(_SESSIONS, ("target-loopreturns",))

    desk.loop.hook = cut
    ran = desk.run(given, **APPLY, ledger=url)
    assert (ran.exit_code, ran.state) == (UNSETTLED, [])
    assert len(shop.notes["1"]) in (4, 5)
    desk.loop.hook = None
    ran = desk.run(given, **APPLY, ledger=url)
    assert (ran.results, ran.state, set(shop.acted.values())) == ({"done": 9}, [1], {1})


def test_the_driver_is_an_extra(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, the line says what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"tap-loopreturns\[postgres\]"), opened(url):
        pass
