"""Tables against the account: number of rows, keys, values, column types."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mock_loop import Shop
from tap_loopreturns.records import schemas
from tests.warehouses import meant

Row = dict[str, Any]
_FIRST = 3
"""How many differences of a kind are told."""


@dataclass
class Table:
    """A table as a destination holds it: the type of each column, and the rows."""

    columns: dict[str, str]
    rows: list[Row] = field(default_factory=list)


Tables = dict[str, Table]


@dataclass(frozen=True)
class Manners:
    """What a target does to what it is given."""

    types: Mapping[str, str | None]
    """The type of a column, by the kind of what it holds; None: there are no types."""
    deletes: bool
    """Whether rows that are gone are removed (ACTIVATE_VERSION)."""
    text: Callable[[str], str | None] = str
    """What a text becomes in a column of text."""


def differences(
    shop: Shop, tables: Tables, manners: Manners, newest: Callable[[str, Row], bool]
) -> list[str]:
    """Everything in which the tables differ from the account; empty where they are equal.

    `newest` says whether a row was sent by the last run, for the targets that
    leave rows standing which Loop has no longer.
    """
    found: list[str] = []
    returns = {row["id"]: row["updated_at"] for row in tables["returns"].rows}
    for stream in meant.STREAMS:
        table = tables.get(stream)
        if table is None:
            found.append(f"{stream}: no table")
            continue
        found += _types(stream, table, manners)
        rows: Iterable[Row] = table.rows
        if stream in meant.FULL_TABLES and not manners.deletes:
            rows = [row for row in rows if newest(stream, row)]
        rows = [row for row in rows if _present(stream, row, returns)]
        found += _rows(stream, meant.rows(shop, stream), rows, manners)
    return found


def _present(stream: str, row: Row, returns: Mapping[str, Any]) -> bool:
    """Whether a row that came out of a return is still in it (the query of docs/model.md)."""
    if stream in meant.PARTS:
        return bool(row["return_updated_at"] == returns.get(row["return_id"]))
    if stream == "advanced_shipping_notices":
        return bool(row["updated_at"] == returns.get(row["id"]))
    return True


def _types(stream: str, table: Table, manners: Manners) -> list[str]:
    found = []
    for name, node in schemas.load(stream)["properties"].items():
        wanted = manners.types[meant.kind(node)]
        landed = table.columns.get(name)
        if landed is None:
            found.append(f"{stream}.{name}: no such column")
        elif wanted is not None and landed != wanted:
            found.append(f"{stream}.{name}: is {landed}, not {wanted}")
    return found


def _rows(
    stream: str, expected: Iterable[Row], landed: Iterable[Row], manners: Manners
) -> list[str]:
    nodes = schemas.load(stream)["properties"]
    key = meant.keys(stream)
    wanted = {_key(row, key): row for row in expected}
    there: dict[str, Row] = {}
    found = []
    for row in landed:
        typed = {name: _typed(meant.kind(node), row.get(name)) for name, node in nodes.items()}
        one = _key(typed, key)
        if one in there:
            found.append(f"{stream}: {one} stands there twice")
        there[one] = typed
    for what, ones in (("missing", wanted.keys() - there), ("too many", there.keys() - wanted)):
        if ones:
            found.append(f"{stream}: {len(ones)} {what}, such as {sorted(ones)[:_FIRST]}")
    unequal = [
        f"{stream} {one}: {name} is {_shown(there[one][name])}, not {_shown(value)}"
        for one, row in wanted.items()
        if one in there
        for name, value in row.items()
        if name != "row_key" and not _equal(there[one][name], value, manners)
    ]
    return found + unequal[:_FIRST] + ([f"… {len(unequal)} in all"] if unequal[_FIRST:] else [])


def blank_is_null(text: str) -> str | None:
    """What targets do that go through CSV: "" and null become the same."""
    return text or None


def _equal(landed: Any, wanted: Any, manners: Manners) -> bool:
    return bool(landed == (manners.text(wanted) if isinstance(wanted, str) else wanted))


def _typed(kind: str, value: Any) -> Any:
    """A value as it was read from a table, in the form of `meant`."""
    if value is None:
        return None
    if kind in {"money", "integer", "number"}:
        return Decimal(str(value))
    if kind == "moment":
        return meant.moment(value)
    if kind == "text":
        return str(value)
    return meant.plain(value)


def _key(row: Row, key: tuple[str, ...]) -> str:
    return json.dumps([row[name] for name in key], default=str)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 200 else f"{text[:150]} … ({len(text)})"
