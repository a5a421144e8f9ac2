"""Actions as Loop's API wants them, and Loop's answers as outcomes."""

from __future__ import annotations

from typing import Any

import pytest

from loop_returns.http.exchange import Reply
from mock_loop.errors import ENVELOPES
from target_loopreturns.actions.action import Action
from target_loopreturns.sending import api_calls
from tests.target_loopreturns.acts import act

NO_ACCESS = [body for body in ENVELOPES if "Unauth" in str(body)]
BROKEN = [{"message": "Server Error"}, {"errors": {"message": "x", "code": "UNEXPECTED_ERROR"}}]
REFUSALS = [body for body in ENVELOPES if body not in (False, *NO_ACCESS, *BROKEN)]


@pytest.mark.parametrize("envelope", REFUSALS)
@pytest.mark.parametrize("status", [200, 400, 403, 404, 409, 422])
def test_every_refusal_is_an_outcome_with_loops_words(envelope: Any, status: int) -> None:
    """Each error body of the reference, under each status that refusals come with."""
    outcome = api_calls.outcome(act(action="cancel"), Reply(status, envelope))
    assert outcome is not None
    assert (outcome.result, outcome.status) == ("refused", status)
    assert outcome.final
    assert outcome.reason not in ("", "no reason given")


@pytest.mark.parametrize("envelope", NO_ACCESS)
@pytest.mark.parametrize("status", [200, 400, 403, 404, 409, 422])
def test_trouble_with_the_key_is_no_refusal(envelope: Any, status: int) -> None:
    """Whatever its status, it says nothing about the action: the next run asks again."""
    outcome = api_calls.outcome(act(action="cancel"), Reply(status, envelope))
    assert outcome is not None
    assert (outcome.result, outcome.final) == ("failed", False)


@pytest.mark.parametrize("envelope", BROKEN)
@pytest.mark.parametrize("status", [200, 400, 404, 409, 422])
def test_a_server_that_broke_does_not_say_whether_it_did_it(envelope: Any, status: int) -> None:
    """It may have broken before the change or after it: a look tells."""
    assert api_calls.outcome(act(action="cancel"), Reply(status, envelope)) is None


@pytest.mark.parametrize("name", ["cancel", "process", "note"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, None),
        (404, {"message": "The route api/x could not be found."}),
        (405, None),
        (405, {"message": "The method is not supported for this route."}),
        (410, {"errors": [{"message": "Gone."}]}),
        (413, None),
        (422, None),
        (451, None),
    ],
)
def test_what_is_not_loops_word_on_an_action_is_no_refusal(
    name: str, status: int, body: Any
) -> None:
    """A page of a proxy's, an address that does not exist: not done, and asked for again."""
    row: dict[str, Any] = {"content": "hello"} if name == "note" else {}
    outcome = api_calls.outcome(act(action=name, **row), Reply(status, body))
    assert outcome is not None
    assert (outcome.result, outcome.final) == ("failed", False)
    assert str(status) in outcome.reason


HOOK: dict[str, Any] = {"topic": "label", "trigger": "label.created", "url": "https://a.example"}
PLACE: dict[str, Any] = {"name": "B", "type": "donate", "address": {"city": "Reno"}}
MADE: list[tuple[Action, int, Any]] = [
    (act(action="cancel"), 200, True),
    (act(action="note", content="hello"), 200, True),
    (act(action="remove_line_items", line_item_ids=["1"]), 200, True),
    (act("fraud_reports", return_id="7", category="item-is-worn"), 201, {"id": 1}),
    (act("allowlist_items", type="order", value="#1"), 201, {"id": 1}),
    (act("blocklist_items", type="order", value="#1"), 200, {"id": 1}),
    (act("allowlist_items", action="delete", id=1), 204, None),
    (act("blocklist_items", action="delete", id=1), 200, True),
    (act("destinations", action="create", **PLACE), 200, {"destination": {"id": 1}}),
    (act("destinations", action="update", id=1, name="C"), 200, {"id": 1}),
    (act("destinations", action="delete", id=1), 200, "Success"),
    (act("webhooks", action="create", **HOOK), 201, {"id": 1}),
    (act("webhooks", action="update", id=1, status="active"), 204, None),
    (act("webhooks", action="delete", id=1), 204, None),
    (act("carts", action="create", cart=[1]), 200, {"token": "t", "data": {}}),
    (act("carts", action="update", token="t", cart=[1]), 200, {"updated": True, "data": {}}),
    (act("carts", action="delete", token="t"), 200, True),
]


@pytest.mark.parametrize(("action", "status", "body"), MADE)
def test_success_has_the_form_that_loop_documents(action: Action, status: int, body: Any) -> None:
    """That answer is done; `false`, an empty one and others do not say so."""
    outcome = api_calls.outcome(action, Reply(status, body))
    assert outcome is not None
    assert outcome.result == "done"
    others: list[Any] = [None, False, {}, [], "yes", 0, {"id": None}, {"ok": True}]
    for other in others:
        assert api_calls.outcome(action, Reply(200, other)) is None


def test_a_change_needs_to_know_its_row() -> None:
    """An entry without an id is no address: never `/blocklists/None`."""
    delete = act("blocklist_items", action="delete", type="order", value="#1")
    with pytest.raises(ValueError, match="which row"):
        api_calls.request([delete], {"type": "order", "value": "#1"})


@pytest.mark.parametrize("body", [None, False, [], "yes", {}])
def test_an_answer_that_says_nothing_is_looked_into(body: Any) -> None:
    """Only `true` is a return action that was done."""
    assert api_calls.outcome(act(action="cancel"), Reply(200, body)) is None


def test_processing_is_queued_until_the_return_is_closed() -> None:
    """Loop's `true` to process means queued, and no more."""
    outcome = api_calls.outcome(act(action="process"), Reply(200, True))
    assert outcome is not None
    assert outcome.result == "queued"
