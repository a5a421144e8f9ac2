"""Loop's rules, known before Loop is asked."""

from __future__ import annotations

from typing import Any

import pytest

from target_loopreturns.planning import plan
from target_loopreturns.planning.account_now import Present
from target_loopreturns.planning.rules import ExpectedAccount
from target_loopreturns.sending import api_calls
from tests.acting import AFTER
from tests.target_loopreturns.acts import EVERY, STATES, act, judged, one


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", ["process", "cancel", "flag", "close", "remove_line_items"])
def test_only_the_transitions_that_loop_makes_are_planned(state: str, name: str) -> None:
    """Every state with every action: planned where Loop does it, elsewhere refused."""
    ids: dict[str, Any] = {"line_item_ids": ["1"]} if name == "remove_line_items" else {}
    (planned,) = judged(one(state), act(action=name, **ids))
    allowed = (state, name) in AFTER or (state, name) == ("open", "remove_line_items")
    assert planned.outcome.result == ("planned" if allowed else "refused")
    assert allowed or (planned.outcome.code and state in planned.told.replace("review", state))


@pytest.mark.parametrize("state", STATES)
def test_a_note_is_taken_in_any_state(state: str) -> None:
    """No rule of Loop's keeps a note from a return that has ended."""
    (planned,) = judged(one(state), act(action="note", content="hello"))
    assert planned.outcome.result == "planned"


@pytest.mark.parametrize("name", ["process", "remove_line_items"])
def test_flagged_returns_are_processed_only_where_the_shop_allows_it(name: str) -> None:
    """`process_flagged` says that Loop's own setting is on."""
    ids: dict[str, Any] = {"line_item_ids": ["1"]} if name == "remove_line_items" else {}
    (planned,) = judged(one("review"), act(action=name, **ids), flagged=True)
    assert planned.outcome.result == "planned"


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        ("refund", "planned"),
        ("credit", "planned"),
        (None, "planned"),
        ("exchange", "refused"),
        ("upsell", "refused"),
        ("exchange+refund", "refused"),
    ],
)
def test_only_refunds_and_credits_can_be_removed(outcome: str | None, result: str) -> None:
    """Where the outcome is not known, Loop decides."""
    (planned,) = judged(one("open", outcome), act(action="remove_line_items", line_item_ids=["1"]))
    assert planned.outcome.result == result


def test_a_return_in_the_queue_is_left_alone() -> None:
    """What Loop has taken up for processing is not cancelled meanwhile."""
    account = ExpectedAccount(one("open"))
    account.expect_processing("7")
    (planned,) = plan.plan([act(action="cancel")], account, EVERY)
    assert planned.outcome.code == "processing"


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
