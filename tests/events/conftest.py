"""The stores that every test runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from loopreturns_events.store import Store, open_store
from tests.warehouses.postgres_server import PostgresServer, postgres


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """A real PostgreSQL server."""
    with postgres() as server:
        yield server


def url(server: PostgresServer) -> str:
    """The address of its database."""
    return f"postgresql://{server.user}@{server.host}:{server.port}/{server.database}"


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: Any, tmp_path: Path) -> str:
    """The address of an empty store."""
    if request.param == "sqlite":
        return str(tmp_path / "events.db")
    found = url(request.getfixturevalue("server"))
    with psycopg.connect(found, autocommit=True) as connection:
        connection.execute("drop schema if exists loopreturns_events cascade")
    return found


@pytest.fixture
def store(where: str) -> Iterator[Store]:
    """An empty store."""
    store = open_store(where)
    yield store
    store.close()
