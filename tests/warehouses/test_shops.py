"""Several shops in one Meltano project, as docs/warehouses.md shows it."""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from mock_loop.loop import Loop
from tests.documents import blocks, section
from tests.warehouses import account, meant
from tests.warehouses.compare import Row
from tests.warehouses.destinations.base import read
from tests.warehouses.destinations.databases import Postgres
from tests.warehouses.meltano import definition, meltano, script, start
from tests.warehouses.postgres_server import PostgresServer

PAGE = section("warehouses.md", "Several shops")
SHOWN, NORTH = blocks(PAGE, "yaml")
APART = yaml.safe_load(SHOWN)
# The page shows the one of north, and says that south is likewise.
TOGETHER = yaml.safe_load(SHOWN)
TOGETHER["plugins"]["extractors"][1:] = [
    yaml.safe_load(text) for text in (NORTH, NORTH.replace("north", "south"))
]
(VIEW,) = blocks(PAGE, "sql")
SHOPS = ("north", "south")


@pytest.fixture
def shops() -> Iterator[dict[str, Loop]]:
    """Two accounts, whose ids are the same."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(account.served(account.usual(60, seed)))
            for seed, name in enumerate(SHOPS)
        }


def project(documented: dict[str, Any], folder: Path, shops: dict[str, Loop], to: Postgres) -> None:
    """The documented project, with the addresses of the mock accounts filled in."""
    plugins = copy.deepcopy(documented["plugins"])
    parent, *children = plugins["extractors"]
    parent.update(definition() | {"select": ["returns.*", "return_line_items.*"]})
    for child, name in zip(children, SHOPS, strict=True):
        assert child["name"].endswith(name)
        child["config"] = account.settings(shops[name]) | child.get("config", {})
    (loader,) = plugins["loaders"]
    config = {**to.config, **loader["config"]}
    loader.update(
        namespace="target_postgres", executable="bin/target", env=to.environ, config=config
    )
    start(folder, plugins)
    script(folder / "bin/target", str(to.bin / "target-postgres"))
    for name in SHOPS:
        done = meltano("run", f"tap-loopreturns-{name}", "target-postgres", project=folder)
        assert done.returncode == 0, done.stdout + done.stderr


def ask(to: Postgres, *sql: str) -> list[Row]:
    connect = f"host={to.server.host} port={to.server.port} user=postgres dbname=postgres"
    return list(read(to.bin / "python", engine="postgres", connect=connect, sql=sql))


def ids(loop: Loop) -> set[str]:
    return {row["id"] for row in meant.rows(loop.shop, "returns")}


def test_shops_stay_apart_with_state_of_their_own_and_a_view_brings_them_together(
    server: PostgresServer, tmp_path: Path, shops: dict[str, Loop]
) -> None:
    to = Postgres(tmp_path / "to", server, "unused")
    project(APART, tmp_path / "project", shops, to)
    for name in SHOPS:
        rows = ask(to, f"select id from loop_{name}.returns")
        assert {row["id"] for row in rows} == ids(shops[name])
    with sqlite3.connect(tmp_path / "project/.meltano/meltano.db") as database:
        states = {one for (one,) in database.execute("select state_id from state")}
    assert states == {f"dev:tap-loopreturns-{name}-to-target-postgres" for name in SHOPS}
    counted = ask(to, VIEW, "select shop, count(*) as n from all_returns group by shop")
    assert {row["shop"]: row["n"] for row in counted} == {
        name: len(ids(shops[name])) for name in SHOPS
    }


def test_shops_come_together_in_one_table_by_a_column_in_the_key(
    server: PostgresServer, tmp_path: Path, shops: dict[str, Loop]
) -> None:
    to = Postgres(tmp_path / "to", server, "unused")
    project(TOGETHER, tmp_path / "project", shops, to)
    rows = ask(to, "select shop, id, total::text from loop.returns")
    assert {(row["shop"], row["id"]) for row in rows} == {
        (name, one) for name in SHOPS for one in ids(shops[name])
    }
    assert ids(shops["north"]) & ids(shops["south"])
    units = ask(to, "select count(*) as n from loop.return_line_items")
    assert units[0]["n"] == sum(
        len(list(meant.rows(shops[name].shop, "return_line_items"))) for name in SHOPS
    )
