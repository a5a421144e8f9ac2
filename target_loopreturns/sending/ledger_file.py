"""The ledger as an SQLite file: opened for one run alone, and whole after a kill.

All of its truth is in the one file that is named, also after a kill: it is kept
with a rollback journal, not with SQLite's write-ahead log, whose file beside it
caches and backups leave behind.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from loop_returns.errors import SettingsError
from target_loopreturns.sending.ledger_store import (
    ACTIONS,
    LAYOUT,
    LedgerInUse,
    Rows,
    StoreError,
    Values,
    in_words,
)

_SINCE: tuple[tuple[str, ...], ...] = (
    (
        "alter table actions add column before text",
        "alter table actions add column unanswered integer not null default 0",
        "update actions set unanswered = 1 where result is null or result = 'uncertain'",
        "pragma user_version = 1",
    ),
    (
        "alter table actions add column answer text",
        "pragma user_version = 2",
    ),
)
"""What each version has beyond the one before."""


class SqliteStore:
    """A ledger's tables in a file."""

    def __init__(self, connection: sqlite3.Connection, path: str, *, is_new: bool) -> None:
        self.where = path
        self.is_new = is_new
        self._connection = connection
        self._lock = threading.RLock()

    def rows(self, statement: str, values: Values = ()) -> Rows:
        """What a query finds; see `LedgerStore`."""
        with self._lock:
            try:
                return self._connection.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise StoreError(in_words(error)) from None

    def change(self, statement: str, values: Values = ()) -> int:
        """Change rows; see `LedgerStore`."""
        with self._lock:
            try:
                return self._connection.execute(statement, values).rowcount
            except sqlite3.Error as error:
                raise StoreError(in_words(error)) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; see `LedgerStore`."""
        try:
            with self._lock, self._connection:
                yield
        except sqlite3.Error as error:
            raise StoreError(in_words(error)) from None


@contextmanager
def opened(path: str) -> Iterator[SqliteStore]:
    """The file, locked and laid out, whosever it is.

    Raises:
        LedgerInUse: another run has it.
        SettingsError: it is no ledger.
    """
    is_new = not Path(path).exists()
    with closing(_connect(path)) as connection:
        try:
            _lock(connection, path)
            _lay_out(connection)
        except sqlite3.Error as error:
            raise _unusable(path, error) from None
        yield SqliteStore(connection, path, is_new=is_new)


def _connect(path: str) -> sqlite3.Connection:
    is_new = not Path(path).exists()
    try:
        # Threads share it behind the store's lock.
        connection = sqlite3.connect(path, timeout=1, check_same_thread=False)
        if is_new:
            Path(path).chmod(0o600)  # it holds what the rows said, e-mail addresses among it
    except (sqlite3.Error, OSError) as error:
        raise _unusable(path, error) from None
    return connection


def _lock(connection: sqlite3.Connection, path: str) -> None:
    connection.execute("pragma locking_mode = exclusive")
    # A ledger of an earlier version had a write-ahead log, which goes into the file here.
    (mode,) = connection.execute("pragma journal_mode = delete").fetchone()
    if mode != "delete":
        raise LedgerInUse(path)
    connection.execute("pragma synchronous = full")
    connection.execute("begin exclusive")


def _lay_out(connection: sqlite3.Connection) -> None:
    connection.execute(ACTIONS.format(more="") + " without rowid")
    for statement in LAYOUT:
        connection.execute(statement)
    (version,) = connection.execute("pragma user_version").fetchone()
    for statement in (one for since in _SINCE[version:] for one in since):
        connection.execute(statement)
    connection.commit()
    (sound,) = connection.execute("pragma quick_check(1)").fetchone()
    if sound != "ok":
        raise sqlite3.DatabaseError(sound)


def _unusable(path: str, error: Exception) -> SettingsError:
    if "locked" in str(error):
        return LedgerInUse(path)
    return SettingsError("ledger", f"{path} cannot be used: {in_words(error)}.")
