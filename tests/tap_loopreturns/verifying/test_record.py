"""The record of comparisons: a line each, for who was not there."""

from __future__ import annotations

import json
from pathlib import Path

from tap_loopreturns.verifying import record
from tap_loopreturns.verifying.differences import RowDifference


def test_each_comparison_adds_a_line(tmp_path: Path) -> None:
    """It says when and by whom, whatever else; lines that are there stay."""
    path = tmp_path / "log.jsonl"
    for number in range(2):
        record.append(path, {"requests": number})
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["requests"] for line in lines] == [0, 1]
    assert all({"at", "by", "version"} <= line.keys() for line in lines)


def test_differences_are_counted_in_full_and_named_within_bounds() -> None:
    """A warehouse that is empty makes no line of megabytes."""
    found = [RowDifference("missing", (str(number),), None) for number in range(record.MOST + 5)]
    facts = record.of_differences(found, ("id",))
    assert facts["differences"]["missing"] == len(found)
    assert facts["rows"][0] == {"kind": "missing", "id": "0"}
    assert len(facts["rows"]) == record.MOST


def test_a_file_is_told_by_its_content(tmp_path: Path) -> None:
    """As `sha256sum` tells it."""
    (tmp_path / "rows.csv").write_bytes(b"abc")
    assert record.fingerprint(tmp_path / "rows.csv").startswith("ba7816bf8f01cfea414140de5dae2223")
