"""Loop's rules on the rows of lists, known before Loop is asked."""

from __future__ import annotations

from typing import Any

import pytest

from target_loopreturns.kinds.present import Present
from target_loopreturns.sending import api_calls
from tests.target_loopreturns.acts import act, judged


def test_lists_are_not_written_twice() -> None:
    """An entry that is there, in any case of its letters, is done without a request."""
    present = Present(
        lists={"blocklist_items": [{"id": 3, "type": "email", "value": "A@b.example"}]}
    )
    rows = [
        act("blocklist_items", type="email", value="a@B.example"),
        act("blocklist_items", type="email", value="new@b.example", action_id="1"),
        act("blocklist_items", type="email", value="new@b.example", action_id="2"),
        act("blocklist_items", action="delete", type="email", value="a@b.example"),
        act("blocklist_items", action="delete", id=3),
    ]
    results = [row.outcome.result for row in judged(present, *rows)]
    assert results == ["done", "planned", "done", "planned", "done"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"action": "update", "id": 9, "name": "B"}, "not_found"),
        ({"action": "update", "id": 5, "name": "A"}, ""),
        ({"action": "update", "id": 5, "enabled": False}, ""),
    ],
)
def test_destinations_are_updated_whole(row: dict[str, Any], code: str) -> None:
    """Loop's PUT wants all of a destination, so what a row leaves out is sent as it is."""
    address = {"address1": "1 Dock", "city": "Reno"}
    now = {"id": 5, "name": "A", "type": "donate", "address": address, "enabled": True}
    (planned,) = judged(Present(lists={"destinations": [now]}), act("destinations", **row))
    assert planned.outcome.code == code
    if planned.outcome.result == "planned":
        request = api_calls.request([planned.action], planned.row)
        assert (request.method, request.path) == ("PUT", "/destinations/5")
        assert request.body == {k: v for k, v in now.items() if k != "id"} | {"enabled": False}


def test_a_trigger_must_belong_to_its_topic() -> None:
    """Loop takes others, and then sends empty events."""
    row: dict[str, Any] = {"action": "create", "topic": "label", "url": "https://a.example"}
    present = Present(lists={"webhooks": []})
    rows = [
        act("webhooks", **row, trigger="return.closed"),
        act("webhooks", **row, trigger="label.created"),
    ]
    assert [row.outcome.code for row in judged(present, *rows)] == ["trigger", ""]
