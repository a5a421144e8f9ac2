"""Tables that many shops share, in targets that honour ACTIVATE_VERSION and that do not."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mock_loop import Loop
from tap_loopreturns.tap import TapLoopReturns
from tests.documents import blocks, page
from tests.many_shops import served, settings
from tests.warehouses import pipe
from tests.warehouses.compare import Row
from tests.warehouses.destinations import destination
from tests.warehouses.destinations.base import Destination
from tests.warehouses.destinations.databases import DuckDB, Postgres
from tests.warehouses.postgres_server import PostgresServer

STREAMS = ("destinations", "full_table_reads")
(QUERY,) = blocks(page("shops.md"), "sql")
Keys = set[tuple[str, str]]


def load(to: Destination, loops: Mapping[str, Loop], **more: Any) -> None:
    """Read both streams of these shops into the target."""
    config = settings(loops, activate_version=True, **more)
    catalog = TapLoopReturns(config=config).catalog_dict
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if entry["breadcrumb"] == []:
                entry["metadata"]["selected"] = stream["stream"] in STREAMS
    to.began()
    pipe.load(config, to.command, environ=to.environ, streams=catalog)


def records(to: Destination, stream: str) -> Iterable[Row]:
    """What a target of files has written, oldest first."""
    for path in sorted(to.folder.rglob(f"{stream}.*")):
        with path.open(encoding="utf-8", newline="") as file:
            if path.suffix == ".csv":
                yield from csv.DictReader(file)
            else:
                yield from (json.loads(line) for line in file)


def ask(to: Destination, sql: str) -> list[Row]:
    """The answer of the tables; over files it is SQLite, which has the last record of each key."""
    if isinstance(to, (Postgres, DuckDB)):
        return list(to.query(sql))
    keys = {"destinations": "id, last_seen_at", "full_table_reads": "stream, read_at"}
    with closing(sqlite3.connect(":memory:")) as made:
        made.row_factory = sqlite3.Row
        for table, columns in keys.items():
            name = columns.partition(",")[0]
            made.execute(f"create table {table} (shop, {columns}, primary key (shop, {name}))")
            values = [
                [str(row[column]) for column in ("shop", *columns.split(", "))]
                for row in records(to, table)
            ]
            made.executemany(f"insert or replace into {table} values (?, ?, ?)", values)
        return [dict(row) for row in made.execute(sql)]


def found(to: Destination, sql: str) -> Keys:
    return {(row["shop"], str(row["id"])) for row in ask(to, sql)}


def held(loops: Mapping[str, Loop]) -> Keys:
    return {
        (name, str(row["id"]))
        for name, loop in loops.items()
        for row in loop.shop.truth("destinations")
    }


@pytest.mark.parametrize("name", ["target-postgres", "target-duckdb", "target-jsonl", "target-csv"])
def test_a_whole_list_of_one_shop_removes_no_row_of_another(
    name: str, server: PostgresServer, tmp_path: Path
) -> None:
    """Not where it is read alone, either; what each has deleted is left out by the shown query."""
    to = destination(name, tmp_path, server)
    with served({"north": 10, "south": 10}) as loops:
        load(to, loops)
        before = held(loops)
        assert found(to, "select shop, id from destinations") == before == found(to, QUERY)
        for loop in loops.values():
            table = loop.shop.table("destinations")
            del table[next(iter(table))]
        load(to, {"north": loops["north"]})
        north = held({"north": loops["north"]})
        south = {key for key in before if key[0] == "south"}
        assert found(to, QUERY) == north | south
        load(to, loops)
        assert found(to, QUERY) == held(loops)
        assert found(to, "select shop, id from destinations") == before
        assert {one for _, one in north} & {one for _, one in south}
