"""Targets that write files, a line a record: the last line of a key is the row."""

from __future__ import annotations

import csv
import json
import sys
from abc import abstractmethod
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from tap_loopreturns.records import schemas
from tests.warehouses import meant
from tests.warehouses.compare import Manners, Row, Table, Tables, blank_is_null
from tests.warehouses.destinations.base import Destination

_UNTYPED = dict.fromkeys(
    ("money", "moment", "text", "integer", "number", "boolean", "object", "objects", "texts")
)
_RUN = "_run"


class _Files(Destination):
    """Each record is marked with the run that brought it, by the place that it stands in."""

    manners: ClassVar[Manners] = Manners(types=_UNTYPED, deletes=False)
    runs = 0

    def began(self) -> None:
        self.runs += 1

    def newest(self, stream: str, row: Row) -> bool:
        del stream
        return bool(row[_RUN] == self.runs)

    def tables(self) -> Tables:
        tables = {}
        for stream in meant.STREAMS:
            last: dict[str, Row] = {}
            # Happy Returns' items have a key of the tap's own, which the file holds.
            key = meant.keys(stream)
            for row in self.lines(stream):
                last[json.dumps([row[name] for name in key], default=str)] = row
            columns = dict.fromkeys(schemas.load(stream)["properties"], "")
            tables[stream] = Table(columns, list(last.values()))
        return tables

    @abstractmethod
    def lines(self, stream: str) -> Iterable[Row]:
        """The records of a stream, oldest first."""


class JsonLines(_Files):
    """target-jsonl, which appends each run to the same files."""

    name = "target-jsonl"
    requirements = ("target-jsonl==0.1.4",)
    executable = "target-jsonl"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._read: dict[str, list[int]] = {}

    @property
    def config(self) -> dict[str, Any]:
        return {"destination_path": str(self.folder / "jsonl"), "do_timestamp_file": False}

    def began(self) -> None:
        super().began()
        for stream in meant.STREAMS:
            self._read.setdefault(stream, []).append(len(self._texts(stream)))

    def lines(self, stream: str) -> Iterable[Row]:
        starts = self._read[stream]
        for place, text in enumerate(self._texts(stream)):
            run = sum(place >= start for start in starts)
            yield {**json.loads(text, parse_float=Decimal), _RUN: run}

    def _texts(self, stream: str) -> list[str]:
        path = self.folder / "jsonl" / f"{stream}.jsonl"
        return path.read_text("utf-8").split("\n")[:-1] if path.exists() else []


class StitchDryRun(_Files):
    """Stitch's own target-stitch, which checks each batch and writes the requests it would send.

    It stands in as the target from outside the SDK's family where PipelineWise's
    cannot be built.
    """

    name = "target-stitch"
    requirements = ("target-stitch==4.0.3",)
    executable = "target-stitch"

    @property
    def version(self) -> str:
        return f"{super().version} (dry run)"

    @property
    def config(self) -> dict[str, Any]:
        nowhere = "http://127.0.0.1"
        return {
            "client_id": 1,
            "token": "none",
            "small_batch_url": nowhere,
            "big_batch_url": nowhere,
            "batch_size_preferences": {},
        }

    @property
    def command(self) -> list[str]:
        return [*super().command, "--dry-run", "--output-file", str(self._path(self.runs))]

    def lines(self, stream: str) -> Iterable[Row]:
        for run in range(1, self.runs + 1):
            for text in self._path(run).read_text("utf-8").split("\n")[:-1]:
                request = json.loads(text, parse_float=Decimal)
                if request["table_name"] == stream:
                    for message in request["messages"]:
                        if message["action"] == "upsert":
                            yield {**message["data"], _RUN: run}

    def _path(self, run: int) -> Path:
        return self.folder / f"run-{run}.jsonl"


class Csv(_Files):
    """MeltanoLabs' target-csv; each run gets files of its own, since it overwrites those it finds.

    A file says nothing of types, and nested values are Python's spelling of them.
    """

    name = "target-csv"
    requirements = ("meltanolabs-target-csv==0.5.0",)
    executable = "target-csv"
    manners = Manners(types=_UNTYPED, deletes=False, text=blank_is_null)

    @property
    def config(self) -> dict[str, Any]:
        return {
            "output_path": str(self.folder / f"run-{self.runs}"),
            "file_naming_scheme": "{stream_name}.csv",
        }

    def lines(self, stream: str) -> Iterable[Row]:
        csv.field_size_limit(sys.maxsize)
        nodes = schemas.load(stream)["properties"]
        for run in range(1, self.runs + 1):
            path = self.folder / f"run-{run}" / f"{stream}.csv"
            if not path.exists():
                continue
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    found = {name: _value(meant.kind(nodes[name]), row[name]) for name in nodes}
                    yield {**found, _RUN: run}


def _value(kind: str, text: str) -> Any:
    if text == "":
        return None
    if kind == "boolean":
        return {"True": True, "False": False}[text]
    if kind in {"object", "objects", "texts"}:
        # Python's own spelling of dictionaries, lists and exact numbers.
        return eval(text, {"__builtins__": {}, "Decimal": Decimal})
    return text
