"""The proof at any size: load, build, and hold every figure against the account."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.warehouses.analytics import account, bulk, copies, loaded, truth
from tests.warehouses.analytics.building import Dbt, on_duckdb, on_postgres
from tests.warehouses.analytics.choices import Choices
from tests.warehouses.analytics.history import Sightings
from tests.warehouses.analytics.mock import Shop
from tests.warehouses.destinations.databases import DuckDB, Postgres
from tests.warehouses.postgres_server import PostgresServer

SHIPPED = Choices(orders="loop", using={"orders": True, "products": True}, more=loaded.OFF)
WITHOUT_ORDERS = Choices(more=loaded.OFF)
OTHERS = Choices(
    basis="processed",
    zone="America/New_York",
    excluded=("cancelled",),
    outcome="money",
    retained="with_upsell",
    rate="value",
    rate_unit="whole",
    window_days=30,
    repeat=2,
    stuck_days=3,
    salt="pepper",
    emails=True,
    orders="loop",
    using={"orders": True},
    more=loaded.OFF,
)


@dataclass(slots=True)
class MartsProof:
    """What was done and found."""

    built: Counter[tuple[str, str]] = field(default_factory=Counter)
    figures: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: int = 0

    def timed(self, what: str, do: Callable[[], None]) -> None:
        began = time.monotonic()
        do()
        self.seconds[what] = self.seconds.get(what, 0) + time.monotonic() - began


def prove(
    engine: str,
    returns: int,
    folder: Path,
    server: PostgresServer | None = None,
    *,
    in_bulk: bool = False,
    choices: Choices = SHIPPED,
) -> MartsProof:
    """Load an account, build the package, and compare every mart with the account.

    Args:
        engine: duckdb or postgres.
        returns: How many the account has.
        folder: Where files may be left.
        server: For postgres.
        in_bulk: Into DuckDB by DuckDB's own reader instead of target-duckdb.
        choices: The definitions.
    """
    proof = MartsProof()
    made: list[Shop] = []
    orders = choices.orders == "loop"
    proof.timed("account", lambda: made.append(account.seeded(returns, orders=orders)))
    shop = made[0]
    streams = loaded.STREAMS if orders else loaded.WITHOUT_ORDERS
    dbt, load = _warehouse(engine, folder, server, shop, streams, in_bulk=in_bulk)
    proof.timed("load", load)

    _build(proof, dbt, choices)
    proof.timed("compare", lambda: compare(proof, dbt, shop, choices))
    return proof


def _build(proof: MartsProof, dbt: Dbt, choices: Choices) -> None:
    began = time.monotonic()
    built = dbt.build(choices.variables())
    proof.seconds["dbt build"] = time.monotonic() - began
    proof.built, proof.peak_mb = built.counts, built.peak_mb


def prove_copies(returns: int, number: int, folder: Path) -> tuple[MartsProof, MartsProof]:
    """Prove an account on DuckDB, then as many copies of it in one warehouse.

    Args:
        returns: How many the account has.
        number: How many copies.
        folder: Where files may be left.
    """
    one = prove("duckdb", returns, folder / "one", in_bulk=True, choices=WITHOUT_ORDERS)
    file, many = folder / "one/warehouse.duckdb", folder / "warehouse.duckdb"
    proof = MartsProof()
    proof.timed("load", lambda: copies.multiply(file, many, number))
    _build(proof, on_duckdb(many, folder / "dbt"), WITHOUT_ORDERS)

    def hold() -> None:
        proof.differences += copies.differences(file, many, number)

    proof.timed("compare", hold)
    proof.figures = one.figures * number
    proof.rows = {mart: rows * number for mart, rows in one.rows.items() if mart in copies.SINGLE}
    return one, proof


def _warehouse(
    engine: str,
    folder: Path,
    server: PostgresServer | None,
    shop: Shop,
    streams: tuple[str, ...],
    *,
    in_bulk: bool,
) -> tuple[Dbt, Callable[[], None]]:
    """Dbt on a warehouse, and what loads it."""
    if engine == "postgres":
        assert server
        to = loaded.postgres(folder, server, "loop")
        dbt = on_postgres(server, folder / "dbt", "analytics")
        return dbt, lambda: load(to, shop, streams)
    duck = loaded.duckdb(folder)

    def fill() -> None:
        with loaded.served(shop) as loop:
            bulk.into(duck.path, loop, streams)

    dbt = on_duckdb(duck.path, folder / "dbt")
    return dbt, fill if in_bulk else lambda: load(duck, shop, streams)


def load(to: DuckDB | Postgres, shop: Shop, streams: tuple[str, ...] = loaded.STREAMS) -> None:
    """Load an account by its target."""
    with loaded.served(shop) as loop:
        loaded.into(to, loop, streams=streams)


def compare(
    proof: MartsProof, dbt: Dbt, shop: Shop, choices: Choices, history: Sightings | None = None
) -> None:
    """Hold every mart against the account, and against what loads before have shown of it."""
    meant = truth.Truth(choices, history or Sightings())
    meant.add("loop", shop)
    for mart, rows in meant.marts():
        found = dbt.rows(f"select * from {dbt.schema}.{mart}")
        proof.differences += truth.differences(mart, rows, found)
        proof.rows[mart] = len(rows)
        proof.figures += len(rows) * len(rows[0]) if rows else 0
