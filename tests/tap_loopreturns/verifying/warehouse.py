"""A warehouse that the tap has loaded: its tables by key, its STATE, and files of its rows."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from tap_loopreturns.comparing import DATED
from tap_loopreturns.verifying import warehouse_rows
from tests.running import run_tap

Key = tuple[str, ...]


class LoadedTables:
    """Tables by key.

    Args:
        config: Of the tap.
        folder: Where files go.
    """

    def __init__(self, config: dict[str, Any], folder: Path) -> None:
        self._config = config
        self._folder = folder
        self.tables: dict[str, dict[Key, dict[str, Any]]] = {name: {} for name in DATED}
        self.state: dict[str, Any] = {}

    def load(self, *names: str) -> dict[str, int]:
        """Run the tap once, and tell how many rows of each stream it sent."""
        output = run_tap(self._config, select=names, state=self.state)
        self.state = output.state
        for name in names:
            for record in output.records(name):
                key = tuple(str(record[part]) for part in DATED[name].keys)
                self.tables[name][key] = record
        return {name: len(output.records(name)) for name in names}

    def dump(self, name: str) -> str:
        """The rows of a table as the query says, as CSV."""
        path = self._folder / f"{name}.csv"
        columns = warehouse_rows.columns(DATED[name])
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([column.upper() for column in columns])
            for record in self.tables[name].values():
                writer.writerow([record[column] for column in columns])
        return str(path)
