"""The targets of the matrix, each with its configuration, its tables and its manners."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.warehouses.destinations.base import Destination
from tests.warehouses.destinations.databases import DuckDB, PipelinewisePostgres, Postgres
from tests.warehouses.destinations.files import Csv, JsonLines, StitchDryRun
from tests.warehouses.destinations.snowflake import Snowflake
from tests.warehouses.postgres_server import PostgresServer

NAMES = (
    "target-postgres",
    "target-snowflake",
    "target-csv",
    "target-duckdb",
    "target-jsonl",
    "pipelinewise-target-postgres",
)

FALLBACK = {"pipelinewise-target-postgres": "target-stitch"}
"""What stands in for a target that needs a compiler, and a Python before 3.13."""

__all__ = ["FALLBACK", "NAMES", "Destination", "destination"]


def destination(name: str, folder: Path, server: PostgresServer | None = None) -> Destination:
    """A destination of its own, empty, in a folder of its own or in a schema of the server."""
    schema = re.sub(r"\W", "_", "_".join(folder.parts[-2:])).lower()
    if name in {"target-postgres", "pipelinewise-target-postgres"}:
        if server is None:
            raise ValueError(f"{name} needs a server")
        kind = Postgres if name == "target-postgres" else PipelinewisePostgres
        return kind(folder, server, schema)
    kinds: dict[str, Callable[[Path], Destination]] = {
        "target-snowflake": Snowflake,
        "target-csv": Csv,
        "target-duckdb": DuckDB,
        "target-jsonl": JsonLines,
        "target-stitch": StitchDryRun,
    }
    return kinds[name](folder)
