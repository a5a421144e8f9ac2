"""A mirrored list is as the query says, or the run stopped; an empty query removes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest

from mock_loop import Shop
from target_loopreturns.planning.mirror import mirrored
from tests.acting import ALL_ALLOWED, Desk, Row, messages
from tests.target_loopreturns.runs.rows import APPLY, INPUT

MIRROR = {**ALL_ALLOWED, "mirror": ["blocklist_items"], "mirror_max_share": "100%"}


def order(value: str) -> Row:
    return {"type": "order", "value": value}


def query(*rows: Row, stream: str = "blocklist_items", state: Any = 1) -> list[str]:
    return messages({stream: rows}, state)


def values(shop: Shop) -> Sequence[str]:
    return sorted(row["value"] for row in shop.blocklists.values())


def test_without_a_row_nothing_is_planned() -> None:
    """Whoever asks: the plan itself removes nothing for an empty query."""
    assert mirrored("blocklist_items", [], [{"id": 1, "value": "#1"}], {}).actions == []


def test_the_query_is_the_list(desk: Desk, shop: Shop) -> None:
    """Again and again, whatever the ledger says and people do: made, removed, made again."""
    for wanted in (["#1", "#2"], ["#2"], ["#1", "#2"], ["#3"]):
        ran = desk.run(query(*map(order, wanted)), **MIRROR)
        assert (values(shop), ran.exit_code, ran.state) == (wanted, 0, [1])
    shop.blocklists.clear()
    shop.table("blocklists")[77] = {"id": 77, **order("by hand"), "secondary_value": None}
    assert desk.run(query(order("#3")), **MIRROR).results == {"done": 2}
    assert values(shop) == ["#3"]
    desk.loop.clear_requests()
    desk.run(query(order("#3")), **MIRROR)
    assert desk.changes() == []


@pytest.mark.parametrize("limit", [{"mirror_max_removals": 2}, {"mirror_max_share": "74%"}])
def test_more_than_may_be_removed_stops_the_run(desk: Desk, shop: Shop, limit: Row) -> None:
    """Before anything is done: three of four rows are more than either limit."""
    desk.run(query(*map(order, ["#1", "#2", "#3"])), **ALL_ALLOWED)
    desk.loop.clear_requests()
    ran = desk.run(query(order("#1"), order("#9")), **MIRROR | limit)
    assert (ran.exit_code, ran.state, desk.changes()) == (INPUT, [], [])
    assert "remove 3 of 4 rows" in ran.error
    assert len(values(shop)) == 4


def test_an_empty_query_removes_nothing(desk: Desk, shop: Shop) -> None:
    """Nor does one whose tap broke off: its rows are not followed by a STATE."""
    ran = desk.run(query(), **MIRROR)
    assert (ran.exit_code, desk.changes(), len(values(shop))) == (0, [], 1)
    ran = desk.run(query(order("#1"), state=None), **MIRROR)
    assert (ran.exit_code, "broken off" in ran.error, desk.changes()) == (INPUT, True, [])


def test_a_mirror_wants_the_permission_to_delete(desk: Desk) -> None:
    """The setting is named before anything is asked; a row that deletes is refused."""
    ran = desk.run(query(order("#1")), **APPLY, mirror=["blocklist_items"])
    assert (ran.exit_code, "'mirror'" in ran.error) == (1, True)
    ran = desk.run(query({"action": "delete", "id": 3}), **MIRROR)
    assert (ran.exit_code, desk.changes()) == (INPUT, [])


def test_a_destination_of_the_same_name_is_updated(desk: Desk, shop: Shop) -> None:
    """Not made anew beside one that is removed."""
    address = {"address1": "1 Dock", "city": "Reno"}
    shop.destinations.clear()
    for own, name in ((5, "A"), (6, "B")):
        shop.destinations[own] = {"id": own, "name": name, "type": "donate", "address": address}
    row = {"action": "create", "name": "A", "type": "donate", "address": {"address1": "2 Dock"}}
    ran = desk.run(query(row, stream="destinations"), **MIRROR | {"mirror": ["destinations"]})
    assert (ran.results, list(shop.destinations)) == ({"done": 2}, [5])
    assert shop.destinations[5]["address"]["address1"] == "2 Dock"


def test_a_mirror_can_be_planned_and_approved(desk: Desk, shop: Shop) -> None:
    """What the ledger says was done before is in the plan, too, and is done."""
    desk.run(query(order("#1")), **MIRROR)
    desk.run(query(order("#2")), **MIRROR)
    file = str(desk.folder / "plan.jsonl")
    desk.run(query(order("#1")), **MIRROR, plan=file)
    digest = hashlib.sha256((desk.folder / "plan.jsonl").read_bytes()).hexdigest()
    assert desk.run([], **MIRROR, plan=file, approve=digest).exit_code == 0
    assert values(shop) == ["#1"]
