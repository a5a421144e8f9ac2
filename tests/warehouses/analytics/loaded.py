"""An account brought into a warehouse by the tap and a real target, or in bulk into DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.warehouses import pipe
from tests.warehouses.analytics.mock import Loop, Quirks, Shop, serve
from tests.warehouses.destinations.base import Destination
from tests.warehouses.destinations.databases import DuckDB, Postgres
from tests.warehouses.postgres_server import PostgresServer

KEY = "test-key"
STREAMS = (
    "returns",
    "return_line_items",
    "return_exchanges",
    "return_labels",
    "advanced_shipping_notices",
    "orders",
    "products",
)
WITHOUT_ORDERS = STREAMS[:-2]
OFF = {
    f"loop_using_{stream}": False
    for stream in (
        "label_requests",
        "happy_returns_shipments",
        "happy_returns_shipment_items",
        "allowlist_items",
        "blocklist_items",
        "destinations",
        "webhooks",
    )
}
"""What is not loaded here, as dbt is told."""


@contextmanager
def served(shop: Shop) -> Iterator[Loop]:
    """Serve an account without a limit of requests."""
    with serve(shop, key=KEY, quirks=Quirks(requests_per_minute=None)) as loop:
        yield loop


def settings(loop: Loop) -> dict[str, Any]:
    """A configuration of the tap for this account; all notices are read again each time."""
    return {
        "api_key": KEY,
        "api_url": loop.url,
        "requests_per_minute": 60_000,
        "retry_minutes": 0,
        "trailing_days": 3_650,
        "start_date": "2020-01-01",
    }


def catalog(*streams: str) -> dict[str, Any]:
    """The catalog with some streams selected, whole but for the lists that are tables, too."""
    found = pipe.catalog()
    found["streams"] = [one for one in found["streams"] if one["stream"] in streams]
    for stream in found["streams"]:
        for entry in stream["metadata"]:
            if stream["stream"] == "returns" and entry["breadcrumb"][1:] in (
                ["line_items"], ["exchanges"], ["labels"],
            ):  # fmt: skip
                entry["metadata"]["selected"] = False
    return found


def into(
    to: Destination,
    loop: Loop,
    state: dict[str, Any] | None = None,
    streams: tuple[str, ...] = STREAMS,
    **more: Any,
) -> dict[str, Any]:
    """Load an account, and return the state to go on from."""
    return pipe.load(
        {**settings(loop), **more},
        to.command,
        environ=to.environ,
        state=state,
        streams=catalog(*streams),
    )


def duckdb(folder: Path, schema: str = "loop") -> DuckDB:
    """A DuckDB file to load into."""
    folder.mkdir(parents=True, exist_ok=True)
    to = DuckDB(folder)
    to.schema = schema
    return to


def postgres(folder: Path, server: PostgresServer, schema: str) -> Postgres:
    """A schema of a server to load into."""
    folder.mkdir(parents=True, exist_ok=True)
    return Postgres(folder, server, schema)
