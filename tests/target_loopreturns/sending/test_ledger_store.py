"""What both stores promise: all or nothing, and their errors are told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from target_loopreturns.sending.ledger_store import LedgerStore, StoreError, in_words
from target_loopreturns.sending.open_ledger import opened
from tests.target_loopreturns.databases import BOTH, emptied


@pytest.fixture(params=BOTH)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "database":
        return emptied(request.getfixturevalue("database"))
    return str(tmp_path / "ledger.sqlite")


def fail(store: LedgerStore) -> None:
    with store.transaction():
        store.change("insert into account values (?)", ("lost",))
        store.change("insert into account values (?)", ("kept",))


def test_a_transaction_is_kept_whole_or_not_at_all(where: str) -> None:
    """What was written before an error within it is not there, now and after opening again."""
    with opened(where) as store:
        assert store.is_new
        with store.transaction():
            assert store.change("insert into account values (?)", ("kept",)) == 1
        with pytest.raises(StoreError):
            fail(store)
        assert store.rows("select url from account") == [("kept",)]
    with opened(where) as store:
        assert (store.is_new, store.rows("select url from account")) == (False, [("kept",)])


def test_an_error_is_one_line() -> None:
    """A database says more than that."""
    assert in_words(ValueError("no\nroom  left")) == "no room left"
    assert in_words(ValueError()) == "ValueError"
