"""Where the marts are: a DuckDB file or a PostgreSQL database."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from loopreturns_report.errors import ReportError

Row = dict[str, Any]

REQUIRED = (
    "loop__definitions",
    "loop__returns",
    "loop__return_lines",
    "loop__exchanges",
    "loop__labels",
    "loop__customers",
    "loop__returns_by_day",
    "loop__sales_by_day",
)
OPTIONAL = ("loop__shipments_under_way", "loop__actions")
_INSTALL = 'install what the report needs: pip install "tap-loopreturns[report]"'


class Queryable(Protocol):
    """What both drivers offer."""

    def execute(self, sql: str, parameters: Any = ...) -> Any: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Marts:
    """An open warehouse and the schema that the marts stand in."""

    connection: Queryable
    schema: str
    name: str
    """How it is called in messages; without a password."""
    dollar: bool
    """Whether parameters are written `$name`; else `%(name)s`."""
    there: frozenset[str] = frozenset()
    """The marts that it has."""

    def ask(self, sql: str, parameters: Mapping[str, Any]) -> list[Row]:
        """The rows of a query, in which `{schema}` is the schema and `$name` a parameter."""
        sql = sql.replace("{schema}", f'"{self.schema}"')
        used = {name: parameters[name] for name in re.findall(r"\$(\w+)", sql)}
        if not self.dollar:
            sql = re.sub(r"\$(\w+)", r"%(\1)s", sql.replace("%", "%%"))
        cursor = self.connection.execute(sql, used)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def connect(address: str, schema: str) -> Marts:
    """Open a DuckDB file, or a database by its `postgresql://` address.

    Raises:
        ReportError: it cannot be opened, or a mart is missing.
    """
    if re.match(r"postgres(ql)?://", address):
        warehouse = _postgres(address, schema)
    else:
        warehouse = _duckdb(Path(address), schema)
    return _with_marts(warehouse)


def _duckdb(path: Path, schema: str) -> Marts:
    if not path.is_file():
        raise ReportError(
            f"there is no file {path}: name the DuckDB file that dbt has built the marts in"
        )
    driver = _driver("duckdb")
    try:
        connection = driver.connect(str(path), read_only=True)
    except driver.Error as error:
        first = str(error).splitlines()[0]
        raise ReportError(f"{path} cannot be opened as a DuckDB file: {first}") from None
    return Marts(connection, schema, str(path), dollar=True)


def _postgres(address: str, schema: str) -> Marts:
    driver = _driver("psycopg")
    name = re.sub(r"//[^@/]*@", "//", address).partition("?")[0]
    try:
        connection = driver.connect(address, autocommit=True)
    except driver.Error as error:
        # The driver's message may hold the address, and with it a password.
        said = str(error).replace(address, name).strip().splitlines() or ["no reason given"]
        raise ReportError(f"{name} cannot be reached: {said[0]}") from None
    return Marts(connection, schema, name, dollar=False)


def _driver(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise ReportError(f"{name} is not installed; {_INSTALL}") from None


def _with_marts(found: Marts) -> Marts:
    tables = found.ask(
        "select table_name from information_schema.tables where table_schema = $name",
        {"name": found.schema},
    )
    there = frozenset(row["table_name"] for row in tables)
    missing = [mart for mart in REQUIRED if mart not in there]
    if missing:
        raise ReportError(
            f"there is no {missing[0]} in the schema {found.schema} of {found.name}: "
            "run `dbt build` of the package loop_returns, or name its schema with --schema"
        )
    return Marts(found.connection, found.schema, found.name, found.dollar, there)
