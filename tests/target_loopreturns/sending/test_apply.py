"""A run: each action in its turn, by what those before it really left, and told in any case."""

from __future__ import annotations

from typing import Any

import pytest

from mock_loop import Faults, Quirks, Shop
from mock_loop.responses import Response
from tests.acting import ALL_ALLOWED, Desk, messages, returns
from tests.target_loopreturns.runs.late import Late, instead, older
from tests.target_loopreturns.runs.rows import APPLY, UNAVAILABLE, UNSETTLED, flag, note

LATE = {**ALL_ALLOWED, "late_seconds": 600}


def update(own: int, **fields: Any) -> dict[str, Any]:
    return {"action": "update", "id": own, **fields}


@pytest.fixture(autouse=True)
def furnished(shop: Shop) -> None:
    address = {"address1": "1 Dock", "city": "Reno"}
    shop.destinations[5] = {"id": 5, "name": "A", "type": "donate", "address": address}


def test_nothing_overtakes_what_may_still_come(desk: Desk, shop: Shop) -> None:
    """A second update of the same destination waits, in this run and in the next."""
    first = {"action": "update", "id": 5, "name": "First"}
    second = {"action": "update", "id": 5, "name": "Second"}
    loop = Late(desk.loop)
    ran = desk.run(messages({"destinations": [first, second]}), **LATE)
    assert [row["outcome"] for row in ran.outcomes] == ["uncertain", "failed"]
    ran = desk.run(messages({"destinations": [second]}), **LATE)
    assert "an earlier action on the same thing" in ran.of(outcome="failed")["reason"]
    loop.come()
    ran = desk.run(messages({"destinations": [second]}), **LATE)
    assert (ran.of(action_id=ran.outcomes[-1]["action_id"])["outcome"]) == "done"
    assert shop.destinations[5]["name"] == "Second"


def test_what_waits_in_loops_queue_for_good_does_not_block_its_return(
    desk: Desk, shop: Shop
) -> None:
    """Loop said that it queued it, long ago: a note on the same return is written all the same."""
    desk.loop.quirks = Quirks(requests_per_minute=None, process_seconds=60)
    desk.run(returns({"return_id": "1", "action": "process"}), **LATE)
    older(desk.folder / "ledger.sqlite", 2 * 3600)
    ran = desk.run(returns(note("1"), state=1), **LATE)
    assert ran.of(action="process")["outcome"] == "uncertain"
    assert (ran.of(action="note")["outcome"], ran.state) == ("done", [1])
    assert len(shop.notes["1"]) == 1


def test_a_row_is_judged_by_what_those_before_it_really_did(desk: Desk, shop: Shop) -> None:
    """The first update is refused, so that the second, with the same name, is not "so already"."""
    refusal = b'{"errors":[{"message":"Not now."}]}'
    desk.loop.faults = Faults.script([refusal], methods=("PUT",))
    rows = [update(5, name="B") | {"action_id": n} for n in ("a", "b")]
    ran = desk.run(messages({"destinations": rows}), **APPLY)
    assert [row["outcome"] for row in ran.outcomes] == ["refused", "done"]
    assert (shop.destinations[5]["name"], len(desk.changes())) == ("B", 2)


def test_what_was_not_made_is_not_deleted(desk: Desk) -> None:
    """Loop refuses the creation: the deletion that follows has nothing to do."""
    refusal = b'{"errors":[{"message":"No."}]}'
    desk.loop.faults = Faults.script([refusal], methods=("POST",))
    entry = {"type": "order", "value": "#77"}
    rows = [{**entry, "action": "create"}, {**entry, "action": "delete"}]
    ran = desk.run(messages({"blocklist_items": rows}), **ALL_ALLOWED)
    assert [row["outcome"] for row in ran.outcomes] == ["refused", "done"]
    assert len(desk.changes()) == 1


def test_what_loop_never_tells_holds_state_for_a_bounded_time(
    desk: Desk, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """A cart that may have been made: `hold_hours`, and then it is said aloud and STATE passes."""
    desk.loop.faults = Faults.script(["acted-close"], methods=("POST",))
    cart = {"action": "create", "cart": [int(shop.stock[0].external_id)]}
    given = messages({"carts": [cart]}, state=1)
    for _ in range(2):
        ran = desk.run(given, **APPLY)
        assert (ran.results, ran.exit_code, ran.state) == ({"uncertain": 1}, UNSETTLED, [])
    ran = desk.run(given, **APPLY, hold_hours=0)
    assert (ran.results, ran.exit_code, ran.state) == ({"uncertain": 1}, 0, [1])
    assert "target-loopreturns-ledger" in caplog.text
    assert len(desk.changes()) == 1


def test_every_row_has_an_outcome_when_loop_goes_away(desk: Desk) -> None:
    """While planning and while acting: what had no turn is "not_tried", and STATE stays."""
    desk.loop.faults = Faults(1.0, ["503"])
    ran = desk.run(returns(flag("1"), flag("7"), state=1), **APPLY, retry_minutes=0)
    assert (ran.exit_code, ran.results, ran.state) == (UNAVAILABLE, {"not_tried": 2}, [])
    assert "503" in ran.outcomes[0]["reason"]


def test_what_was_sent_before_loop_went_away_is_uncertain(desk: Desk, shop: Shop) -> None:
    """Its answer is lost, and then nothing can be looked at: not "not_tried"."""
    desk.loop.faults = Faults.script([None, None, None, "acted-close", *["503"] * 9])
    given = returns(note("1"), flag("7"), state=1)
    ran = desk.run(given, **APPLY, retry_minutes=0)
    assert (ran.exit_code, ran.state) == (UNAVAILABLE, [])
    assert [row["outcome"] for row in ran.outcomes] == ["uncertain", "not_tried"]
    desk.loop.faults = Faults(1.0, ["503"])
    ran = desk.run(given, **APPLY, retry_minutes=0)
    assert [row["outcome"] for row in ran.outcomes] == ["uncertain", "not_tried"]
    desk.loop.faults = None
    ran = desk.run(given, **APPLY)
    assert (ran.results, ran.state, set(shop.acted.values())) == ({"done": 2}, [1], {1})


def test_what_allow_refuses_is_not_passed_over(desk: Desk, shop: Shop) -> None:
    """Its row must be given again, so STATE stays until it is allowed, or is given no more."""
    given = messages({"blocklist_items": [{"action": "delete", "id": 3}]}, state=1)
    ran = desk.run(given, **APPLY)
    assert (ran.results, ran.exit_code, ran.state) == ({"refused": 1}, UNSETTLED, [])
    assert "'allow'" in ran.error
    ran = desk.run(given, **ALL_ALLOWED)
    assert (ran.results, ran.state, 3 in shop.blocklists) == ({"done": 1}, [1], False)


def test_a_rule_does_not_refuse_what_came_late(desk: Desk, shop: Shop) -> None:
    """The lost request comes after the next run has looked for it: done, not "ended"."""
    loop, close = Late(desk.loop, 3), {"return_id": "1", "action": "close"}
    assert desk.run(returns(close), **LATE).results == {"uncertain": 1}
    desk.loop.clear_requests()
    seen = desk.loop.handle

    def hurry(received: Any) -> Any:
        answer = seen(received)
        if len(desk.loop.requests) == 1:  # the look
            loop.come()
        return answer

    desk.loop.handle = hurry  # type: ignore[method-assign]
    ran = desk.run(returns(close, state=1), **LATE)
    assert (ran.results, ran.state, shop.acted) == ({"done": 1}, [1], {("1", "close"): 1})


@pytest.mark.parametrize(("limit", "failed"), [("3", 3), (3, 3), ("20 %", 20), ("0", 40)])
def test_a_run_that_fails_too_often_stops(
    desk: Desk, shop: Shop, limit: object, failed: int
) -> None:
    """`stop_after_failures`: the rest is "not_tried", STATE stays, and the next run does it all."""
    rows = []
    for own in range(100, 140):
        shop.add_return(str(own), "open")
        rows.append(flag(str(own)))
    instead(desk.loop, [Response(451, b"<html>", "text/html")] * 40)
    ran = desk.run(returns(*rows, state=1), **APPLY, stop_after_failures=limit)
    assert (ran.results["failed"], ran.results["not_tried"]) == (failed, 40 - failed)
    assert (ran.exit_code, ran.state, len(ran.outcomes)) == (UNSETTLED, [], 40)
    assert ("'stop_after_failures'" in ran.error) is (failed < 40)


def test_what_was_passed_over_is_not_told_as_surely_not_made(desk: Desk, shop: Shop) -> None:
    """A cancellation whose answer was lost, behind a note that may still come: uncertain."""
    loop, cancel = Late(desk.loop, 4), {"return_id": "1", "action": "cancel"}
    assert desk.run(returns(cancel), **LATE).results == {"uncertain": 1}
    ran = desk.run(returns(note("1") | {"action_id": "n"}), **LATE)
    assert ran.of(action="cancel")["outcome"] == "uncertain"
    ran = desk.run(returns(note("1") | {"action_id": "n"}, cancel), **LATE)
    assert {row["outcome"] for row in ran.outcomes} <= {"uncertain", "failed"}
    assert ran.of(action="cancel")["outcome"] == "uncertain"
    loop.come()
    ran = desk.run(returns(note("1") | {"action_id": "n"}, cancel, state=1), **LATE)
    older(desk.folder / "ledger.sqlite", 601)
    ran = desk.run(returns(note("1") | {"action_id": "n"}, cancel, state=1), **LATE)
    assert (ran.results, ran.state, set(shop.acted.values())) == ({"done": 2}, [1], {1})


def test_what_loop_queued_stays_queued_when_it_goes_away(desk: Desk) -> None:
    """Its answer was not lost; only the look at it is to come."""
    desk.loop.quirks = Quirks(requests_per_minute=None, process_seconds=60)
    given = returns({"return_id": "1", "action": "process"}, flag("7"))
    desk.run(given, **ALL_ALLOWED)
    desk.loop.faults = Faults(1.0, ["503"])
    ran = desk.run(given, **ALL_ALLOWED, retry_minutes=0)
    assert [row["outcome"] for row in ran.outcomes] == ["queued", "done"]
