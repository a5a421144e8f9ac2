"""What a target makes of Singer messages: rows by their key, and versions that remove rows."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mock_loop import Shop, clock

Key = tuple[str, ...]
Row = dict[str, Any]

PARTS = ("return_line_items", "return_exchanges", "return_labels")


class Warehouse:
    """Tables into which rows are merged by key, as every tested target does."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, ...]] = {}
        self.tables: dict[str, dict[Key, Row]] = {}
        self.state: dict[str, Any] = {}
        self.loaded = 0
        """Records taken in, those that came again too."""
        self._versions: dict[str, dict[Key, int | None]] = {}

    @classmethod
    def of(cls, other: Warehouse) -> Warehouse:
        """A copy."""
        return copy.deepcopy(other)

    def load(self, lines: Iterable[str]) -> None:
        """Take in a tap's output, or as much of it as came through."""
        for line in lines:
            self.take(json.loads(line))

    def take(self, message: Mapping[str, Any]) -> None:
        """Take in a message."""
        stream = message.get("stream", "")
        if message["type"] == "SCHEMA":
            self.keys[stream] = tuple(message["key_properties"])
            self.tables.setdefault(stream, {})
            self._versions.setdefault(stream, {})
        elif message["type"] == "RECORD":
            key = self.key(message)
            self.tables[stream][key] = message["record"]
            self._versions[stream][key] = message.get("version")
            self.loaded += 1
        elif message["type"] == "ACTIVATE_VERSION":
            for key in self.gone(message):
                del self.tables[stream][key], self._versions[stream][key]
        elif message["type"] == "STATE":
            self.state = message["value"]

    def key(self, message: Mapping[str, Any]) -> Key:
        """The key of a RECORD message's row."""
        return tuple(str(message["record"][name]) for name in self.keys[message["stream"]])

    def gone(self, message: Mapping[str, Any]) -> list[Key]:
        """The keys of the rows that an ACTIVATE_VERSION message removes."""
        kept = message["version"]
        versions = self._versions[message["stream"]]
        return [key for key, version in versions.items() if version is None or version < kept]

    def present(self, stream: str) -> dict[Key, Row]:
        """The rows of a stream; of what was in returns once, only what still is."""
        rows = self.tables.get(stream, {})
        if stream not in PARTS:
            return rows
        returns = {row["id"]: row["updated_at"] for row in self.tables["returns"].values()}
        return {
            key: row
            for key, row in rows.items()
            if row["return_updated_at"] == returns.get(row["return_id"])
        }


def present_notices(warehouse: Warehouse) -> Iterator[Row]:
    """The notices of units that are in their return now, as docs/late-changes.md says."""
    units = {row["line_item_id"] for row in warehouse.present("return_line_items").values()}
    for row in warehouse.tables["advanced_shipping_notices"].values():
        if row["return_line_item_id"] in units:
            yield row


def missing_returns(shop: Shop, warehouse: Warehouse, *, since: int = 0) -> list[str]:
    """Returns that are not in the warehouse as Loop holds them; empty if none was lost.

    `since` leaves out those that last changed before it.
    """
    table = warehouse.tables.get("returns", {})
    missing = []
    for found in shop.book:
        row = table.get((found.id,))
        if found.updated >= since and (
            row is None
            or row["state"] != found.state
            or clock.parse(row["updated_at"]) != found.updated
            or row["package_reference"] != found.row()["package_reference"]
        ):
            missing.append(found.id)
    return missing


def unlike(one: Warehouse, other: Warehouse, *, ignore: Iterable[str] = ()) -> list[str]:
    """In what two warehouses differ, row by row; empty if in nothing."""
    found = []
    for stream in sorted(one.tables.keys() | other.tables.keys()):
        if stream in ignore:
            continue
        these, those = one.present(stream), other.present(stream)
        for what, keys in (
            ("missing", those.keys() - these.keys()),
            ("too many", these.keys() - those.keys()),
            ("other", {key for key in these.keys() & those.keys() if these[key] != those[key]}),
        ):
            if keys:
                found.append(f"{stream}: {len(keys)} {what}, such as {min(keys)}")
    return found
