"""What the tests of this folder share: one server, and tables that were loaded once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.warehouses import matrix
from tests.warehouses.destinations import destination
from tests.warehouses.postgres_server import PostgresServer, postgres

Proven = Callable[[str], matrix.Landed]


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL server, whose time zone is not UTC."""
    with postgres() as started:
        yield started


@pytest.fixture(scope="session")
def proven(server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Proven:
    """The outcome of a target, put to the proof once a session."""
    outcomes: dict[str, matrix.Landed] = {}

    def prove(name: str) -> matrix.Landed:
        if name not in outcomes:
            folder: Path = tmp_path_factory.mktemp(name)
            outcomes[name] = matrix.prove(lambda path: destination(name, path, server), folder)
        return outcomes[name]

    return prove
