"""MeltanoLabs' target-snowflake on fakesnow: Snowflake's SQL, executed by DuckDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.targets import fakesnow_target
from tests.targets.compare import Manners, Row, Table, Tables
from tests.targets.destinations.base import Destination, read_tables


class Snowflake(Destination):
    """The target is unmodified; what it connects to is not Snowflake."""

    name = "target-snowflake"
    requirements = ("meltanolabs-target-snowflake==0.20.4", "fakesnow==0.12.1")
    executable = "python"
    manners = Manners(
        types={
            "money": "DECIMAL(38,9)",
            "moment": "TIMESTAMP",
            "text": "VARCHAR",
            "integer": "BIGINT",
            "number": "DOUBLE",
            "boolean": "BOOLEAN",
            "object": "JSON",
            "objects": "JSON",
            "texts": "JSON",
        },
        deletes=True,
    )

    @property
    def version(self) -> str:
        return f"{super().version} (fakesnow 0.12.1)"

    @property
    def environ(self) -> dict[str, str]:  # type: ignore[override]
        return {
            "FAKESNOW_DB_PATH": str(self.folder),
            "FAKESNOW_SQL_LOG": str(self.folder / "sql.log"),
        }

    @property
    def config(self) -> dict[str, Any]:
        return {
            "account": "fake",
            "user": "loader",
            "password": "trusted",
            "database": "LOOP",
            "default_target_schema": "LOOP_RETURNS",
            "hard_delete": True,
        }

    @property
    def command(self) -> list[str]:
        python, *rest = super().command
        return [python, fakesnow_target.__file__, *rest]

    def tables(self) -> Tables:
        capitals = read_tables(
            self.bin / "python",
            engine="duckdb",
            connect=str(self.folder / "LOOP.db"),
            schema="LOOP_RETURNS",
        )
        return {
            name: Table(_lower(table.columns), [_lower(row) for row in table.rows])
            for name, table in capitals.items()
        }

    def altered(self) -> list[str]:
        log = Path(self.environ["FAKESNOW_SQL_LOG"])
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        return [line for line in lines if line.lower().startswith("alter table")]


def _lower(row: Row) -> Row:
    return {name.lower(): value for name, value in row.items()}
