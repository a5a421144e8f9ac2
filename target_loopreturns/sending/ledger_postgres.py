"""The ledger in a PostgreSQL database, for workers that keep no files.

One run has it at a time, by an advisory lock of its session, which PostgreSQL gives
back when the worker dies. Every intent goes over the same session: a worker that
has lost the lock can note none, and so sends nothing. Poolers that share sessions
between transactions (PgBouncer's transaction mode) break that; connect past them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    import psycopg

PREFIXES = ("postgresql://", "postgres://")
SCHEMA = "target_loopreturns"
"""Where the tables are, unless the URL sets a search_path of its own."""

_MORE = ", before text, unanswered integer not null default 0, answer text"
_SESSION = (
    # An outcome is on disk when it is told, whatever the server does by default.
    "set synchronous_commit = on",
    # A worker whose machine has vanished gives back the lock in about a minute.
    "set tcp_keepalives_idle = 30",
    "set tcp_keepalives_interval = 10",
    "set tcp_keepalives_count = 3",
)
_CLOSING = 1.0  # seconds, as SQLite is given
_LOCK = "select pg_try_advisory_lock(hashtext('target-loopreturns'), hashtext(current_schema()))"


class PostgresStore:
    """A ledger's tables in a schema of a database."""

    def __init__(self, connection: psycopg.Connection[Any], where: str, *, is_new: bool) -> None:
        self.where = where
        self.is_new = is_new
        self._connection = connection
        self._lock = threading.RLock()

    def rows(self, statement: str, values: Values = ()) -> Rows:
        """What a query finds; see `LedgerStore`."""
        with self._lock, _told():
            return self._execute(statement, values).fetchall()

    def change(self, statement: str, values: Values = ()) -> int:
        """Change rows; see `LedgerStore`."""
        with self._lock, _told():
            return self._execute(statement, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; see `LedgerStore`."""
        with self._lock, _told(), self._connection.transaction():
            yield

    def _execute(self, statement: str, values: Values) -> psycopg.Cursor[Any]:
        return self._connection.execute(statement.replace("?", "%s").encode(), values)


@contextmanager
def opened(url: str) -> Iterator[PostgresStore]:
    """The tables of a database, locked and laid out, whosever they are.

    Raises:
        LedgerInUse: another run has them.
        SettingsError: the database cannot be used, or its driver is not installed.
    """
    try:
        import psycopg  # noqa: PLC0415  an extra
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415
    except ImportError:
        raise SettingsError(
            "ledger",
            "in PostgreSQL needs the extra 'postgres': pip install 'tap-loopreturns[postgres]'.",
        ) from None
    where = "the PostgreSQL database"
    try:
        parts = conninfo_to_dict(url)
        where = f"postgresql://{parts.get('host', '')}/{parts.get('dbname', '')}"
        connection = psycopg.connect(
            url, autocommit=True, application_name="target-loopreturns", connect_timeout=30
        )
    except psycopg.Error as error:
        raise _unusable(where, error) from None
    with closing(connection):
        try:
            is_new = _prepare(connection, where)
        except psycopg.Error as error:
            raise _unusable(where, error) from None
        yield PostgresStore(connection, where, is_new=is_new)


def _prepare(connection: psycopg.Connection[Any], where: str) -> bool:
    """Lock the ledger, and lay it out; True if it is new."""
    for statement in _SESSION:
        connection.execute(statement.encode())
    (schema,) = connection.execute("select current_schema()").fetchone() or (None,)
    if schema in (None, "public"):
        if connection.execute("select to_regnamespace(%s)", (SCHEMA,)).fetchone() == (None,):
            connection.execute(f"create schema if not exists {SCHEMA}".encode())
        connection.execute(f"set search_path = {SCHEMA}".encode())
    _take_lock(connection, where)
    is_new = connection.execute("select to_regclass('actions')").fetchone() == (None,)
    if is_new:
        with connection.transaction():
            for statement in (ACTIONS.format(more=_MORE), *LAYOUT):
                connection.execute(statement.encode())
    return is_new


def _take_lock(connection: psycopg.Connection[Any], where: str) -> None:
    """Take the lock; a session that has just been closed keeps it for a moment more."""
    until = time.monotonic() + _CLOSING
    while connection.execute(_LOCK.encode()).fetchone() != (True,):
        if time.monotonic() >= until:
            raise LedgerInUse(where)
        time.sleep(0.05)


@contextmanager
def _told() -> Iterator[None]:
    """The driver's errors as the store's."""
    import psycopg  # noqa: PLC0415

    try:
        yield
    except psycopg.Error as error:
        raise StoreError(in_words(error)) from None


def _unusable(where: str, error: Exception) -> SettingsError:
    return SettingsError("ledger", f"{where} cannot be used: {in_words(error)}.")
