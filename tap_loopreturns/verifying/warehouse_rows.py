"""Which rows a warehouse has of a stream, as a query has written them: CSV or JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, TextIO

from loop_returns import times
from loop_returns.errors import SettingsError
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.verifying.differences import WarehouseRow
from tap_loopreturns.verifying.loop_rows import Key, as_text


def query(kind: type[LoopStream], *, many_shops: bool = False) -> str:
    """The query that writes them, of a table that the target has made."""
    wanted = (*(("shop",) if many_shops else ()), *columns(kind))
    return f"select {', '.join(wanted)} from {kind.name}"  # noqa: S608  names of our own


def columns(kind: type[LoopStream]) -> tuple[str, ...]:
    """The columns of such a file: the stream's key, its replication key, and what shows changes."""
    return *_wanted(kind), *kind.shows_change


def _wanted(kind: type[LoopStream]) -> tuple[str, ...]:
    return *kind.keys, str(kind.replication_key)


def read(file: TextIO, kind: type[LoopStream], *, shop: str = "") -> dict[Key, WarehouseRow]:
    """The rows by their keys; of a row that is there twice, the later one.

    Args:
        file: CSV with a header, or JSON lines; any order, more columns do no harm.
        kind: The stream.
        shop: Only rows whose column `shop` is this, where there is such a column.

    Raises:
        SettingsError: a column is missing, or a line is not what they say.
    """
    rows: dict[Key, WarehouseRow] = {}
    try:
        for number, given in _lines(file, kind):
            if shop and given.get("shop", shop) != shop:
                continue
            key, row = _row(given, kind, number)
            before = rows.get(key)
            if before is None or (row.date or 0) >= (before.date or 0):
                rows[key] = row
    except (csv.Error, UnicodeDecodeError):
        raise SettingsError("--against", "accepts a CSV or JSON lines file in UTF-8.") from None
    return rows


def _lines(file: TextIO, kind: type[LoopStream]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    first = file.readline().removeprefix("\ufeff")
    if first.lstrip().startswith("{"):
        for number, line in enumerate(chain([first], file), 1):
            if line.strip():
                yield number, _parsed(line, number)
        return
    lines = csv.reader(chain([first], file))
    header = [name.strip().lower() for name in next(lines, [])]
    if any(header.count(name) != 1 for name in _wanted(kind)):
        raise SettingsError(
            "--against", f"accepts a file with the columns {', '.join(_wanted(kind))}."
        )
    for cells in filter(None, lines):
        yield lines.line_num, dict(zip(header, cells, strict=False))


def _parsed(line: str, number: int) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise SettingsError("--against", f"line {number} is no JSON object.")
    return {str(name).lower(): value for name, value in found.items()}


def _row(given: Mapping[str, Any], kind: type[LoopStream], number: int) -> tuple[Key, WarehouseRow]:
    *names, date = _wanted(kind)
    key = tuple(_text(given.get(name)) for name in names)
    said = _text(given.get(date))
    try:
        at = times.second(said) if said else None
    except (ValueError, OverflowError):
        key = ()
    if not key or not all(key):
        raise SettingsError(
            "--against",
            f"accepts lines with {', '.join(names)} and, as {date}, 2026-11-24T10:00:00Z; line "
            f"{number} is not one.",
        )
    shown = (as_text(name, given[name]) if name in given else None for name in kind.shows_change)
    return key, WarehouseRow(at, tuple(shown))


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int) else ""
