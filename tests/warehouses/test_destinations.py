"""The tap into real targets: what every load must hold. The whole matrix: -m tests.warehouses."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tap_loopreturns.records import schemas
from tap_loopreturns.streams import STREAMS
from tests.warehouses import account, matrix, meant, pipe
from tests.warehouses.conftest import Proven
from tests.warehouses.destinations import Destination, destination
from tests.warehouses.destinations.databases import DuckDB, Postgres
from tests.warehouses.destinations.snowflake import Snowflake
from tests.warehouses.meltano import Project
from tests.warehouses.postgres_server import PostgresServer


@pytest.mark.parametrize("name", ["target-postgres", "target-duckdb"])
def test_tables_equal_the_account_twice_and_with_hostile_values(proven: Proven, name: str) -> None:
    outcome = proven(name)
    assert outcome.differences == []
    # Events come from a store of one's own, and not from the account.
    assert outcome.streams == len(meant.STREAMS) == len(STREAMS) - len({"loop_events"})


def test_tables_equal_the_account_through_meltano_and_the_log_is_calm(
    server: PostgresServer, tmp_path: Path
) -> None:
    project = Project(tmp_path / "project")
    outcome = matrix.prove(
        lambda path: destination("target-postgres", path, server),
        tmp_path / "meltano",
        load=project.load,
        hostile=False,
    )
    assert outcome.differences == []
    # A line when a stream begins and one when it ends; progress only each half minute.
    lines = Counter(
        stream
        for line in project.log.splitlines()
        for stream in meant.STREAMS
        if f"{stream}: " in line and "tap-loopreturns" in line
    )
    assert set(lines) == set(meant.STREAMS)
    assert max(lines.values()) <= 3


def test_money_moments_ids_and_nested_columns_have_their_types_in_postgres(
    proven: Proven,
) -> None:
    columns = proven("target-postgres").types["returns"]
    assert columns["refund"] == "numeric(38,9)"
    assert columns["updated_at"] == "timestamp without time zone"
    assert columns["id"] == columns["order_id"] == columns["destination_id"] == "text"
    assert columns["return_method"] == columns["additional_fields"] == "jsonb"
    assert columns["line_items"] == "jsonb[]"


def test_money_moments_ids_and_nested_columns_have_their_types_in_snowflakes_catalog(
    server: PostgresServer, tmp_path: Path
) -> None:
    """As a client of Snowflake is told them, and as the target's CREATE TABLE asks for them."""
    made = []

    def make(path: Path) -> Destination:
        made.append(destination("target-snowflake", path, server))
        return made[0]

    outcome = matrix.prove(make, tmp_path, hostile=False)
    assert outcome.differences == []
    columns = outcome.types["returns"]
    assert columns["refund"] == "NUMBER(38,9)"
    assert columns["updated_at"] == "TIMESTAMP_NTZ"
    assert columns["id"] == columns["order_id"] == columns["destination_id"] == "TEXT"
    assert columns["return_method"] == columns["line_items"] == "VARIANT"
    (to,) = made
    assert isinstance(to, Snowflake)
    created = to.created()["returns"].lower()
    for name, kind in (
        ("refund", r"decimal\(38, 9\)"),
        ("updated_at", "timestamp_ntz"),
        ("id", r"(varchar|text|string)[^,]*"),
        ("return_method", "variant"),
        ("line_items", "variant"),
    ):
        assert re.search(rf"[(\s,]\"?{name}\"? {kind}[,\s)]", created), (name, created)


@pytest.mark.parametrize(
    ("name", "column", "empty"),
    [
        ("target-postgres", "return_method", "return_method = 'null'"),
        ("target-postgres", "shopify_refund_object", "shopify_refund_object is null"),
        ("target-duckdb", "return_method", "return_method is null"),
        ("target-duckdb", "shopify_refund_object", "shopify_refund_object is null"),
    ],
)
def test_nested_values_that_are_null_land_as_documented(
    proven: Proven, name: str, column: str, empty: str
) -> None:
    """As docs/warehouses.md says: SQL NULL, but JSON null for objects in target-postgres."""
    outcome = proven(name)
    to = outcome.destination
    assert isinstance(to, (Postgres, DuckDB))
    (found,) = to.query(f"select count(*) as n from returns where {empty}")
    rows = meant.rows(outcome.shop, "returns")
    assert found["n"] == sum(row[column] is None for row in rows) > 0


def test_a_moment_without_pgtz_is_the_servers_and_with_it_utc(
    server: PostgresServer, tmp_path: Path
) -> None:
    """The reason for PGTZ in docs/warehouses.md, and that it suffices."""
    shop = account.usual(12)
    moments = {row["id"]: row["created_at"] for row in meant.rows(shop, "returns")}
    landed = {}
    with account.served(shop) as loop:
        streams = pipe.catalog()
        streams["streams"] = [one for one in streams["streams"] if one["stream"] == "returns"]
        for name, environ in (("without", {}), ("with", {"PGTZ": "UTC"})):
            to = destination("target-postgres", tmp_path / name, server)
            assert isinstance(to, Postgres)
            pipe.load(account.settings(loop), to.command, environ=environ, streams=streams)
            landed[name] = {
                row["id"]: meant.moment(row["created_at"]) for row in to.tables()["returns"].rows
            }
    assert landed["with"] == moments
    assert all(landed["without"][one] < moment for one, moment in moments.items())


def test_lists_of_free_objects_are_declared_so_that_the_sdks_targets_can_walk_them() -> None:
    """target-snowflake conforms records to `items.properties`, and fails where that is missing."""

    def walk(node: object, path: str) -> None:
        if isinstance(node, dict):
            items = node.get("items")
            if isinstance(items, dict) and "object" in items["type"]:
                assert "properties" in items, path
            for name, item in node.items():
                walk(item, f"{path}/{name}")

    for stream in meant.STREAMS:
        walk(schemas.with_decimal_size(schemas.load(stream)), stream)


def test_no_schema_leaves_a_type_to_be_inferred() -> None:
    """Each column says its type, and only one besides null, so that no run alters another's."""
    for stream in meant.STREAMS:
        for name, node in schemas.load(stream)["properties"].items():
            kinds = [node["type"]] if isinstance(node["type"], str) else node["type"]
            assert len(set(kinds) - {"null"}) == 1, (stream, name)
            assert "enum" not in node, (stream, name)
