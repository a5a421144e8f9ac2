"""`tap-loopreturns-verify`: Loop's own counts, and what differs in a warehouse."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tap_loopreturns import verify
from tap_loopreturns.errors import SettingsError
from tests.mock_loop import Loop, Shop, clock
from tests.running import settings


@pytest.fixture
def config(loop: Loop, tmp_path: Path) -> str:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(settings(loop)), "utf-8")
    return str(path)


def truth(shop: Shop) -> Counter[tuple[str, str]]:
    return Counter((clock.day(found.updated)[:7], found.state) for found in shop.book)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(verify.command, arguments, catch_exceptions=False)


def against(folder: Path, counts: Counter[tuple[str, str]]) -> str:
    path = folder / "counts.csv"
    lines = [f"{month}-01 00:00:00,{state},{number}" for (month, state), number in counts.items()]
    path.write_text("\n".join(["MONTH,STATE,COUNT", *lines]), "utf-8")
    return str(path)


def test_it_counts_what_loop_holds_by_month_and_state(shop: Shop, config: str) -> None:
    """The CSV holds the account's own counts."""
    result = call("--config", config, "--format", "csv")
    found = {
        (row["month"], row["state"]): int(row["count"])
        for row in csv.DictReader(io.StringIO(result.stdout))
    }
    assert (result.exit_code, found) == (0, truth(shop))
    assert f"{len(shop.book)} returns" in result.stderr


def test_the_table_is_plain_and_the_json_is_json(shop: Shop, config: str) -> None:
    """A header and a line for each month and state; the same as a list of objects."""
    lines = call("--config", config).stdout.splitlines()
    rows = json.loads(call("--config", config, "--format", "json").stdout)
    assert lines[0].split() == ["month", "state", "count"]
    assert [line.split() for line in lines[1:]] == [
        [str(value) for value in row.values()] for row in rows
    ]
    assert len(rows) == len(truth(shop))


def test_a_warehouse_that_is_equal_passes(shop: Shop, config: str, tmp_path: Path) -> None:
    """Nothing is printed but the summary, and the exit code is 0."""
    result = call("--config", config, "--against", against(tmp_path, truth(shop)))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "0 differences" in result.stderr


def test_a_warehouse_that_lacks_a_return_is_told(shop: Shop, config: str, tmp_path: Path) -> None:
    """The month and state with both counts, and exit code 1."""
    counts = truth(shop)
    place = min(counts)
    counts[place] -= 1
    result = call("--config", config, "--against", against(tmp_path, counts))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1].split() == [
        *place,
        str(counts[place] + 1),
        str(counts[place]),
    ]


def test_it_costs_few_requests(loop: Loop, config: str) -> None:
    """300 returns of eleven months in five states take no more than those for their windows."""
    call("--config", config)
    assert len(loop.requests) < 60


def test_a_file_with_other_columns_is_refused_in_a_line() -> None:
    """It says which columns it wants."""
    with pytest.raises(SettingsError, match="month, state and count"):
        verify.read(io.StringIO("a,b\n1,2\n"))
