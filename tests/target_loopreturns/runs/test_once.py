"""An action is carried out once, whatever happens on the way."""

from __future__ import annotations

from typing import Any

import pytest

from mock_loop import ACTED, Faults, Quirks, Shop
from tests.acting import ALL_ALLOWED, Desk, messages, returns
from tests.sampling import sampled
from tests.target_loopreturns.databases import BOTH
from tests.target_loopreturns.runs.rows import APPLY, INPUT, UNSETTLED, flag, note, process


@pytest.fixture(params=BOTH)
def ledger_kind(request: pytest.FixtureRequest) -> str:
    """All of this holds wherever the ledger is."""
    kind: str = request.param
    return kind


def test_a_repeated_row_is_done_once(desk: Desk, shop: Shop) -> None:
    """Twice in one input, and again in the next."""
    for _ in range(2):
        assert desk.run(returns(note(), note()), **APPLY).results == {"done": 1}
    assert len(shop.notes["1"]) == 1


def test_an_action_id_makes_the_same_content_another_action(desk: Desk, shop: Shop) -> None:
    """Who wants the same note twice says so."""
    rows = [note() | {"action_id": "a"}, note() | {"action_id": "b"}]
    assert desk.run(returns(*rows), **APPLY).results == {"done": 2}
    assert len(shop.notes["1"]) == 2
    ran = desk.run(returns(flag() | {"action_id": "a"}), **APPLY)
    assert (ran.exit_code, "'action_id' is that of another" in ran.error) == (INPUT, True)


LOST = [
    ("return_actions", {"return_id": "1", "action": "cancel"}),
    ("return_actions", flag()),
    ("return_actions", {"return_id": "1", "action": "close"}),
    ("return_actions", note()),
    ("return_actions", process()),
    ("return_actions", {"return_id": "1", "action": "remove_line_items", "line_item_ids": "11"}),
    ("return_actions", {"return_id": "1", "action": "remove_line_items", "line_item_ids": "11,12"}),
    ("blocklist_items", {"type": "order", "value": "#1"}),
    ("allowlist_items", {"action": "delete", "type": "email", "value": "known@shop.example"}),
    ("fraud_reports", {"return_id": "1", "category": "item-is-worn"}),
    (
        "webhooks",
        {"action": "create", "topic": "label", "trigger": "label.created", "url": "http://a.b"},
    ),
    (
        "destinations",
        {"action": "create", "name": "B", "type": "donate", "address": {"address1": "1 Dock"}},
    ),
]


@pytest.mark.parametrize("fault", [*ACTED, "truncate"])
@pytest.mark.parametrize(("stream", "row"), LOST)
def test_a_lost_answer_is_looked_up_and_not_repeated(
    desk: Desk, shop: Shop, stream: str, row: dict[str, Any], fault: str
) -> None:
    """Loop has made the change, and its answer breaks: found done, and done once."""
    desk.loop.faults = Faults.script([fault], methods=("POST", "DELETE"))
    ran = desk.run(messages({stream: [row]}), **ALL_ALLOWED)
    assert (ran.results, ran.exit_code) == ({"done": 1}, 0)
    assert set(shop.acted.values()) == {1}


@pytest.mark.parametrize("fault", ["500", "502", "close", "reset", "524-html"])
@pytest.mark.parametrize(
    ("stream", "row"), sampled((one for one in LOST if one[1].get("action") != "process"), 3)
)
def test_a_request_that_did_nothing_is_sent_again(
    desk: Desk, shop: Shop, stream: str, row: dict[str, Any], fault: str
) -> None:
    """Loop has not made the change, which a look shows; so it is asked for again."""
    desk.loop.faults = Faults.script([fault, fault], methods=("POST", "DELETE"))
    ran = desk.run(messages({stream: [row]}), **ALL_ALLOWED)
    assert (ran.results, ran.exit_code, len(desk.changes())) == ({"done": 1}, 0, 3)
    assert set(shop.acted.values()) == {1}


def test_what_never_succeeds_fails_and_is_tried_by_the_next_run(desk: Desk, shop: Shop) -> None:
    """Surely not made: a failure, no STATE, and the next run tries again."""
    desk.loop.faults = Faults(1.0, ["503"], methods=("POST",))
    ran = desk.run(returns(flag(), state=1), **APPLY)
    assert (ran.results, ran.exit_code, ran.state) == ({"failed": 1}, UNSETTLED, [])
    assert "Loop answered 503" in ran.outcomes[0]["reason"]
    desk.loop.faults = None
    ran = desk.run(returns(flag(), state=1), **APPLY)
    assert (ran.results, ran.state, shop.book["1"].state) == ({"done": 1}, [1], "review")


def test_an_action_is_not_tried_after_one_that_failed_on_the_same_return(desk: Desk) -> None:
    """The order of a return's actions is kept, whatever happens; other returns go on."""
    desk.loop.faults = Faults.script(["500"] * 3, methods=("POST",))
    ran = desk.run(returns(note("1"), flag("1"), flag("7")), **APPLY)
    assert [row["outcome"] for row in ran.outcomes] == ["failed", "failed", "done"]
    assert "line 2 on the same return" in ran.outcomes[1]["reason"]


def test_a_process_that_may_be_queued_is_not_repeated(desk: Desk, shop: Shop) -> None:
    """Its answer lost and the return still open: uncertain, and looked at by every run."""
    desk.loop.faults = Faults.script(["close"], methods=("POST",))
    ran = desk.run(returns(process(), state=1), **ALL_ALLOWED)
    assert (ran.results, ran.exit_code, len(desk.changes())) == ({"uncertain": 1}, UNSETTLED, 1)
    assert ran.state == []
    again = desk.run(returns(process()), **ALL_ALLOWED)
    assert (again.results, len(desk.changes())) == ({"uncertain": 1}, 1)
    # Loop has had its time.
    late = desk.run(returns(process()), **ALL_ALLOWED, queue_minutes=0, wait_seconds=5)
    assert (late.results, late.exit_code) == ({"done": 1}, 0)
    assert shop.acted == {("1", "process"): 1}


def test_a_cart_that_may_have_been_made_stays_uncertain(desk: Desk, shop: Shop) -> None:
    """Nothing in Loop can tell, so it is never made twice."""
    desk.loop.faults = Faults.script(["acted-close"], methods=("POST",))
    variant = int(shop.stock[0].external_id)
    given = messages({"carts": [{"action": "create", "cart": [variant]}]})
    for _ in range(2):
        ran = desk.run(given, **APPLY)
        assert (ran.results, ran.exit_code) == ({"uncertain": 1}, UNSETTLED)
    assert len(desk.changes()) == 1


def test_processing_is_checked_by_the_next_run(desk: Desk, shop: Shop) -> None:
    """Queued at first; done once Loop has closed the return, even if its row is not given again."""
    desk.loop.quirks = Quirks(requests_per_minute=None, process_seconds=0.3)
    ran = desk.run(
        returns(process(), {"return_id": "1", "action": "cancel"}, state=1), **ALL_ALLOWED
    )
    assert [row["outcome"] for row in ran.outcomes] == ["queued", "refused"]
    assert (ran.exit_code, ran.state) == (0, [1])
    shop.queue = [(0.0, own) for _, own in shop.queue]
    later = desk.run(returns(flag("7")), **ALL_ALLOWED)
    assert later.of(return_id="1")["outcome"] == "done"
    assert later.of(return_id="7")["outcome"] == "done"


def test_processing_that_comes_to_another_end_has_failed(desk: Desk, shop: Shop) -> None:
    """The return was cancelled meanwhile: not processed, and said so."""
    desk.loop.quirks = Quirks(requests_per_minute=None, process_seconds=60)
    desk.run(returns(process()), **ALL_ALLOWED)
    shop.queue.clear()
    shop.move_return("1", "cancelled")
    ran = desk.run(returns(flag("7")), **ALL_ALLOWED)
    assert (ran.of(return_id="1")["outcome"], ran.exit_code) == ("failed", UNSETTLED)
    assert "cancelled" in ran.of(return_id="1")["reason"]


def test_processing_that_does_not_end_is_uncertain_and_not_repeated(desk: Desk) -> None:
    """Loop said that it has it, so it is not asked again, however long it takes."""
    desk.loop.quirks = Quirks(requests_per_minute=None, process_seconds=60)
    desk.run(returns(process()), **ALL_ALLOWED)
    for _ in range(2):
        ran = desk.run(returns(process()), **ALL_ALLOWED, queue_minutes=0)
        assert (ran.results, ran.exit_code) == ({"uncertain": 1}, UNSETTLED)
    assert len(desk.changes()) == 1


def test_waiting_sees_the_end_of_processing(desk: Desk) -> None:
    """`wait_seconds` stays until Loop has processed what it queued."""
    desk.loop.quirks = Quirks(requests_per_minute=None, process_seconds=0.5)
    ran = desk.run(returns(process()), **ALL_ALLOWED, wait_seconds=10)
    assert ran.results == {"done": 1}
