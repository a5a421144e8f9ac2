"""The command line of the unmodified target-snowflake, on fakesnow instead of Snowflake.

fakesnow answers the connector's calls with DuckDB: sessions, SHOW, CREATE TABLE,
reflection, MERGE. What it lacks is a user's stage (`@~/…`), which the target
loads through. That alone is supplied here, around the cursor: PUT copies a file
into a folder, MERGE and COPY read the folder through a staging table, REMOVE
deletes it. The target's own text of DDL, casts and MERGE is what runs.

It runs by the Python of the target's environment and stands alone. Taken from
the environment: FAKESNOW_DB_PATH, the folder where the database is kept, and
FAKESNOW_SQL_LOG, a file to log the target's statements to.
"""

import gzip
import importlib
import os
import re
import shutil
import sys
import tempfile
import threading
import traceback
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

_PUT = re.compile(r"\s*put\s+%\(file_uri\)s\s+'@~/(?P<stage>[^']+)'", re.IGNORECASE)
_REMOVE = re.compile(r"\s*remove\s+'@~/(?P<stage>[^']+)'", re.IGNORECASE)
_MERGE = re.compile(
    r"(?P<before>\s*merge into (?P<table>\S+) d using )"
    r"\(select (?P<columns>.*?) from '@~/(?P<stage>[^']+)'\s*\(file_format => [^)]*\) "
    r"(?P<newest>QUALIFY .*? = 1)\) s (?P<after>on .*)",
    re.IGNORECASE | re.DOTALL,
)
_COPY = re.compile(
    r"\s*copy into (?P<table>\S+) (?P<names>\(.*?\)) from "
    r"\(select (?P<columns>.*) from '@~/(?P<stage>[^']+)'\).*",
    re.IGNORECASE | re.DOTALL,
)


class UserStage:
    """Stands in front of a cursor's `execute`, and takes what concerns `@~/…`."""

    def __init__(self, execute: Any, log: Path | None) -> None:
        self._execute = execute
        self._log = log
        self._folder = Path(tempfile.mkdtemp(prefix="user-stage-"))
        self._lock = threading.RLock()

    def __call__(self, cursor: Any, command: str, params: Any = None, **more: Any) -> Any:
        """Execute a statement."""
        with self._lock:
            self._write_log(command)
            if found := _PUT.match(command):
                stage = self._folder / found["stage"]
                stage.mkdir(parents=True, exist_ok=True)
                shutil.copy(url2pathname(urlparse(params["file_uri"]).path), stage)
                return self._execute(cursor, "select 'UPLOADED' as status")
            if found := _REMOVE.match(command):
                shutil.rmtree(self._folder / found["stage"].rstrip("/"), ignore_errors=True)
                return self._execute(cursor, "select 'removed' as result")
            if found := _MERGE.match(command):
                return self._merge(cursor, found)
            if found := _COPY.match(command):
                return self._copy(cursor, found)
            return self._execute(cursor, command, params, **more)

    def _merge(self, cursor: Any, found: re.Match[str]) -> Any:
        staged = self._staged(cursor, found)
        try:
            # Snowflake's QUALIFY sees the aliases of its select, DuckDB's does not.
            rows = f"select * from (select {found['columns']}, SEQ from {staged}) q"
            sql = f"{found['before']}({rows} {found['newest']}) s {found['after']}"
            self._execute(cursor, _from_staging(sql))
            cursor.fetchone()
            cursor._arrow_table_fetch_index = None  # the target reads it again
        finally:
            self._drop(cursor, staged)
        return cursor

    def _copy(self, cursor: Any, found: re.Match[str]) -> Any:
        staged = self._staged(cursor, found)
        try:
            insert = f"insert into {found['table']} {found['names']}"
            self._execute(
                cursor, _from_staging(f"{insert} select {found['columns']} from {staged}")
            )
            (rows,) = cursor.fetchone()
            self._execute(
                cursor,
                f"select 'file' as file, 'LOADED' as status, {rows} as rows_parsed, "
                f"{rows} as rows_loaded",
            )
        finally:
            self._drop(cursor, staged)
        return cursor

    def _staged(self, cursor: Any, found: re.Match[str]) -> str:
        """The name of a table with the lines of a stage's files, numbered."""
        database, schema = (part.strip('"') for part in found["table"].split(".")[:2])
        if not cursor._conn.schema_set:  # fakesnow's MERGE wants one
            self._execute(cursor, f"use schema {database}.{schema}")
        lines = []
        for path in sorted((self._folder / found["stage"].rstrip("/")).iterdir()):
            with gzip.open(path, "rt", encoding="utf-8") as file:
                # Only "\n" ends a line here; a text may hold other separators.
                lines += [line for line in file.read().split("\n") if line]
        name = f'"{database}"."{schema}"."STAGED_{uuid.uuid4().hex.upper()}"'
        duck = cursor._duck_conn
        duck.execute(
            f"create table {name} as select * from "
            "(select unnest(range(?)) as SEQ, unnest(?::varchar[])::json as C1)",
            [len(lines), lines],
        )
        return name

    def _drop(self, cursor: Any, staged: str) -> None:
        cursor._duck_conn.cursor().execute(f"drop table if exists {staged}")

    def _write_log(self, command: str) -> None:
        if self._log:
            with self._log.open("a", encoding="utf-8") as log:
                log.write(" ".join(command.split()) + "\n")


def _from_staging(sql: str) -> str:
    return sql.replace("$1:", "C1:").replace("SEQ8()", "SEQ")


def main() -> None:
    fakesnow = importlib.import_module("fakesnow")
    cursor = importlib.import_module("fakesnow.cursor").FakeSnowflakeCursor
    log = os.environ.get("FAKESNOW_SQL_LOG")
    stage = UserStage(cursor.execute, Path(log) if log else None)
    cursor.execute = lambda self, command, params=None, *_, **more: stage(
        self, command, params, **more
    )
    with fakesnow.patch(
        db_path=os.environ.get("FAKESNOW_DB_PATH"), nop_regexes=[r"drop file format"]
    ):
        target = importlib.import_module("target_snowflake.target").TargetSnowflake
        try:
            target.cli(sys.argv[1:], standalone_mode=False)
        except BaseException:  # noqa: BLE001  DuckDB's threads would keep the process up
            traceback.print_exc()
            sys.stderr.flush()
            sys.stdout.flush()
            os._exit(1)


if __name__ == "__main__":
    main()
