"""What Loop carries out late is not asked for twice."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from mock_loop import Faults, Quirks, Shop
from tests.acting import ALL_ALLOWED, Desk, messages, returns
from tests.target_loopreturns.runs.late import Late
from tests.target_loopreturns.runs.rows import APPLY, UNSETTLED, note

LATE = {**ALL_ALLOWED, "late_seconds": 600}
HOOK = {"topic": "label", "trigger": "label.created", "url": "https://a.example/h"}
PLACE = {"name": "B", "type": "donate", "address": {"address1": "1 Dock"}}
TWICE = [
    ("return_actions", note()),
    ("allowlist_items", {"type": "order", "value": "#1"}),
    ("blocklist_items", {"type": "product_tag", "value": "VIP"}),
    ("destinations", {"action": "create", **PLACE}),
    ("webhooks", {"action": "create", **HOOK}),
    ("destinations", {"action": "update", "id": 5, "name": "C"}),
    ("webhooks", {"action": "update", "id": 6, "status": "active"}),
]
"""What Loop would do as often as it is asked."""
ONCE = [
    ("return_actions", {"return_id": "1", "action": "cancel"}),
    ("return_actions", {"return_id": "1", "action": "flag"}),
    ("return_actions", {"return_id": "1", "action": "close"}),
    ("return_actions", {"return_id": "1", "action": "remove_line_items", "line_item_ids": "11"}),
    ("blocklist_items", {"action": "delete", "id": 3}),
    ("fraud_reports", {"return_id": "1", "category": "item-is-worn"}),
]
"""What Loop refuses the second time."""


@pytest.fixture(autouse=True)
def furnished(shop: Shop) -> None:
    shop.destinations[5] = {"id": 5, **PLACE, "name": "A", "enabled": True}
    shop.webhooks[6] = {"id": 6, "shop_id": 1, **HOOK, "url": "https://b.example", "status": "off"}


def older(desk: Desk, seconds: int) -> None:
    """Make all requests in the ledger so much older."""
    with sqlite3.connect(desk.folder / "ledger.sqlite") as ledger:
        ledger.execute(
            "update actions set requested_at = strftime('%Y-%m-%dT%H:%M:%SZ', requested_at, ?)",
            (f"-{seconds} seconds",),
        )
    ledger.close()


@pytest.mark.parametrize(("stream", "row"), TWICE)
def test_what_comes_late_is_made_once(
    desk: Desk, shop: Shop, stream: str, row: dict[str, Any]
) -> None:
    """Uncertain as long as it may come, in every run; then found, and done."""
    given, loop = messages({stream: [row]}, state=1), Late(desk.loop)
    for _ in range(2):
        ran = desk.run(given, **LATE)
        assert (ran.results, ran.exit_code, ran.state) == ({"uncertain": 1}, UNSETTLED, [])
        assert "may still make it until" in ran.outcomes[0]["reason"]
    assert (loop.held, desk.changes()) == (1, [])
    loop.come()
    ran = desk.run(given, **LATE)
    assert (ran.results, ran.state, set(shop.acted.values())) == ({"done": 1}, [1], {1})


@pytest.mark.parametrize(("stream", "row"), TWICE)
def test_what_can_come_no_more_is_asked_for_again(
    desk: Desk, shop: Shop, stream: str, row: dict[str, Any]
) -> None:
    """After `late_seconds`, what is not found was not made."""
    given, _ = messages({stream: [row]}), Late(desk.loop)
    assert desk.run(given, **LATE).results == {"uncertain": 1}
    older(desk, 601)
    assert desk.run(given, **LATE).results == {"done": 1}
    assert set(shop.acted.values()) == {1}


@pytest.mark.parametrize(("stream", "row"), ONCE)
def test_what_loop_does_once_is_asked_for_again_at_once(
    desk: Desk, shop: Shop, stream: str, row: dict[str, Any]
) -> None:
    """The request that comes late is refused by Loop, so that there is nothing to wait for."""
    loop = Late(desk.loop)
    ran = desk.run(messages({stream: [row]}), **LATE)
    loop.come()
    assert (ran.results, set(shop.acted.values())) == ({"done": 1}, {1})


def test_what_comes_between_two_requests_is_not_told_as_refused(desk: Desk, shop: Shop) -> None:
    """The second of two cancellations is refused, since the first has come: done."""
    loop = Late(desk.loop)
    handle = desk.loop.handle

    def hurry(received: Any) -> Any:
        if received.method == "POST" and loop.held:
            loop.come()
        return handle(received)

    desk.loop.handle = hurry  # type: ignore[method-assign]
    ran = desk.run(returns({"return_id": "1", "action": "cancel"}), **LATE)
    assert (ran.results, shop.acted) == ({"done": 1}, {("1", "cancel"): 1})


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


def test_the_like_that_was_there_before_is_not_taken_for_this_one(desk: Desk, shop: Shop) -> None:
    """A person wrote the same words before: the lost note is none of theirs, and is written."""
    shop.add_note("1", "hello")
    desk.loop.faults = Faults.script(["502"], methods=("POST",))
    ran = desk.run(returns(note()), **APPLY)
    assert (ran.results, len(shop.notes["1"])) == ({"done": 1}, 2)


def test_two_of_the_same_words_are_told_apart(desk: Desk, shop: Shop) -> None:
    """Both answers are lost, one is made: that one is found, the other is asked for again."""
    rows = [note() | {"action_id": "a"}, note() | {"action_id": "b"}]
    desk.loop.faults = Faults.script(["acted-close", "close"], methods=("POST",))
    ran = desk.run(returns(*rows), **APPLY)
    assert (ran.results, len(shop.notes["1"])) == ({"done": 2}, 2)


@pytest.mark.parametrize("fault", ["acted-close", "acted-500"])
def test_a_report_with_lost_answers_is_uncertain_and_then_done(
    desk: Desk, shop: Shop, fault: str
) -> None:
    """Loop has no list of reports: asking again tells, with 409, in this run or the next."""
    given = messages({"fraud_reports": [{"return_id": "1", "category": "item-is-worn"}]}, state=1)
    desk.loop.faults = Faults.script([fault, "close", "502"], methods=("POST",))
    ran = desk.run(given, **APPLY)
    assert (ran.results, ran.exit_code, ran.state) == ({"uncertain": 1}, UNSETTLED, [])
    ran = desk.run(given, **APPLY)
    assert (ran.results, ran.state, len(shop.fraud_reports)) == ({"done": 1}, [1], 1)


def test_a_report_of_somebody_else_stays_a_refusal(desk: Desk, shop: Shop) -> None:
    """409 to the first request of all is Loop's word."""
    shop.fraud_reports["1"] = {}
    given = messages({"fraud_reports": [{"return_id": "1", "category": "item-is-worn"}]})
    (told,) = desk.run(given, **LATE).outcomes
    assert (told["outcome"], told["http_status"]) == ("refused", 409)


@pytest.mark.parametrize(
    ("stream", "row", "made"),
    [
        ("return_actions", note() | {"content": "a\0b  c "}, ("notes", "content", "ab c")),
        ("blocklist_items", {"type": "email", "value": " A@B.example"}, ("value", "a@b.example")),
        ("blocklist_items", {"type": "product_tag", "value": " VIP\0"}, ("value", "vip")),
        ("destinations", {"action": "create", **PLACE, "name": "Hall  B "}, ("name", "Hall B")),
        ("webhooks", {"action": "create", **HOOK, "url": "https://A.example/"}, ("url", "https://a.example")),
    ],
)  # fmt: skip
def test_what_loop_changes_in_keeping_is_found_again(
    desk: Desk, shop: Shop, stream: str, row: dict[str, Any], made: tuple[str, ...]
) -> None:
    """Trimmed, without NUL, in another case: made once, though its answer was lost."""
    handle = desk.loop.handle

    def keep(received: Any) -> Any:
        answer = handle(received)
        if received.method == "POST":
            name, value = made[-2:]
            tables = {"blocklist_items": "blocklists"}
            rows = (
                shop.notes["1"]
                if "notes" in made
                else [*shop.table(tables.get(stream, stream)).values()]
            )
            newest = max(rows, key=lambda one: one["id"])
            newest[name] = value
        return answer

    desk.loop.handle = keep  # type: ignore[method-assign]
    desk.loop.faults = Faults.script(["acted-close"], methods=("POST",))
    ran = desk.run(messages({stream: [row]}), **APPLY)
    assert (ran.results, len(desk.changes())) == ({"done": 1}, 1)


def test_decimals_stay_numbers_on_their_way_to_loop(desk: Desk) -> None:
    """`details` of a process are the row's: a number does not become text."""
    bodies = []
    handle = desk.loop.handle

    def listen(received: Any) -> Any:
        bodies.append(received.body)
        return handle(received)

    desk.loop.handle = listen  # type: ignore[method-assign]
    line = json.dumps({"return_id": 1, "action": "process", "details": {"x": 0.5}})
    desk.run([f'{{"type":"RECORD","stream":"return_actions","record":{line}}}'], **LATE)
    assert b'{"x":0.5}' in bodies


def test_what_waits_in_loops_queue_for_good_does_not_block_its_return(
    desk: Desk, shop: Shop
) -> None:
    """Loop said that it queued it, long ago: a note on the same return is written all the same."""
    desk.loop.quirks = Quirks(requests_per_minute=None, process_seconds=60)
    desk.run(returns({"return_id": "1", "action": "process"}), **LATE)
    older(desk, 2 * 3600)
    ran = desk.run(returns(note("1"), state=1), **LATE)
    assert ran.of(action="process")["outcome"] == "uncertain"
    assert (ran.of(action="note")["outcome"], ran.state) == ("done", [1])
    assert len(shop.notes["1"]) == 1
