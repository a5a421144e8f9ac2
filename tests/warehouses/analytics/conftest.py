"""What the tests of this folder share: one account in DuckDB and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.warehouses.analytics import account, loaded
from tests.warehouses.analytics.building import Dbt, on_duckdb, on_postgres
from tests.warehouses.analytics.history import Sightings
from tests.warehouses.analytics.mock import Loop, Shop
from tests.warehouses.destinations.databases import DuckDB, Postgres
from tests.warehouses.postgres_server import PostgresServer, postgres

RETURNS = 400
ENGINES = ("duckdb", "postgres")


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL server, whose time zone is not UTC."""
    with postgres() as started:
        yield started


@dataclass(slots=True)
class BuiltWarehouse:
    """An account that is served, and the warehouse that it was loaded into."""

    shop: Shop
    loop: Loop
    to: DuckDB | Postgres
    dbt: Dbt
    state: dict[str, Any]
    history: Sightings = field(default_factory=Sightings)

    def load(self) -> None:
        """Load what has changed."""
        self.state = loaded.into(self.to, self.loop, self.state)


@pytest.fixture(scope="session")
def warehouse(
    server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], BuiltWarehouse]]:
    """The warehouse of an engine, loaded once a session."""
    made: dict[str, BuiltWarehouse] = {}
    shop = account.seeded(RETURNS)
    with loaded.served(shop) as loop:

        def make(engine: str) -> BuiltWarehouse:
            if engine not in made:
                folder: Path = tmp_path_factory.mktemp(engine)
                to, dbt = _of(engine, folder, server)
                made[engine] = BuiltWarehouse(shop, loop, to, dbt, loaded.into(to, loop))
            return made[engine]

        for engine in ENGINES:  # before any of them changes the account
            make(engine)
        yield make


def _of(engine: str, folder: Path, server: PostgresServer) -> tuple[DuckDB | Postgres, Dbt]:
    if engine == "duckdb":
        duck = loaded.duckdb(folder)
        return duck, on_duckdb(duck.path, folder / "dbt")
    to = loaded.postgres(folder, server, "loop")
    return to, on_postgres(server, folder / "dbt", "analytics")
