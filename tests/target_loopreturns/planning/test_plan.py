"""What would be done: each action meets what those before it leave."""

from __future__ import annotations

from target_loopreturns.planning import plan
from target_loopreturns.planning.rules import ExpectedAccount
from target_loopreturns.sending import api_calls
from tests.target_loopreturns.acts import act, judged, one


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
    first, second, refused = plan.steps(planned)
    request = api_calls.request(first)
    assert request.path == "/warehouse/return/7/remove"
    assert request.params == {"line_item_id": "1,3"}
    assert (second, refused) == ((rows[1],), (rows[3],))


def test_an_action_meets_what_those_before_it_leave() -> None:
    """Two actions on one return are judged one after the other, not both by today's state."""
    rows = [act(action="flag"), act(action="cancel"), act(action="close"), act(action="process")]
    results = [row.outcome.result for row in judged(one("open"), *rows)]
    assert results == ["planned", "refused", "planned", "refused"]
