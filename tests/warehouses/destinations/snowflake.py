"""MeltanoLabs' target-snowflake on fakesnow: Snowflake's SQL, executed by DuckDB."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.warehouses import fakesnow_target
from tests.warehouses.compare import Manners, Row, Table, Tables
from tests.warehouses.destinations.base import Destination, read, read_tables


class Snowflake(Destination):
    """The target is unmodified; what it connects to is not Snowflake."""

    name = "target-snowflake"
    requirements = ("meltanolabs-target-snowflake==0.20.4", "fakesnow==0.12.1")
    executable = "python"
    manners = Manners(
        types={
            "money": "NUMBER(38,9)",
            "moment": "TIMESTAMP_NTZ",
            "text": "TEXT",
            "integer": "NUMBER(38,0)",
            "number": "FLOAT",
            "boolean": "BOOLEAN",
            "object": "VARIANT",
            "objects": "VARIANT",
            "texts": "VARIANT",
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
        types = self._catalog()
        return {
            name: Table(types[name], [_lower(row) for row in table.rows])
            for name, table in capitals.items()
        }

    def _catalog(self) -> dict[str, dict[str, str]]:
        """The columns' types as a client of Snowflake is told them, not as DuckDB keeps them."""
        connect = {"path": str(self.folder), "database": "LOOP", "schema": "LOOP_RETURNS"}
        sql = (
            "select table_name, column_name, data_type, numeric_precision, numeric_scale "
            "from information_schema.columns where table_schema = 'LOOP_RETURNS'"
        )
        found: dict[str, dict[str, str]] = {}
        for row in read(self.bin / "python", engine="fakesnow", connect=connect, sql=[sql]):
            table, column, kind, precision, scale = row.values()
            sized = f"{kind}({precision},{scale})" if kind == "NUMBER" else kind
            found.setdefault(table.lower(), {})[column.lower()] = sized
        return found

    def created(self) -> dict[str, str]:
        """The CREATE TABLE statements that Snowflake would be given, by stream."""
        table = re.compile(r"create table \S*?(\w+)\"? \(", re.IGNORECASE)
        return {one[1].lower(): one.string for one in map(table.match, self._log()) if one}

    def altered(self) -> list[str]:
        return [line for line in self._log() if line.lower().startswith("alter table")]

    def _log(self) -> list[str]:
        log = Path(self.environ["FAKESNOW_SQL_LOG"])
        return log.read_text("utf-8").splitlines() if log.exists() else []


def _lower(row: Row) -> Row:
    return {name.lower(): value for name, value in row.items()}
