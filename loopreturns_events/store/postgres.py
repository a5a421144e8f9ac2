"""The store in PostgreSQL, for several receivers behind a balancer."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from loopreturns_events.errors import StoreTrouble, Trouble
from loopreturns_events.store.session import LAYOUT, Row
from loopreturns_events.store.sqlite import check_layout

SCHEMA = "loopreturns_events"
TABLES = """
create schema if not exists loopreturns_events;
create table if not exists store (
    id text not null, layout integer not null, last bigint not null, checked_at text
);
create table if not exists events (
    id bigint primary key, sequence bigint not null unique,
    shop text not null, digest bytea not null,
    topic text, trigger_name text, return_id text,
    received_at text not null, last_received_at text not null,
    count bigint not null, body bytea not null,
    unique (shop, digest)
);
create table if not exists aside (
    id bigint generated always as identity primary key, shop text not null,
    received_at text not null, signature bytea not null, digest bytea not null,
    body bytea not null, size bigint not null,
    unique (shop, digest, signature)
);
create index if not exists aside_room on aside (shop, size);
create table if not exists readers (
    name text primary key, confirmed bigint not null, confirmed_at text not null
);
"""
_MAKING = 7_220_418_113
"""Number of the advisory lock under which the tables are made."""
_SETTINGS = (
    "set search_path = loopreturns_events",
    # A receiver that froze in a transaction must not hold off the others for ever.
    "set idle_in_transaction_session_timeout = '15s'",
    "set lock_timeout = '2s'",
    "set statement_timeout = '10s'",
)
_AWAY: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


class PostgresSession:
    """A connection to a server; may be used by one thread at a time.

    Args:
        url: A `postgresql://` address, or any connection string of libpq.
        create: Make the tables where there are none.
    """

    # The row's lock is let go after the commit is visible: sequences appear in their order,
    # which those of a PostgreSQL sequence do not.
    last = "select last from store for update"

    def __init__(self, url: str, *, create: bool = True) -> None:
        self._url = url
        self._create = create
        self._connection: psycopg.Connection[Row] | None = None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction; writers wait for each other (see `Session`)."""
        with self._told() as connection:
            connection.execute("begin")
        try:
            yield
            with self._told() as connection:
                connection.execute("commit")
        except BaseException:
            self._roll_back()
            raise

    def run(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run one statement."""
        with self._told() as connection:
            found = connection.execute(_spelled(statement), values)
            return found.fetchall() if found.description else []

    def run_each(self, statement: str, rows: Iterable[Sequence[Any]]) -> list[Row]:
        """Run one statement for each row, all of them in one trip to the server."""
        with self._told() as connection, connection.cursor() as cursor:
            cursor.executemany(_spelled(statement), rows, returning=True)
            return [one for result in cursor.results() for one in result.fetchall()]

    def size(self) -> int:
        """Bytes of the tables and their indexes."""
        names = ("store", "events", "aside", "readers")
        rows = self.run_each(
            "select pg_total_relation_size(?::regclass)", [(f"{SCHEMA}.{name}",) for name in names]
        )
        return sum(int(row[0]) for row in rows)

    def close(self) -> None:
        """Leave the server."""
        if self._connection:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection = None

    @contextmanager
    def _told(self) -> Iterator[psycopg.Connection[Row]]:
        """The connection; what goes wrong with it becomes StoreTrouble."""
        try:
            yield self._connected()
        except psycopg.Error as error:
            reason = _reason(error)
            if reason != "locked":
                self.close()
            # Of the error only the class: its text may quote a row or the address.
            raise StoreTrouble(reason, f"PostgreSQL: {type(error).__name__}") from None

    def _connected(self) -> psycopg.Connection[Row]:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> psycopg.Connection[Row]:
        connection = psycopg.connect(self._url, autocommit=True, **_AWAY)
        try:
            for setting in _SETTINGS:
                connection.execute(setting)
            found = connection.execute("show synchronous_commit").fetchone()
            if found and found[0] in ("off", "local"):
                connection.execute("set synchronous_commit = on")
            if not (connection.execute("select to_regclass('readers')").fetchone() or (None,))[0]:
                self._make(connection)
            check_layout((connection.execute("select layout from store").fetchone() or (0,))[0])
        except BaseException:
            connection.close()
            raise
        return connection

    def _make(self, connection: psycopg.Connection[Row]) -> None:
        if not self._create:
            raise StoreTrouble("away", "no receiver has made its tables in this database yet")
        _lay_out(connection)

    def _roll_back(self) -> None:
        if self._connection:
            try:
                self._connection.execute("rollback")
            except psycopg.Error:
                self.close()


def _spelled(statement: str) -> str:
    return statement.replace("?", "%s")


def _reason(error: psycopg.Error) -> Trouble:
    if isinstance(
        error,
        psycopg.errors.LockNotAvailable
        | psycopg.errors.QueryCanceled
        | psycopg.errors.DeadlockDetected
        | psycopg.errors.SerializationFailure,
    ):
        return "locked"
    return "full" if isinstance(error, psycopg.errors.DiskFull) else "away"


def _lay_out(connection: psycopg.Connection[Row]) -> None:
    """Make the tables all at once: another receiver may be doing the same."""
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (_MAKING,))
        connection.execute(TABLES)
        connection.execute(
            "insert into store (id, layout, last) select %s, %s, 0 "
            "where not exists (select 1 from store)",
            (uuid.uuid4().hex, LAYOUT),
        )
