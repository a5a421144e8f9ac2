"""What all destinations have in common."""

from __future__ import annotations

import json
import subprocess
import sys
from abc import abstractmethod
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from tests.warehouses import reading, venvs
from tests.warehouses.compare import Manners, Row, Table, Tables


class Destination:
    """A target with its configuration, and the tables that it has written.

    A destination lives in a folder of its own; `began` is told before each run.
    """

    name: ClassVar[str]
    requirements: ClassVar[tuple[str, ...]]
    executable: ClassVar[str]
    manners: ClassVar[Manners]
    environ: ClassVar[dict[str, str]] = {}

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    @property
    def version(self) -> str:
        """The version under test, and what it stands on where that matters."""
        return self.requirements[0].partition("==")[2]

    @cached_property
    def bin(self) -> Path:
        """Where the target's programs are; made if need be."""
        return venvs.environment(*self.requirements)

    @property
    @abstractmethod
    def config(self) -> dict[str, Any]:
        """The target's configuration, as docs/warehouses.md recommends it."""

    @property
    def command(self) -> list[str]:
        """The target's command line."""
        path = self.folder / "target.json"
        path.write_text(json.dumps(self.config), "utf-8")
        return [str(self.bin / self.executable), "--config", str(path)]

    def began(self) -> None:
        """Take note that a run begins."""

    @abstractmethod
    def tables(self) -> Tables:
        """What it holds now."""

    def newest(self, stream: str, row: Row) -> bool:
        """Whether a row was sent by the last run."""
        del stream, row
        return True

    def altered(self) -> list[str]:
        """Statements that have altered a table, where they can be known."""
        return []


def read(python: Path, **question: Any) -> Iterator[Row]:
    """Ask the tables behind a target, with the driver of its own environment."""
    done = subprocess.run(
        [python, reading.__file__, json.dumps(question)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    # Not splitlines: a text may hold other separators of lines.
    for line in done.stdout.split("\n"):
        if line:
            yield json.loads(line, parse_float=Decimal)


def read_tables(python: Path, **question: Any) -> Tables:
    """All tables of a schema."""
    tables: Tables = {}
    table = Table({})
    for row in read(python, **question):
        if row.keys() == {"table", "columns"}:
            table = tables[row["table"].lower()] = Table(row["columns"])
        else:
            table.rows.append(row)
    return tables


def python_of(bin_: Path) -> Path:
    """The interpreter of an environment."""
    return bin_ / "python" if bin_ else Path(sys.executable)
