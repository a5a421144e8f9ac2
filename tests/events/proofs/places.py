"""Places for a store on a small disk that can be filled, with someone who can lock it."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tests.warehouses.postgres_server import PostgresServer, postgres

_MEGABYTES = 700
FULL_DISKS = os.geteuid() == 0
"""A disk of one's own takes root to mount; without it the proofs say that no disk was full."""


class Place(Protocol):
    """A store's address, and what can be done to it."""

    url: str

    def filled(self) -> contextlib.AbstractContextManager[None]:
        """No byte is left on the disk while in the block."""

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Somebody else holds the store while in the block."""

    def crash(self) -> bool:
        """End the database's own process at once; False if it has none."""


@contextmanager
def disk() -> Iterator[Path]:
    """A folder on an ext4 of its own, or any folder where nothing can be mounted."""
    with tempfile.TemporaryDirectory(prefix="loop-events-") as name:
        folder = Path(name) / "disk"
        folder.mkdir()
        if not FULL_DISKS:
            yield folder
            return
        image = Path(name) / "image"
        with image.open("wb") as file:
            file.truncate(_MEGABYTES * 1024 * 1024)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True)
        # What is killed here is processes, never the power: flushing the real disk only takes time.
        subprocess.run(["mount", "-o", "loop,nobarrier", image, folder], check=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", folder], check=True)


@contextmanager
def _filler(folder: Path) -> Iterator[None]:
    """Take all that is left of a disk, to the last block."""
    path = folder / "filler"
    if not FULL_DISKS:
        yield
        return
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        size, step = 0, 64 * 1024 * 1024
        while step >= 4096:
            try:
                os.posix_fallocate(file, size, step)
                size += step
            except OSError:
                step //= 2
        yield
    finally:
        os.close(file)
        path.unlink()


class SqlitePlace:
    """An SQLite file on the small disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = str(folder / "events.db")

    @contextmanager
    def filled(self) -> Iterator[None]:
        """The disk is full."""
        with _filler(self._folder):
            yield

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another writer holds the file."""
        with contextlib.closing(sqlite3.connect(self.url, timeout=5)) as other:
            with contextlib.suppress(sqlite3.OperationalError):
                other.execute("begin immediate")
            yield

    def crash(self) -> bool:
        """SQLite has no process of its own."""
        return False


class PostgresPlace:
    """A PostgreSQL database whose tables are on the small disk."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self._folder = folder
        self.url = f"postgresql://{server.user}@{server.host}:{server.port}/{server.database}"
        space = folder / "tables"
        space.mkdir()
        if os.geteuid() == 0:
            owner = server.log.stat()
            os.chown(space, owner.st_uid, owner.st_gid)
            for one in (folder, folder.parent):
                one.chmod(0o755)
        self._run(f"create tablespace small location '{space}'")
        self._run(f"alter database {server.database} set default_tablespace = small")

    @contextmanager
    def filled(self) -> Iterator[None]:
        """The disk of the tables is full."""
        with _filler(self._folder):
            yield

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another session holds the table that numbers the events."""
        with contextlib.suppress(psycopg.Error), psycopg.connect(self.url) as other:
            other.execute("set lock_timeout = '5s'")
            other.execute("lock table loopreturns_events.store")
            yield
            other.rollback()
            return
        yield

    def crash(self) -> bool:
        """Kill a session's process: the server ends all of them and recovers from its log."""
        with contextlib.suppress(psycopg.Error, ProcessLookupError):
            found = self._run(
                "select pid from pg_stat_activity where backend_type = 'client backend' "
                "and pid <> pg_backend_pid() limit 1"
            )
            if found:
                os.kill(found[0][0], signal.SIGKILL)
                return True
        return False

    def _run(self, statement: Any) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []


@contextmanager
def place(kind: str) -> Iterator[Place]:
    """An empty store of a kind: "sqlite" or "postgres"."""
    if kind == "sqlite":
        with disk() as folder:
            yield SqlitePlace(folder)
    else:
        with disk() as folder, postgres() as server:
            yield PostgresPlace(server, folder)
