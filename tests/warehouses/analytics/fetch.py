"""Run by the Python of dbt's environment: a query's column names, then its rows, as JSON lines.

Every value is a text, and equal values are equal texts. It stands alone, since that environment
has nothing of this project.
"""

import importlib
import json
import sys
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def spelled(value: Any) -> str | None:
    """A value as a text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, Decimal)):
        return format(Decimal(value).normalize(), "f")
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else repr(value)


def main() -> None:
    engine, connect, sql = sys.argv[1:4]
    if engine == "duckdb":
        cursor = importlib.import_module("duckdb").connect(connect, read_only=True)
    else:
        cursor = importlib.import_module("psycopg2").connect(connect).cursor()
    cursor.execute(sql)
    sys.stdout.write(json.dumps([column[0] for column in cursor.description]) + "\n")
    while rows := cursor.fetchmany(10_000):
        sys.stdout.write(
            "".join(json.dumps([spelled(value) for value in row]) + "\n" for row in rows)
        )


if __name__ == "__main__":
    main()
