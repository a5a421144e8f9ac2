"""A large account brought into DuckDB in minutes: the tap's own messages, read by DuckDB itself.

target-duckdb takes an hour for a million returns. The tables have the columns and types that it
makes, and a test holds the two against each other.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tap_loopreturns.records import schemas
from tests.warehouses import meant, pipe, venvs
from tests.warehouses.analytics import loaded
from tests.warehouses.analytics.building import REQUIREMENTS
from tests.warehouses.analytics.mock import Loop

TYPES = {
    "money": "VARCHAR",
    "moment": "TIMESTAMP",
    "text": "VARCHAR",
    "integer": "HUGEINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
}
_RUN = (
    "import duckdb, sys; connection = duckdb.connect(sys.argv[1]); "
    "connection.execute('set enable_progress_bar = false'); connection.execute(sys.stdin.read())"
)


def into(file: Path, loop: Loop, streams: tuple[str, ...] = loaded.STREAMS) -> None:
    """Load an account into the schema `loop` of a DuckDB file."""
    with tempfile.TemporaryDirectory(prefix="loop-bulk-", dir=file.parent) as name:
        folder = Path(name)
        _split(loop, streams, folder)
        run(file, "create schema if not exists loop")
        for stream in streams:
            run(file, _create(stream, folder / stream))
            (folder / stream).unlink()


def run(file: Path, sql: str) -> None:
    """Run statements on a DuckDB file."""
    python = venvs.environment(*REQUIREMENTS) / "python"
    subprocess.run([str(python), "-c", _RUN, str(file)], input=sql, text=True, check=True)


def _split(loop: Loop, streams: tuple[str, ...], folder: Path) -> None:
    """Write the tap's messages to a file for each stream."""
    for name, content in (("config", loaded.settings(loop)), ("catalog", loaded.catalog(*streams))):
        (folder / name).write_text(json.dumps(content), "utf-8")
    command = [*pipe.TAP, "--config", str(folder / "config"), "--catalog", str(folder / "catalog")]
    files = {stream: (folder / stream).open("wb") for stream in streams}
    marks = {f'"stream":"{stream}"'.encode(): file for stream, file in files.items()}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=venvs.ROOT
    ) as tap:
        assert tap.stdout
        for line in tap.stdout:
            head = line[:80].replace(b" ", b"")
            if b'"RECORD"' in head:
                next(file for mark, file in marks.items() if mark in head).write(line)
    for file in files.values():
        file.close()
    if tap.returncode:
        raise pipe.LoadError(f"tap ended with {tap.returncode}")


def _create(stream: str, file: Path) -> str:
    columns = []
    for name, node in schemas.load(stream)["properties"].items():
        if stream == "returns" and name in ("line_items", "exchanges", "labels"):
            continue
        columns.append(_column(name, node))
    key = ", ".join(f'"{name}"' for name in meant.keys(stream))
    # A row may come twice, as where two windows touch; the later one is the row.
    return f"""
        create table loop.{stream} as
        select * exclude (place) from (
            select {", ".join(columns)}, row_number() over () as place
            from read_json('{file}', format = 'newline_delimited', maximum_object_size = 10000000,
                           columns = {{record: 'JSON'}})
        )
        qualify row_number() over (partition by {key} order by place desc) = 1
    """


def _column(name: str, node: dict[str, Any]) -> str:
    kind = TYPES.get(meant.kind(node))
    if kind is None:
        return f"""nullif(json_extract(record, '$."{name}"'), 'null'::json) as "{name}" """
    return f"""cast(nullif(record ->> '$."{name}"', '') as {kind}) as "{name}" """
