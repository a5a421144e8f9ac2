"""The file that tells what became of each action."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from loop_returns.errors import LoopReturnsError, SettingsError
from mock_loop import Quirks
from target_loopreturns.actions import outcomes
from target_loopreturns.target import TargetLoopReturns
from tests.acting import ALL_ALLOWED, Desk, messages, returns, told
from tests.target_loopreturns.runs.rows import APPLY, flag, note


def test_outcomes_are_singer_messages_or_bare_rows(desk: Desk) -> None:
    """Either format holds the same records, which fit the schema that is sent with them."""
    given = messages({"return_actions": [flag("1"), flag("3")], "blocklist_items": [
        {"type": "email", "value": "who@shop.example"}]})  # fmt: skip
    ran = desk.run(given, **APPLY)
    lines = (desk.folder / "outcomes.jsonl").read_text().splitlines()
    schema = json.loads(lines[0])
    assert (schema["type"], schema["key_properties"]) == ("SCHEMA", ["stream", "action_id"])
    for record in ran.outcomes:
        Draft202012Validator(schema["schema"]).validate(record)
        assert set(record) == set(schema["schema"]["properties"])
    again = desk.run(given, **APPLY, outcomes_format="jsonl").outcomes
    # What is refused by rule is judged anew, and settled at its own time.
    timeless = [[{**record, "settled_at": None} for record in run] for run in (ran.outcomes, again)]
    assert timeless[0] == timeless[1]


def test_outcomes_are_readable_by_their_owner_alone(desk: Desk) -> None:
    """They hold what the rows said, whatever the file before was like."""
    file = desk.folder / "outcomes.jsonl"
    file.write_text("")
    file.chmod(0o644)
    outcomes.begin(str(file), "ledger.sqlite", singer=True)
    assert file.stat().st_mode & 0o077 == 0
    desk.run(returns(flag()), **APPLY)
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("place", ["none/outcomes.jsonl", ".", "/dev/null"])
def test_outcomes_that_cannot_be_written_are_noticed_before_anything_is_done(
    desk: Desk, place: str
) -> None:
    """One line that names the setting, and no request."""
    with pytest.raises(SettingsError, match=r"'outcomes' .* cannot be written") as refused:
        TargetLoopReturns(config=desk.config(apply=True, outcomes=str(desk.folder / place))).listen(
            returns(flag())
        )
    assert (refused.value.exit_code, desk.loop.requests) == (1, [])


@pytest.mark.parametrize("singer", [True, False])
@pytest.mark.parametrize(
    ("given", "code"), [(returns(flag()), 3), (["no message"], 8), (returns(flag()) * 2, 3)]
)
def test_rows_of_an_earlier_run_are_not_told_as_this_ones(
    desk: Desk, given: list[str], code: int, *, singer: bool
) -> None:
    """After any end, the file holds this run's rows and no others."""
    form = {"outcomes_format": "singer" if singer else "jsonl"}
    desk.run(returns(flag("7"), flag("8")), **APPLY, **form)
    file = desk.folder / "outcomes.jsonl"
    ledger = str(desk.folder / "other.sqlite")
    with pytest.raises(LoopReturnsError) as ended:
        TargetLoopReturns(
            config=desk.config(apply=True, api_key="wrong", ledger=ledger, **form)
        ).listen(given)
    assert ended.value.exit_code == code
    rows = [(row["return_id"], row["outcome"]) for row in told(file)]
    assert rows == ([("1", "not_tried")] if code == 3 else [])


def test_the_line_is_that_of_this_runs_input(desk: Desk) -> None:
    """A row known from another run, on another line; and one that was not given again."""
    desk.loop.quirks = Quirks(requests_per_minute=None, process_seconds=60)
    rows = [flag("7"), {"return_id": "1", "action": "process"}]
    desk.run(returns(*rows), **ALL_ALLOWED)
    ran = desk.run(returns(flag("8"), flag("7")), **ALL_ALLOWED)
    lines = {row["return_id"]: row["line"] for row in ran.outcomes}
    assert lines == {"8": 2, "7": 3, "1": None}
    ran = desk.run(returns(flag("8"), flag("7"), note("6"), rows[1]), **ALL_ALLOWED)
    lines = {row["return_id"]: row["line"] for row in ran.outcomes}
    assert lines == {"8": 2, "7": 3, "6": 4, "1": 5}


def test_outcomes_never_take_the_ledgers_place(desk: Desk) -> None:
    """One path for both is a slip that would forget all that was done."""
    assert desk.run(returns(flag()), **APPLY).exit_code == 0
    ledger = desk.folder / "ledger.sqlite"
    before = ledger.read_bytes()
    (desk.folder / "link").symlink_to(ledger)
    config = desk.config(apply=True, outcomes=str(desk.folder / "link"))
    with pytest.raises(SettingsError, match="is the ledger"):
        TargetLoopReturns(config=config).listen(returns(flag()))
    assert ledger.read_bytes() == before
