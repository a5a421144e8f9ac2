"""What the documents say of the tables, held against tables that were loaded."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from decimal import Decimal
from statistics import median
from typing import Any

import pytest

from tap_loopreturns.records import schemas
from tests import documents
from tests.documents import blocks, section
from tests.warehouses import meant
from tests.warehouses.compare import Row
from tests.warehouses.conftest import Proven
from tests.warehouses.destinations.databases import DuckDB, Postgres

MODEL = documents.page("model.md")
(PRESENT,) = blocks(section("model.md", "Rows that left their return"), "sql")
BY_REASON, BY_MONTH, DAYS = blocks(section("questions.md", "Three questions"), "sql")
JOINS = re.findall(r"^\| `(\w+)\.(\w+)` \| `(\w+)\.(\w+)` \|", MODEL, re.MULTILINE)
DATABASES = pytest.mark.parametrize("name", ["target-postgres", "target-duckdb"])


def ask(proven: Proven, name: str, sql: str) -> list[Row]:
    to = proven(name).destination
    assert isinstance(to, (Postgres, DuckDB))
    return list(to.query(sql))


def returns(proven: Proven, name: str) -> list[Row]:
    """The account's returns, typed."""
    return list(meant.rows(proven(name).shop, "returns"))


def test_the_picture_has_every_table_and_no_other() -> None:
    picture = MODEL.partition("```mermaid")[2].partition("```")[0]
    shown = re.findall(r"(\w+) [|o}{-]+ (\w+) :", picture)
    alone = re.findall(r"^    (\w+)$", picture, re.MULTILINE)
    assert {*alone, *(table for pair in shown for table in pair)} == set(meant.STREAMS)
    joined = {frozenset((here, there)) for here, _, there, _ in JOINS}
    assert {frozenset(pair) for pair in shown} == joined


def test_ids_have_one_type_in_all_streams() -> None:
    for stream in meant.STREAMS:
        for name, node in schemas.load(stream)["properties"].items():
            if name == "id" or name.endswith("_id"):
                assert meant.kind(node) == "text", (stream, name)
                assert node.get("x-loop") in {"id", "code"}, (stream, name)


@pytest.mark.parametrize("join", JOINS, ids=lambda join: f"{join[0]}-{join[1]}")
def test_documented_joins_find_their_rows(proven: Proven, join: tuple[str, ...]) -> None:
    here, column, there, key = join
    found = ask(
        proven,
        "target-duckdb",
        f"select count(*) as n, count(t.{key}) as joined from {here} h "
        f"left join {there} t on t.{key} = h.{column} where h.{column} is not null",
    )
    # What Loop has deleted, a target without ACTIVATE_VERSION still has.
    assert found[0]["joined"] == found[0]["n"] > 0


@DATABASES
def test_rows_that_have_left_their_return_are_left_out(proven: Proven, name: str) -> None:
    there = Counter(row["return_id"] for row in ask(proven, name, PRESENT))
    assert there == Counter({row["id"]: len(row["line_items"]) for row in returns(proven, name)})
    everything = ask(proven, name, "select count(*) as n from return_line_items")
    assert everything[0]["n"] > there.total()


@DATABASES
def test_units_by_reason_are_the_accounts(proven: Proven, name: str) -> None:
    units: Counter[str] = Counter()
    orders = defaultdict(set)
    for row in returns(proven, name):
        if row["state"] == "cancelled":
            continue
        for item in row["line_items"]:
            reason = item["parent_return_reason"]
            reason = item["return_reason"] if reason is None else reason
            units[_blank(reason, name)] += 1
            orders[_blank(reason, name)].add(row["order_id"])
    known = ask(proven, name, "select count(*) as n from orders")[0]["n"]
    found = ask(proven, name, BY_REASON)
    assert {row["reason"]: row["units"] for row in found} == units
    for row in found:
        share = Decimal(100 * units[row["reason"]]) / units.total()
        assert abs(Decimal(str(row["percent_of_units"])) - share) <= Decimal("0.051")
        share = Decimal(100 * len(orders[row["reason"]])) / known
        assert abs(Decimal(str(row["percent_of_orders"])) - share) <= Decimal("0.051")


@DATABASES
def test_refunds_and_exchanges_by_month_are_exact(proven: Proven, name: str) -> None:
    sums: dict[str, list[Any]] = defaultdict(lambda: [0, Decimal(0), Decimal(0), Decimal(0)])
    for row in returns(proven, name):
        if row["state"] == "closed":
            total = sums[row["created_at"].strftime("%Y-%m-01")]
            total[0] += 1
            for place, column in enumerate(("refund", "exchange_total", "gift_card"), 1):
                total[place] += row[column] or 0
    found = ask(proven, name, BY_MONTH)
    assert {
        row["month"]: [
            row["returns"],
            *(Decimal(row[column]) for column in ("refunded", "exchanged", "credited")),
        ]
        for row in found
    } == sums


@DATABASES
def test_days_until_processing_are_the_accounts(proven: Proven, name: str) -> None:
    days = defaultdict(list)
    for row in returns(proven, name):
        processed = (row["outcomes_processed_at"] or {}).get("return_processed")
        if row["state"] == "closed" and processed:
            took = meant.moment(processed) - row["created_at"]
            days[row["created_at"].strftime("%Y-%m-01")].append(took.total_seconds() / 86400)
    found = ask(proven, name, DAYS)
    assert {row["month"]: row["returns"] for row in found} == {m: len(d) for m, d in days.items()}
    for row in found:
        assert float(row["median_days"]) == pytest.approx(median(days[row["month"]]))


def _blank(reason: str | None, name: str) -> str:
    """target-duckdb makes no difference between "" and null."""
    return "not given" if reason is None or (reason == "" and name == "target-duckdb") else reason
