"""The extractor of the ledger: both streams, from the bookmark on, into any loader."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from loop_returns.errors import SettingsError
from target_loopreturns.history_tap import TapLoopReturnsActions
from tests.acting import Desk, returns
from tests.target_loopreturns.databases import BOTH
from tests.target_loopreturns.runs.rows import APPLY, flag, note


@pytest.fixture(params=BOTH)
def ledger_kind(request: pytest.FixtureRequest) -> str:
    """All of this holds wherever the ledger is."""
    kind: str = request.param
    return kind


def extract(ledger: str, state: Any = None) -> list[Any]:
    """The messages of a run of the extractor."""
    said = io.StringIO()
    with redirect_stdout(said):
        TapLoopReturnsActions(config={"ledger": ledger}, state=state).sync_all()
    return [json.loads(line) for line in said.getvalue().splitlines()]


def counted(told: list[Any]) -> tuple[int, int]:
    streams = [one["stream"] for one in told if one["type"] == "RECORD"]
    return streams.count("action_runs"), streams.count("action_outcomes")


def test_runs_and_outcomes_are_appended_from_the_bookmark_on(desk: Desk) -> None:
    """Two runs, then one more; each record passes its schema, and none comes twice."""
    ledger = desk.config()["ledger"]
    desk.run(returns(flag("1"), note("7")), **APPLY)
    desk.run(returns(flag("3")), **APPLY)
    told = extract(ledger)
    assert counted(told) == (2, 3)
    schemas = {one["stream"]: one["schema"] for one in told if one["type"] == "SCHEMA"}
    for one in told:
        if one["type"] == "RECORD":
            Draft202012Validator(schemas[one["stream"]]).validate(one["record"])
    state = next(one["value"] for one in reversed(told) if one["type"] == "STATE")
    assert counted(extract(ledger, state)) == (0, 0)
    desk.run(returns(note("1")), **APPLY)
    assert counted(extract(ledger, state)) == (1, 1)


def test_after_a_lost_ledger_the_new_one_is_read(desk: Desk, tmp_path: Path) -> None:
    """Its numbers are greater than those of the one that was lost, so the bookmark holds."""
    desk.run(returns(flag("1"), note("7")), **APPLY)
    told = extract(desk.config()["ledger"])
    state = next(one["value"] for one in reversed(told) if one["type"] == "STATE")
    new = str(tmp_path / "new.sqlite")
    desk.run(returns(note("1")), **APPLY, ledger=new)
    assert counted(extract(new, state)) == (1, 1)


def test_it_wants_a_ledger() -> None:
    """The setting is named."""
    with pytest.raises(SettingsError, match="'ledger'"):
        TapLoopReturnsActions(config={"ledger": " "})
