"""All of many shops are held against one file in one call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from loop_returns.errors import ShopsFailed
from mock_loop import Loop, clock
from tap_loopreturns import verify
from tests.many_shops import served, settings
from tests.running import run_tap


@pytest.fixture
def loops() -> Iterator[dict[str, Loop]]:
    with served({"north": 30, "south": 20}) as found:
        yield found


def rows(loops: dict[str, Loop], folder: Path, *missing: str) -> str:
    """The table `returns` of all shops, without each one's first return where it is missing."""
    lines = [
        f"{name},{one.id},{clock.naive(one.updated)}"
        for name, loop in loops.items()
        for one in list(loop.shop.book)[name in missing :]
    ]
    (folder / "rows.csv").write_text("\n".join(["shop,id,updated_at", *lines]), "utf-8")
    return str(folder / "rows.csv")


def call(loops: dict[str, Loop], folder: Path, *options: str, fails: bool = False) -> Result:
    (folder / "config.json").write_text(json.dumps(settings(loops)), "utf-8")
    given = ["--config", str(folder / "config.json"), *options]
    return CliRunner().invoke(verify.command, given, catch_exceptions=fails)


def test_all_shops_are_compared_in_one_call_with_a_line_each_and_a_total(
    loops: dict[str, Loop], tmp_path: Path
) -> None:
    """What differs names its shop; the exit code is 1."""
    asked = ("--stream", "returns", "--against")
    equal = call(loops, tmp_path, *asked, rows(loops, tmp_path))
    assert (equal.exit_code, equal.stdout) == (0, "")
    assert "0 differences in 0 of 2 shops compared" in equal.stderr
    differs = call(loops, tmp_path, *asked, rows(loops, tmp_path, "south"))
    assert differs.exit_code == 1
    first = next(iter(loops["south"].shop.book)).id
    assert differs.stdout.splitlines()[1].split()[:3] == ["south", "missing", first]
    assert "north: 0 differences" in differs.stderr
    assert "south: 1 differences" in differs.stderr
    assert "1 differences in 1 of 2 shops compared" in differs.stderr


def test_a_shop_that_cannot_be_compared_is_told_and_the_others_are(
    loops: dict[str, Loop], tmp_path: Path
) -> None:
    """The run ends with the exit code of shops that failed, and none looks equal for it."""
    loops["north"].scopes = frozenset()
    asked = ("--stream", "returns", "--against", rows(loops, tmp_path, "south"))
    result = call(loops, tmp_path, *asked, fails=True)
    assert isinstance(result.exception, ShopsFailed)
    assert "1 of 2 shops could not be compared: north" in str(result.exception)
    assert "north: failed: " in result.stderr
    assert "south: 1 differences" in result.stderr


def test_a_repair_mends_every_shop_that_differs(loops: dict[str, Loop], tmp_path: Path) -> None:
    """The next run sends just the rows that were missing, of both."""
    config = settings(loops, lookback_hours=0)
    state = run_tap(config).state
    (tmp_path / "state.json").write_text(json.dumps(state), "utf-8")
    mended = str(tmp_path / "mended.json")
    asked = ("--stream", "returns", "--against", rows(loops, tmp_path, "north", "south"))
    call(loops, tmp_path, *asked, "--state", str(tmp_path / "state.json"), "--repair", mended)
    again = run_tap(config, state=json.loads(Path(mended).read_text("utf-8")))
    firsts = {(name, next(iter(loop.shop.book)).id) for name, loop in loops.items()}
    assert firsts <= {(row["shop"], row["id"]) for row in again.records("returns")}


def test_returns_are_counted_by_shop(loops: dict[str, Loop], tmp_path: Path) -> None:
    """Without a file; the query for one has the shop, too."""
    found = json.loads(call(loops, tmp_path, "--format", "json").stdout)
    count = {name: sum(r["count"] for r in found if r["shop"] == name) for name in loops}
    assert count == {"north": 30, "south": 20}
    assert call(loops, tmp_path, "--query").stdout == "select shop, id, updated_at from returns\n"
