"""Targets that write into a database that is really there: PostgreSQL and DuckDB."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from tests.warehouses import venvs
from tests.warehouses.compare import Manners, Row, Tables, blank_is_null
from tests.warehouses.destinations.base import Destination, read, read_tables
from tests.warehouses.postgres_server import PostgresServer


class _InServer(Destination):
    """A target that writes into a schema of a PostgreSQL server."""

    database_setting: ClassVar[str]

    def __init__(self, folder: Path, server: PostgresServer, schema: str) -> None:
        super().__init__(folder)
        self.server = server
        self.schema = schema

    @property
    def config(self) -> dict[str, Any]:
        return {
            "host": self.server.host,
            "port": self.server.port,
            "user": self.server.user,
            "password": "trusted",
            self.database_setting: self.server.database,
            "default_target_schema": self.schema,
        }

    def tables(self) -> Tables:
        return read_tables(
            self.bin / "python", engine="postgres", connect=self._connect, schema=self.schema
        )

    def query(self, sql: str) -> Iterator[Row]:
        """The rows of a query that finds the tables by their bare names."""
        queries = [f"set search_path to {self.schema}", sql]
        return read(self.bin / "python", engine="postgres", connect=self._connect, sql=queries)

    def altered(self) -> list[str]:
        return [line for line in self.server.altered() if self.schema in line]

    @property
    def _connect(self) -> str:
        server = self.server
        return f"host={server.host} port={server.port} user={server.user} dbname={server.database}"


class Postgres(_InServer):
    """MeltanoLabs' target-postgres."""

    name = "target-postgres"
    requirements = ("meltanolabs-target-postgres==0.8.1",)
    executable = "target-postgres"
    database_setting = "database"
    # It hands PostgreSQL moments with a zone for columns without one, and the
    # server then takes the session's zone: that must be UTC.
    environ: ClassVar[dict[str, str]] = {"PGTZ": "UTC"}
    manners = Manners(
        types={
            "money": "numeric(38,9)",
            "moment": "timestamp without time zone",
            "text": "text",
            "integer": "bigint",
            "number": "numeric",
            "boolean": "boolean",
            "object": "jsonb",
            "objects": "jsonb[]",
            "texts": "text[]",
        },
        deletes=True,
    )

    @property
    def config(self) -> dict[str, Any]:
        return {**super().config, "hard_delete": True}


class _Marked(Destination):
    """A target without ACTIVATE_VERSION, which marks each row with when it was extracted."""

    began_at = datetime.min.replace(tzinfo=UTC)

    def began(self) -> None:
        self.began_at = datetime.now(UTC)

    def newest(self, stream: str, row: Row) -> bool:
        del stream
        extracted = datetime.fromisoformat(row["_sdc_extracted_at"])
        return extracted.replace(tzinfo=UTC) >= self.began_at


def _escaped(text: str) -> str | None:
    """Control characters stand in the column as JSON spells them: a line break as two signs."""
    return re.sub("[\\x00-\\x1f]", lambda found: json.dumps(found[0])[1:-1], text) or None


class PipelinewisePostgres(_Marked, _InServer):
    """PipelineWise's target-postgres, which owes nothing to the SDK."""

    name = "pipelinewise-target-postgres"
    requirements = ("pipelinewise-target-postgres==2.1.2",)
    executable = "target-postgres"
    database_setting = "dbname"
    manners = Manners(
        types={
            "money": "character varying",
            "moment": "timestamp without time zone",
            "text": "character varying",
            "integer": "numeric",
            "number": "double precision",
            "boolean": "boolean",
            "object": "jsonb",
            "objects": "jsonb",
            "texts": "jsonb",
        },
        deletes=False,
        text=_escaped,
    )

    @cached_property
    def bin(self) -> Path:
        """Where its programs are; its driver is not to be had for Python 3.13."""
        python = sys.executable
        if sys.version_info >= (3, 13):
            python = shutil.which("python3.12") or shutil.which("python3.11") or python
        made = venvs.environment(*self.requirements, python=python)
        # Where it can be built, it may still not be loaded.
        imported = [str(made / "python"), "-c", "import target_postgres"]
        subprocess.run(imported, check=True, capture_output=True, text=True)
        return made

    @property
    def config(self) -> dict[str, Any]:
        return {**super().config, "add_metadata_columns": True}


class DuckDB(_Marked):
    """target-duckdb, with the DuckDB that it loses no rows with."""

    name = "target-duckdb"
    requirements = ("target-duckdb==0.8.0", "duckdb<1.3")
    executable = "target-duckdb"
    manners = Manners(
        types={
            "money": "VARCHAR",
            "moment": "TIMESTAMP",
            "text": "VARCHAR",
            "integer": "HUGEINT",
            "number": "DOUBLE",
            "boolean": "BOOLEAN",
            "object": "JSON",
            "objects": "JSON",
            "texts": "JSON",
        },
        deletes=False,
        text=blank_is_null,
    )
    schema = "loop"

    @property
    def path(self) -> Path:
        """The database's file."""
        return self.folder / "warehouse.duckdb"

    @property
    def config(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "filepath": str(self.path),
            "default_target_schema": self.schema,
            "add_metadata_columns": True,
        }

    def tables(self) -> Tables:
        return read_tables(
            self.bin / "python", engine="duckdb", connect=str(self.path), schema=self.schema
        )

    def query(self, sql: str) -> Iterator[Row]:
        """The rows of a query that finds the tables by their bare names."""
        queries = [f"use warehouse.{self.schema}", sql]
        return read(self.bin / "python", engine="duckdb", connect=str(self.path), sql=queries)
