"""A million returns in minutes: an account of which every figure is proven, many times over.

Each copy has ids, orders and shoppers of its own. So the marts of the whole must hold each row of
the proven ones once for each copy, and their sums as many times; DuckDB itself compares the two.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.warehouses import venvs
from tests.warehouses.analytics.building import REQUIREMENTS

# The columns that tell copies apart, by table.
APART = {
    "returns": ("id", "order_id", "provider_order_id", "customer"),
    "return_line_items": ("return_id", "line_item_id"),
    "return_exchanges": ("return_id", "exchange_id"),
    "return_labels": ("return_id",),
    "advanced_shipping_notices": ("id", "return_line_item_id"),
}
# Of marts with a row a thing, likewise.
SINGLE = {
    "loop__returns": ("return_id", "provider_order_id"),
    "loop__return_lines": ("return_id", "line_item_id", "provider_order_id"),
    "loop__exchanges": ("return_id", "exchange_id", "replaced_line_item_id"),
    "loop__labels": ("return_id",),
    "loop__customers": (),
    "loop__shipments_under_way": ("return_id", "line_item_id"),
    "loop__return_state_changes": ("return_id",),
}
# Of marts that sum, what is the same however many copies there are; all else is multiplied.
SAME = {
    "loop__shipping_costs": ("source_relation", "currency", "date_month"),
    "loop__return_reasons": (
        "source_relation", "currency", "date_month", "parent_reason", "reason",
    ),
    "loop__products": (
        "source_relation", "currency", "date_month", "product_id", "title", "return_rate"
    ),
    "loop__returns_by_day": ("source_relation", "currency", "date_day", "return_rate"),
}  # fmt: skip
_MARK = "!"
"""Sorts before every digit, so that ids stay in their order."""
_KEYED = ("loop__returns", "loop__return_lines", "loop__customers")


def multiply(file: Path, into: Path, copies: int) -> None:
    """Write a DuckDB file with so many copies of an account's tables."""
    made = [f"attach '{file}' as one (read_only)", "create schema loop"]
    for table, columns in APART.items():
        apart = ", ".join(f"{column} || '{_MARK}' || copy as {column}" for column in columns)
        made.append(
            f"create table loop.{table} as select * exclude (copy) replace ({apart}) "
            f"from one.loop.{table} cross join range({copies}) as all_copies(copy)"
        )
    _ask(into, made)


def differences(file: Path, many: Path, copies: int) -> list[str]:
    """Rows of the marts of the many that are not those of the one, as often as there are copies."""
    told = []
    for mart, columns in SINGLE.items():
        told += _differ(file, many, mart, *_single(mart, columns, copies))
    for mart, same in SAME.items():
        told += _differ(file, many, mart, *_summed(mart, same, copies))
    return told


def _single(mart: str, columns: tuple[str, ...], copies: int) -> tuple[str, str]:
    bare = ", ".join(f"regexp_replace({c}, '{_MARK}.*', '') as {c}" for c in columns)
    replaced = f" replace ({bare})" if bare else ""
    # A shopper's key is a hash: another one in each copy.
    left = "exclude (customer_key)" if mart in _KEYED else ""
    rows = f"select * {left}{replaced}, count(*)"
    return (
        f"{rows} * {copies} as n from one.analytics.{mart} group by all",
        f"{rows} as n from analytics.{mart} group by all",
    )


def _summed(mart: str, same: tuple[str, ...], copies: int) -> tuple[str, str]:
    keys = ", ".join(same)
    return (
        f"select {keys}, columns(* exclude ({keys})) * {copies} from one.analytics.{mart}",
        f"select {keys}, columns(* exclude ({keys})) from analytics.{mart}",
    )


def _differ(file: Path, many: Path, mart: str, meant: str, found: str) -> list[str]:
    unequal = f"(({meant}) except ({found})) union all (({found}) except ({meant}))"
    both = f"select count(*) from ({unequal})"
    (count,) = _ask(many, [f"attach '{file}' as one (read_only)", both])
    return [f"{mart}: {count} rows differ"] if count != "0" else []


def _ask(file: Path, statements: list[str]) -> list[str]:
    """Run statements on a DuckDB file, and return the first column of the last one's rows."""
    script = (
        "import duckdb, json, sys\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "connection.execute('set enable_progress_bar = false')\n"
        "for statement in json.load(sys.stdin):\n"
        "    connection.execute(statement)\n"
        "for row in connection.fetchall():\n"
        "    print(row[0])\n"
    )
    python = venvs.environment(*REQUIREMENTS) / "python"
    done = subprocess.run(
        [str(python), "-c", script, str(file)],
        input=json.dumps(statements),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout.split()
