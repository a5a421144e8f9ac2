"""A plan is reviewed first, and then exactly that is done."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from mock_loop import Shop
from target_loopreturns.actions import schemas
from tests.acting import ALL_ALLOWED, Desk, Ran, Row, messages, returns
from tests.target_loopreturns.runs.rows import APPLY, INPUT, UNSETTLED, flag, note


def saved(desk: Desk, given: list[str], **more: Any) -> dict[str, Any]:
    """Plan, and give the settings that approve it."""
    file = desk.folder / "plan.jsonl"
    assert desk.run(given, plan=str(file), **more).exit_code == 0
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return {"plan": str(file), "approve": digest, **more}


def test_a_plan_is_saved_and_nothing_is_done(desk: Desk, capfd: Any) -> None:
    """Also with `apply`; it is its owner's alone, and the digest is told."""
    settings = saved(desk, returns(flag("1")), **APPLY)
    assert desk.changes() == []
    assert settings["approve"] in capfd.readouterr().err
    assert Path(settings["plan"]).stat().st_mode & 0o077 == 0


def test_its_lines_pass_the_schema(desk: Desk) -> None:
    """Rows of several kinds, planned and refused; the first line says how many there are."""
    rows: dict[str, list[Row]] = {
        "return_actions": [flag("1"), flag("3"), note("7")],
        "blocklist_items": [{"type": "order", "value": "#1"}, {"action": "delete", "id": 3}],
        "destinations": [{"action": "delete", "id": 99}],
    }
    settings = saved(desk, messages(rows, state={"at": 1.0}), **ALL_ALLOWED)
    check = Draft202012Validator(schemas.schema("plan_lines"))
    head, *lines = map(json.loads, Path(settings["plan"]).read_text().splitlines())
    for line in (head, *lines):
        check.validate(line)
    assert (head["actions"], len(lines), head["state"]) == (6, 6, '{"at": 1.0}')
    assert not check.is_valid(lines[0] | {"verdict": "perhaps"})


def test_a_reader_gets_a_table(desk: Desk, shop: Shop) -> None:
    """By action and reason, with amounts; a return counts once in a line. No personal data."""
    for own, total in (("1", "10.50"), ("7", "5.00")):
        shop.edit_return(own, total=total)
    rows = {
        "return_actions": [note("1"), note("1") | {"content": "x"}, note("7"), flag("3")],
        "blocklist_items": [{"type": "email", "value": "secret@shop.example"}],
    }
    settings = saved(desk, messages(rows))
    table = Path(f"{settings['plan']}.txt").read_text()
    (line,) = [one for one in table.splitlines() if "return_actions note" in one]
    assert line.split()[:3] == ["3", "2", "15.50"]
    assert "refused: the return is closed" in table
    assert "secret" not in table


def test_exactly_the_approved_plan_is_done(desk: Desk, shop: Shop) -> None:
    """Without any input but its file; its STATE passes."""
    settings = saved(desk, returns(flag("1"), flag("3"), note("7"), state=5))
    ran = desk.run([], **settings)
    assert (ran.results, ran.state) == ({"done": 2, "refused": 1}, [5])
    assert (shop.book["1"].state, len(shop.notes["7"])) == ("review", 1)
    assert desk.run([], **settings).state == [5]
    assert set(shop.acted.values()) == {1}


def test_another_plan_is_not_done(desk: Desk, shop: Shop) -> None:
    """A changed file, another digest, another account: nothing is asked of Loop."""
    settings = saved(desk, returns(flag("1")))
    desk.loop.clear_requests()
    assert desk.run([], **settings | {"approve": "0" * 64}).exit_code == INPUT
    assert desk.run([], **settings, api_key="another").exit_code == INPUT
    file = Path(settings["plan"])
    file.write_text(file.read_text().replace('"1"', '"7"'))
    assert desk.run([], **settings).exit_code == INPUT
    assert (desk.loop.requests, shop.acted) == ([], {})


def test_new_rows_are_not_slipped_in(desk: Desk, shop: Shop) -> None:
    """They come with the approval, and are told as not tried; STATE stays for them."""
    settings = saved(desk, returns(flag("1")))
    ran: Ran = desk.run(returns(flag("1"), flag("7"), state=2), **settings)
    assert (ran.results, ran.exit_code, ran.state) == ({"done": 1, "not_tried": 1}, UNSETTLED, [])
    assert set(shop.acted) == {("1", "flag")}


def test_what_has_moved_is_not_done_and_told(desk: Desk, shop: Shop) -> None:
    """What it was planned on, and what it is now; what has not moved is done."""
    entry = {"type": "order", "value": "#9"}
    rows = {"return_actions": [note("1"), note("7")], "blocklist_items": [entry]}
    settings = saved(desk, messages(rows, state=1))
    shop.move_return("1", "closed")
    shop.table("blocklists")[9] = {"id": 9, **entry, "secondary_value": None}
    ran = desk.run([], **settings)
    assert ran.of(return_id="1")["reason"] == "planned on state open; now state closed"
    assert ran.of(stream="blocklist_items")["code"] == "moved"
    assert (ran.results, ran.state) == ({"refused": 2, "done": 1}, [])
    assert (len(desk.changes()), len(shop.notes["7"])) == (1, 1)
    assert "2 moved since the plan" in ran.error
