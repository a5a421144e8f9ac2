"""Where the package finds its rows: streams that are off, several shops, the shop's own orders."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.warehouses import pipe
from tests.warehouses.analytics import account, bulk, loaded, truth
from tests.warehouses.analytics.building import BuildError, Dbt, on_duckdb
from tests.warehouses.analytics.choices import Choices
from tests.warehouses.analytics.mock import Shop

NOTHING_ELSE = {
    "return_exchanges": False,
    "return_labels": False,
    "advanced_shipping_notices": False,
}


def mart(dbt: Dbt, name: str) -> list[dict[str, Any]]:
    """The rows of a mart."""
    return list(dbt.rows(f"select * from {dbt.schema}.{name}"))


def load(folder: Path, shop: Shop, *streams: str, schema: str = "loop", **settings: Any) -> Dbt:
    """A DuckDB file with some streams of an account."""
    to = loaded.duckdb(folder, schema)
    with loaded.served(shop) as loop:
        loaded.into(to, loop, streams=streams, **settings)
    return on_duckdb(to.path, folder / "dbt")


def test_streams_that_are_not_loaded_are_switched_off(tmp_path: Path) -> None:
    """Returns and their units alone make marts; what is switched off has no rows, or no mart."""
    shop = account.seeded(60, orders=False)
    dbt = load(tmp_path, shop, "returns", "return_line_items")
    dbt.build(Choices(using=NOTHING_ELSE, more=loaded.OFF).variables())
    assert len(mart(dbt, "loop__returns")) == 60
    assert mart(dbt, "loop__labels") == mart(dbt, "loop__exchanges") == []
    assert {row["labels"] for row in mart(dbt, "loop__returns")} == {"0"}


def test_a_table_that_is_missing_is_named_with_what_to_do(tmp_path: Path) -> None:
    """The line says which stream to load, and which variable switches it off."""
    shop = account.seeded(20, orders=False)
    dbt = load(tmp_path, shop, "returns", "return_line_items")
    with pytest.raises(BuildError) as raised:
        dbt.build(Choices(more=loaded.OFF).variables())
    said = str(raised.value)
    assert "there is no table loop.return_labels" in said
    assert "loop_using_return_labels to false" in said


@pytest.mark.parametrize(
    ("variable", "value", "known"),
    [("loop_date_basis", "shipped", "created, processed, ordered"), ("loop_orders", "yes", "none")],
)
def test_a_choice_that_is_none_is_refused_with_those_that_are(
    tmp_path: Path, variable: str, value: str, known: str
) -> None:
    """A slip in a variable stops the build, instead of changing what figures mean."""
    dbt = load(tmp_path, account.seeded(5, orders=False), "returns", "return_line_items")
    choices = Choices(using=NOTHING_ELSE, more={**loaded.OFF, variable: value})
    with pytest.raises(BuildError, match=f"{variable} is {value}; it must be one of .*{known}"):
        dbt.build(choices.variables() | {variable: value})


def test_columns_that_were_not_selected_are_null(tmp_path: Path) -> None:
    """An account whose addresses and outcomes are left out in the tap still has its marts."""
    shop = account.seeded(40, orders=False)
    streams = loaded.catalog("returns", "return_line_items")
    for stream in streams["streams"]:
        for entry in stream["metadata"]:
            if entry["breadcrumb"][1:] in (["customer"], ["outcomes_processed_at"]):
                entry["metadata"]["selected"] = False
    to = loaded.duckdb(tmp_path)
    with loaded.served(shop) as loop:
        pipe.load(loaded.settings(loop), to.command, streams=streams)
    dbt = on_duckdb(to.path, tmp_path / "dbt")
    dbt.build(Choices(using=NOTHING_ELSE, more=loaded.OFF).variables())
    rows = mart(dbt, "loop__returns")
    assert {row["customer_key"] for row in rows} == {row["processed_at"] for row in rows} == {None}
    assert mart(dbt, "loop__customers") == []


def test_several_shops_are_told_apart_in_every_mart(tmp_path: Path) -> None:
    """Two accounts with equal ids of returns, each in its schema: no row is mixed or doubled."""
    shops = {
        "north": account.seeded(80, 1, orders=False),
        "south": account.seeded(60, 2, orders=False),
    }
    for name, shop in shops.items():
        dbt = load(tmp_path, shop, *loaded.WITHOUT_ORDERS, schema=f"loop_{name}")
    named = [{"name": name, "schema": f"loop_{name}"} for name in shops]
    choices = Choices(more={**loaded.OFF, "loop_shops": named})
    dbt.build(choices.variables())
    meant = truth.Truth(choices)
    for name, shop in shops.items():
        meant.add(name, shop)
    told = [
        line
        for one, rows in meant.marts()
        for line in truth.differences(one, rows, dbt.rows(f"select * from analytics.{one}"))
    ]
    assert told == []


def test_shops_can_share_tables_with_a_column_that_names_them(tmp_path: Path) -> None:
    """The documented stream maps put the shop's name into a column and into the key."""
    counts = {"north": 30, "south": 20}
    for place, (name, count) in enumerate(counts.items()):
        shop = account.seeded(count, place, orders=False)
        keys = {"returns": ["id"], "return_line_items": ["return_id", "line_item_id"]}
        maps = {
            stream: {"shop": f"'{name}'", "__key_properties__": ["shop", *key]}
            for stream, key in keys.items()
        }
        dbt = load(tmp_path, shop, "returns", "return_line_items", stream_maps=maps)
    choices = Choices(using=NOTHING_ELSE, more={**loaded.OFF, "loop_shop_column": "shop"})
    dbt.build(choices.variables())
    assert Counter(row["source_relation"] for row in mart(dbt, "loop__returns")) == counts


def test_orders_can_come_from_the_shops_own_tables(tmp_path: Path) -> None:
    """A Shopify model's columns, ids as GID on one side and number on the other, some renamed."""
    shop = account.seeded(50, orders=False)
    dbt = load(tmp_path, shop, "returns", "return_line_items")
    bulk.run(
        tmp_path / "warehouse.duckdb",
        """
        create schema shopify;
        create table shopify.orders as
        select distinct on (number) number as order_id, timestamp '2026-01-15 10:00:00' as made_at,
            null::timestamp as cancelled_timestamp, 'USD' as currency
        from (select cast(regexp_replace(provider_order_id, '.*/', '') as bigint) as number
              from loop.returns);
        create table shopify.lines as
        select 'gid://shopify/Order/' || order_id as order_id,
            'gid://shopify/Product/7' as product_id, 4 as quantity, 2.50 as price
        from (select order_id from shopify.orders);
        update shopify.lines set order_id = replace(order_id, 'gid://shopify/Order/', '');
        """,
    )
    choices = Choices(
        orders="shop",
        using=NOTHING_ELSE,
        more={
            **loaded.OFF,
            "loop_shop_orders": "shopify.orders",
            "loop_shop_order_lines": "shopify.lines",
            "loop_shop_order_columns": {"created_timestamp": "made_at"},
        },
    )
    dbt.build(choices.variables())
    assert {row["ordered_at"] for row in mart(dbt, "loop__returns")} == {"2026-01-15 10:00:00"}
    orders = len({row["provider_order_id"] for row in mart(dbt, "loop__returns")})
    (sold,) = [row for row in mart(dbt, "loop__products") if row["product_id"] == "7"]
    assert (sold["units_sold"], sold["value_sold"]) == (str(4 * orders), str(10 * orders))
    assert sold["date_month"] == "2026-01-01"


def test_bulk_loading_makes_the_tables_that_the_target_makes(tmp_path: Path) -> None:
    """The proof at a million returns loads by DuckDB itself: same types, same rows."""
    shop = account.seeded(120)
    by_target, in_bulk = loaded.duckdb(tmp_path / "target"), loaded.duckdb(tmp_path / "bulk")
    with loaded.served(shop) as loop:
        loaded.into(by_target, loop)
        bulk.into(in_bulk.path, loop)
    meant, found = by_target.tables(), in_bulk.tables()
    for stream in loaded.STREAMS:
        columns = {
            name: kind
            for name, kind in meant[stream].columns.items()
            if not name.startswith("_sdc")
        }
        assert found[stream].columns == columns
        rows = [
            sorted(str({name: row[name] for name in columns}) for row in tables[stream].rows)
            for tables in (meant, found)
        ]
        assert rows[0] == rows[1], stream
