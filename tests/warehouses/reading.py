"""Run by the Python of a target's own environment: prints what its tables hold, as JSON lines.

Takes one JSON argument: {"engine": "postgres" | "duckdb" | "fakesnow", "connect": …, and
either "schema": all its tables, or "sql": a list of queries}. It stands alone,
since the environments of targets have nothing of this project.
"""

import importlib
import json
import sys
from typing import Any


def main() -> None:
    given = json.loads(sys.argv[1])
    connection = _connect(given["engine"], given["connect"])
    cursor = connection.cursor()
    if "sql" in given:
        for sql in given["sql"]:
            cursor.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            for row in cursor.fetchall() if names else ():
                _say(dict(zip(names, row, strict=True)))
        return
    cursor.execute(
        "select table_name, column_name, data_type, numeric_precision, numeric_scale"
        + (", udt_name" if given["engine"] == "postgres" else ", data_type")
        + " from information_schema.columns"
        f" where table_schema = '{given['schema']}' order by table_name, ordinal_position"
    )
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind, precision, scale, exact in cursor.fetchall():
        spelled = f"{exact[1:]}[]" if kind == "ARRAY" else kind
        if kind == "numeric" and precision:
            spelled = f"numeric({precision},{scale})"
        tables.setdefault(table, {})[column] = spelled
    for table, columns in tables.items():
        _say({"table": table, "columns": columns})
        _rows(cursor, given, table, columns)


def _rows(cursor: Any, given: dict[str, Any], table: str, columns: dict[str, str]) -> None:
    if given["engine"] == "postgres":
        # PostgreSQL itself spells every type as JSON, numbers digit for digit.
        cursor.execute(f'select row_to_json(t)::text from "{given["schema"]}"."{table}" t')
        for (row,) in cursor.fetchall():
            sys.stdout.write(f"{row}\n")
        return
    cursor.execute(f'select * from "{given["schema"]}"."{table}"')
    for row in cursor.fetchall():
        found = dict(zip(columns, row, strict=True))
        for name, kind in columns.items():
            if kind == "JSON" and found[name] is not None:
                found[name] = json.loads(found[name])
        _say(found)


def _connect(engine: str, to: Any) -> Any:
    if engine == "duckdb":
        return importlib.import_module("duckdb").connect(to, read_only=True)
    if engine == "fakesnow":
        fakes = importlib.import_module("fakesnow.instance").FakeSnow(db_path=to["path"])
        return fakes.connect(to["database"], to["schema"])
    try:
        psycopg = importlib.import_module("psycopg")
    except ImportError:
        psycopg = importlib.import_module("psycopg2")
    connection = psycopg.connect(to)
    connection.autocommit = True
    return connection


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what, default=str) + "\n")


if __name__ == "__main__":
    main()
