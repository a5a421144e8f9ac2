"""The file that tells what became of each action."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from tests.acting import Desk, messages
from tests.target_loopreturns.runs.rows import APPLY, flag


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
