"""Loop's rules, its answers, and what a look tells after a lost one: all without a network."""

from __future__ import annotations

from typing import Any

import pytest

from loop_returns.http.client import Reply
from mock_loop.errors import ENVELOPES
from target_loopreturns.actions.action import Action, read_action
from target_loopreturns.planning import plan
from target_loopreturns.planning.account_now import Present, ReturnNow
from target_loopreturns.planning.plan import Planned
from target_loopreturns.planning.rules import ExpectedAccount
from target_loopreturns.sending import api_calls
from target_loopreturns.sending.lost_answers import was_made
from tests.acting import AFTER

STATES = ("open", "review", "closed", "cancelled", "expired")
EVERY = ("process", "remove_line_items", "delete")
ITEMS = frozenset({"1", "2", "3"})


def act(stream: str = "return_actions", line: int = 1, **row: Any) -> Action:
    if stream == "return_actions":
        row = {"return_id": "7"} | row
    return read_action(stream, row, line)


def judged(present: Present, *rows: Action, flagged: bool = False) -> list[Planned]:
    return plan.plan(rows, ExpectedAccount(present, flagged), EVERY)


def one(state: str, outcome: str | None = "refund") -> Present:
    return Present(returns={"7": ReturnNow(state, outcome, ITEMS)})


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


def test_what_cannot_be_undone_wants_its_name() -> None:
    """Processing, removing line items and deleting are refused unless `allow` has them."""
    present = one("open")
    present.lists["webhooks"] = [{"id": 5}]
    rows = [
        act(action="process"),
        act(action="remove_line_items", line_item_ids=["1"]),
        act("webhooks", action="delete", id=5),
        act(action="cancel"),
    ]
    planned = plan.plan(rows, ExpectedAccount(present), [])
    assert [row.outcome.code for row in planned] == ["not_allowed"] * 3 + [""]


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


def test_all_removals_from_a_return_are_one_request() -> None:
    """The first call closes a return, so rows that name the same one are merged."""
    rows = [
        act(action="remove_line_items", line_item_ids=["3"]),
        act(action="note", content="between"),
        act(action="remove_line_items", line_item_ids=["1", "3"], line=2),
        act(action="remove_line_items", line_item_ids=["9"], line=3),
    ]
    planned = judged(one("open"), *rows)
    assert [row.outcome.code for row in planned] == ["", "", "", "line_items"]
    first, second = plan.steps(planned)
    request = api_calls.request(first.actions)
    assert request.path == "/warehouse/return/7/remove"
    assert request.params == {"line_item_id": "1,3"}
    assert second.actions[0].name == "note"


def test_an_action_meets_what_those_before_it_leave() -> None:
    """Two actions on one return are judged one after the other, not both by today's state."""
    rows = [act(action="flag"), act(action="cancel"), act(action="close"), act(action="process")]
    results = [row.outcome.result for row in judged(one("open"), *rows)]
    assert results == ["planned", "refused", "planned", "refused"]


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


@pytest.mark.parametrize("envelope", [body for body in ENVELOPES if body is not False])
@pytest.mark.parametrize("status", [200, 400, 403, 404, 409, 422])
def test_every_refusal_is_an_outcome_with_loops_words(envelope: Any, status: int) -> None:
    """Each error body of the reference, under each status that refusals come with."""
    outcome = api_calls.outcome(act(action="cancel"), Reply(status, envelope))
    assert outcome is not None
    assert (outcome.result, outcome.status) == ("refused", status)
    assert outcome.final
    assert outcome.reason not in ("", "no reason given")


@pytest.mark.parametrize("body", [None, False, [], "yes", {}])
def test_an_answer_that_says_nothing_is_looked_into(body: Any) -> None:
    """Only `true` is a return action that was done."""
    assert api_calls.outcome(act(action="cancel"), Reply(200, body)) is None


def test_processing_is_queued_until_the_return_is_closed() -> None:
    """Loop's `true` to process means queued, and no more."""
    outcome = api_calls.outcome(act(action="process"), Reply(200, True))
    assert outcome is not None
    assert outcome.result == "queued"


@pytest.mark.parametrize(
    ("name", "state", "made"),
    [
        ("process", "closed", True),
        ("process", "open", None),
        ("process", "review", None),
        ("process", "cancelled", False),
        ("cancel", "cancelled", True),
        ("cancel", "open", False),
        ("cancel", "closed", False),
        ("flag", "review", True),
        ("flag", "open", False),
        ("flag", "closed", None),
        ("close", "closed", True),
        ("close", "open", False),
    ],
)
def test_a_look_tells_what_became_of_a_lost_answer(
    name: str, state: str, made: bool | None
) -> None:
    """Made, surely not made, or not known: only the second may be asked for again."""
    assert was_made(act(action=name), one(state)) is made


def test_processing_is_repeated_only_when_loop_has_had_its_time() -> None:
    """Still open after `queue_minutes`, a return was not processed by a request that got lost."""
    assert was_made(act(action="process"), one("open"), overdue=True) is False


def test_removed_items_are_looked_for_in_the_return() -> None:
    """Gone: made. There, in an open return: not made. There, in an ended one: not known."""
    remove = act(action="remove_line_items", line_item_ids=["1", "2"])
    gone = Present(returns={"7": ReturnNow("closed", "refund", frozenset({"3"}))})
    assert was_made(remove, gone) is True
    assert was_made(remove, one("open")) is False
    assert was_made(remove, one("closed")) is None


def test_a_cart_whose_token_was_lost_cannot_be_looked_for() -> None:
    """Loop has no list of carts, so its creation is never repeated."""
    assert was_made(act("carts", action="create", cart=[1]), Present()) is None
