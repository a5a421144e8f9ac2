"""A repair: the next run reads what was missing or stale, and the warehouse holds again."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from loop_returns.errors import SettingsError
from tap_loopreturns import verify
from tap_loopreturns.comparing import DATED
from tap_loopreturns.verifying.differences import RowDifference
from tap_loopreturns.verifying.loop_rows import LoopRow
from tap_loopreturns.verifying.repair import repairing
from tests.sampling import sampled
from tests.tap_loopreturns.verifying.warehouse import LoadedTables


def spoil(warehouse: LoadedTables, name: str) -> None:
    """Let three rows be gone, three old, and one be too many."""
    table, date = warehouse.tables[name], str(DATED[name].replication_key)
    keys = sorted(table)
    Random(1).shuffle(keys)
    old = {date: "2026-01-01T00:00:01Z"}
    for key in keys[:3]:
        del table[key]
    for key in keys[3:6]:
        table[key] = table[key] | old
    names = DATED[name].keys
    table["none",] = table[keys[6]] | dict.fromkeys(names, "none")


def verified(config: dict[str, Any], warehouse: LoadedTables, name: str, folder: Path) -> list[str]:
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "state.json").write_text(json.dumps(warehouse.state), "utf-8")
    files = {"--config": "config.json", "--state": "state.json", "--repair": "repaired.json"}
    options = [word for name, file in files.items() for word in (name, str(folder / file))]
    against = ("--against", warehouse.dump(name), "--format", "json")
    done = CliRunner().invoke(verify.command, [*options, "--stream", name, *against])
    return [row["difference"] for row in json.loads(done.stdout)]


@pytest.mark.parametrize("name", sampled(DATED, 3))
def test_the_next_run_mends_every_stream(
    name: str, everything: dict[str, Any], tmp_path: Path
) -> None:
    """What was missing or stale is as Loop has it; what is too many alone is left."""
    config = everything | {"deep_reading_days": 0, "trailing_days": 0}
    warehouse = LoadedTables(config, tmp_path)
    warehouse.load(name)
    spoil(warehouse, name)
    differing = verified(config, warehouse, name, tmp_path)
    assert differing == ["missing"] * 3 + ["extra"] + ["stale"] * 3
    warehouse.state = json.loads((tmp_path / "repaired.json").read_text("utf-8"))
    warehouse.load(name)
    assert verified(config, warehouse, name, tmp_path) == ["extra"]


@pytest.mark.parametrize("name", ["label_requests", "advanced_shipping_notices"])
def test_a_row_that_changed_behind_its_date_is_told_and_mended(
    name: str, everything: dict[str, Any], tmp_path: Path
) -> None:
    """Its date is that of its creation; another column shows that it is not as Loop has it."""
    config = everything | {"deep_reading_days": 0, "trailing_days": 0}
    warehouse = LoadedTables(config, tmp_path)
    warehouse.load(name)
    before = copy.deepcopy(warehouse.tables[name])
    for key, column in zip(sorted(before), DATED[name].shows_change, strict=False):
        warehouse.tables[name][key][column] = "2026-01-01 00:00:01"
    told = verified(config, warehouse, name, tmp_path)
    assert told == ["stale"] * len(DATED[name].shows_change)
    warehouse.state = json.loads((tmp_path / "repaired.json").read_text("utf-8"))
    warehouse.load(name)
    assert warehouse.tables[name] == before


@pytest.mark.parametrize("name", DATED)
def test_a_repair_changes_nothing_but_what_differs(
    name: str, everything: dict[str, Any], tmp_path: Path
) -> None:
    """All else is as it was, be it that a row of the same second, day or shipment comes again."""
    config = everything | {"deep_reading_days": 0, "trailing_days": 0}
    warehouse = LoadedTables(config, tmp_path)
    warehouse.load(name)
    before = copy.deepcopy(warehouse.tables[name])
    spoil(warehouse, name)
    verified(config, warehouse, name, tmp_path)
    warehouse.state = json.loads((tmp_path / "repaired.json").read_text("utf-8"))
    sent = warehouse.load(name)[name]
    del warehouse.tables[name]["none",]
    assert warehouse.tables[name] == before
    assert 6 <= sent < len(before)


def test_a_repair_reads_no_other_returns(everything: dict[str, Any], tmp_path: Path) -> None:
    """But for those that changed in the very same seconds."""
    warehouse = LoadedTables(everything, tmp_path)
    warehouse.load("returns")
    changed = [row["updated_at"] for row in warehouse.tables["returns"].values()]
    spoil(warehouse, "returns")
    verified(everything, warehouse, "returns", tmp_path)
    left = [row["updated_at"] for row in warehouse.tables["returns"].values()]
    warehouse.state = json.loads((tmp_path / "repaired.json").read_text("utf-8"))
    lacking = {at for at in changed if changed.count(at) > left.count(at)}
    assert warehouse.load("returns") == {"returns": sum(at in lacking for at in changed)}


def test_what_else_state_says_is_left_as_it_is(everything: dict[str, Any], tmp_path: Path) -> None:
    """Other streams and other shops keep their bookmarks, also in the STATE that was given."""
    warehouse = LoadedTables(everything, tmp_path)
    warehouse.load("returns", "label_requests")
    given = {"shops": {"north": warehouse.state, "south": copy.deepcopy(warehouse.state)}}
    before = copy.deepcopy(given)
    missing = RowDifference("missing", ("1",), LoopRow(1_770_000_000, state="open"))
    repaired = repairing(given, DATED["returns"], [missing], ("open", "closed"), shop="north")
    assert given == before
    assert repaired["shops"]["south"] == before["shops"]["south"]
    north, was = (one["shops"]["north"]["bookmarks"] for one in (repaired, before))
    assert north["label_requests"] == was["label_requests"]
    assert north["returns"]["covered"]["closed"] == was["returns"]["covered"]["closed"]
    assert len(north["returns"]["covered"]["open"]) == 2


@pytest.mark.parametrize("state", [{}, {"bookmarks": []}, {"bookmarks": {"orders": {}}}])
def test_a_state_without_the_stream_is_refused_in_a_line(state: dict[str, Any]) -> None:
    """There is nothing to mend: a run from it reads all."""
    with pytest.raises(SettingsError, match="has no bookmark of returns"):
        repairing(state, DATED["returns"], [], ("open",))
