"""The store in one SQLite file: write-ahead log, flushed to disk at every commit."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from loopreturns_events.errors import StoreTrouble, Trouble
from loopreturns_events.store.session import LAYOUT, Row

TABLES = """
create table if not exists store (
    id text not null, layout integer not null, last integer not null, checked_at text
);
create table if not exists events (
    id integer primary key, sequence integer not null unique,
    shop text not null, digest blob not null,
    topic text, trigger_name text, return_id text,
    received_at text not null, last_received_at text not null,
    count integer not null, body blob not null,
    unique (shop, digest)
);
create table if not exists aside (
    id integer primary key, shop text not null, received_at text not null,
    signature blob not null, digest blob not null, body blob not null, size integer not null,
    unique (shop, digest, signature)
);
create index if not exists aside_room on aside (shop, size);
create table if not exists readers (
    name text primary key, confirmed integer not null, confirmed_at text not null
);
"""
_PRIVATE = 0o600
_MOMENT = 0.01  # seconds
_REASONS: dict[int, Trouble] = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_FULL: "full",
}


class SqliteSession:
    """A connection to a file; may be used by one thread at a time.

    Args:
        path: The file.
        create: Make it where there is none.
        patience: Seconds to wait for another writer.
    """

    last = "select last from store"

    def __init__(self, path: str, *, create: bool = True, patience: float = 2.0) -> None:
        self._path = Path(path)
        self._create = create
        self._patience = patience
        self._connection: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction; writers wait for each other (see `Session`)."""
        with self._told() as connection:
            connection.execute("begin immediate")
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
            return connection.execute(statement, values).fetchall()

    def run_each(self, statement: str, rows: Iterable[Sequence[Any]]) -> list[Row]:
        """Run one statement for each row."""
        with self._told() as connection:
            return [connection.execute(statement, row).fetchone() for row in rows]

    def size(self) -> int:
        """Bytes of the file and of its log."""
        names = (self._path, Path(f"{self._path}-wal"))
        return sum(path.stat().st_size for path in names if path.exists())

    def close(self) -> None:
        """Close the file."""
        if self._connection:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    @contextmanager
    def _told(self) -> Iterator[sqlite3.Connection]:
        """The connection; what goes wrong with it becomes StoreTrouble."""
        try:
            yield self._connected()
        except (sqlite3.OperationalError, sqlite3.DatabaseError, OSError) as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            reason = _REASONS.get(code, "away")
            if reason != "locked":
                self.close()
            raise StoreTrouble(reason, f"{self._path.name}: {error}") from None

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
        elif not self._connection.in_transaction and self._inode != _inode(self._path):
            # Moved or deleted: what is written to the old file nobody would ever read.
            self.close()
            raise StoreTrouble("away", f"{self._path.name} is not the file that was opened")
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        if not self._create and not (self._path.exists() and self._path.stat().st_size):
            raise StoreTrouble("away", f"no receiver has made {self._path} yet")
        self._path.touch(_PRIVATE)  # bodies hold personal data
        connection = sqlite3.connect(
            self._path, timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        try:
            _write_ahead(connection, self._patience)
            connection.execute("pragma synchronous = full")
            if not connection.execute(
                "select 1 from sqlite_master where name = 'readers'"
            ).fetchone():
                _lay_out(connection)
            check_layout(connection.execute("select layout from store").fetchone()[0])
            self._inode = _inode(self._path)
        except BaseException:
            connection.close()
            raise
        return connection

    def _roll_back(self) -> None:
        if self._connection and self._connection.in_transaction:
            with suppress(sqlite3.Error):
                self._connection.execute("rollback")


def check_layout(layout: int) -> None:
    """Refuse what a later version has laid out.

    Raises:
        StoreTrouble: it has.
    """
    if layout != LAYOUT:
        raise StoreTrouble("fault", "a later version of loopreturns-events has made it")


def _write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """Set the journal's mode; SQLite lets nobody wait for it where two make the file at once."""
    until = time.monotonic() + patience
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(_MOMENT)
        else:
            return


def _lay_out(connection: sqlite3.Connection) -> None:
    """Make the tables all at once: a process may be killed here, another may do the same."""
    connection.execute("begin immediate")
    try:
        for statement in filter(str.strip, TABLES.split(";")):
            connection.execute(statement)
        connection.execute(
            "insert into store (id, layout, last) select ?, ?, 0 "
            "where not exists (select 1 from store)",
            (uuid.uuid4().hex, LAYOUT),
        )
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
