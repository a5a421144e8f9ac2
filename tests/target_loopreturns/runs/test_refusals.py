"""What the rules or Loop refuse is an outcome with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from mock_loop import Quirks, Shop
from tests.acting import ALL_ALLOWED, Desk, messages, returns
from tests.target_loopreturns.runs.rows import APPLY, flag, process

REFUSED: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("return_actions", process("3"), {}, "ended"),
    ("return_actions", process("4"), {}, "ended"),
    ("return_actions", process("5"), {}, "ended"),
    ("return_actions", process("2"), {}, "flagged"),
    ("return_actions", process("2"), {"process_flagged": True}, "UNPROCESSABLE_FLAGGED_RETURN"),
    ("return_actions", flag("2"), {}, "flagged"),
    ("return_actions", {"return_id": "2", "action": "cancel"}, {}, "flagged"),
    ("return_actions", {"return_id": "4", "action": "close"}, {}, "ended"),
    ("return_actions", flag("99"), {}, "return_not_found"),
    (
        "return_actions",
        {"return_id": "7", "action": "remove_line_items", "line_item_ids": "71"},
        {},
        "HTTP_403",
    ),
    (
        "return_actions",
        {"return_id": "6", "action": "remove_line_items", "line_item_ids": "1"},
        {},
        "outcome",
    ),
    (
        "return_actions",
        {"return_id": "1", "action": "remove_line_items", "line_item_ids": "99"},
        {},
        "line_items",
    ),
    ("fraud_reports", {"return_id": "99", "category": "item-is-worn"}, {}, "return_not_found"),
    ("carts", {"action": "create", "cart": [1]}, {}, "HTTP_200"),
    ("carts", {"action": "update", "token": "gone", "cart": [1]}, {}, "cart_not_found"),
    ("destinations", {"action": "update", "id": 9, "name": "B"}, {}, "not_found"),
    (
        "destinations",
        {"action": "create", "name": "B", "type": "donate", "address": {"city": "Reno"}},
        {},
        "HTTP_422",
    ),
    (
        "webhooks",
        {"action": "create", "topic": "no", "trigger": "no.no", "url": "https://a.example"},
        {},
        "HTTP_422",
    ),
    (
        "webhooks",
        {"action": "update", "id": 9, "status": "active"},
        {},
        "not_found",
    ),
]


@pytest.mark.parametrize(("stream", "row", "settings", "code"), REFUSED)
def test_each_refusal_is_an_outcome_with_its_reason(
    desk: Desk, stream: str, row: dict[str, Any], settings: dict[str, Any], code: str
) -> None:
    """By a rule or by Loop: the run succeeds, and the row says why it was refused."""
    ran = desk.run(messages({stream: [row]}, state=1), **ALL_ALLOWED, **settings)
    (told,) = ran.outcomes
    assert (told["outcome"], told["code"], ran.exit_code) == ("refused", code, 0)
    assert len(told["reason"]) > 10
    assert ran.state == [1]
    sent = code.isupper()
    assert (len(desk.changes()), told["http_status"] is not None) == (int(sent), sent)


MOVED: list[tuple[dict[str, Any], str, str]] = [
    (process(), "closed", "UNPROCESSABLE_RETURN"),
    (process(), "expired", "HTTP_200"),
    (flag(), "closed", "UNPROCESSABLE_RETURN"),
    ({"return_id": "1", "action": "cancel"}, "review", "UNPROCESSABLE_RETURN"),
    ({"return_id": "1", "action": "close"}, "cancelled", "UNPROCESSABLE_RETURN"),
    (
        {"return_id": "1", "action": "remove_line_items", "line_item_ids": "11"},
        "closed",
        "UNPROCESSABLE_RETURN",
    ),
]


@pytest.mark.parametrize(("row", "state", "code"), MOVED)
def test_loop_has_the_last_word(
    desk: Desk, shop: Shop, row: dict[str, Any], state: str, code: str
) -> None:
    """A return that moves after it was looked at is refused by Loop: an outcome, not a crash."""

    def move(number: int, shop: Shop) -> None:
        if number == 1:
            shop.move_return("1", state)

    desk.loop.hook = move
    told = desk.run(returns(row), **ALL_ALLOWED).of(return_id="1")
    assert (told["outcome"], told["code"], told["return_state"]) == ("refused", code, "open")
    assert shop.book["1"].state == state


def test_lists_refuse_under_400_and_reports_under_409(desk: Desk, shop: Shop) -> None:
    """An entry that appears meanwhile, a return that has been reported before."""

    def appear(_number: int, shop: Shop) -> None:
        entry = shop.blocklists[3] | {"id": 4, "value": "new@shop.example"}
        if desk.loop.requests:
            shop.blocklists[4] = entry

    desk.loop.hook = appear
    ran = desk.run(
        messages({"blocklist_items": [{"type": "email", "value": "new@shop.example"}]}), **APPLY
    )
    assert [(row["code"], row["http_status"]) for row in ran.outcomes] == [
        ("ITEM_ALREADY_EXISTS", 400)
    ]
    desk.loop.hook = None
    shop.fraud_reports["1"] = {}
    report = {"return_id": "1", "category": "item-is-worn"}
    (told,) = desk.run(messages({"fraud_reports": [report]}), **APPLY).outcomes
    assert (told["outcome"], told["http_status"]) == ("refused", 409)
    assert told["reason"] == "The return has been reported."


def test_a_limit_of_destinations_is_told_by_its_code(desk: Desk) -> None:
    """Loop's own codes come through as they are."""
    desk.loop.quirks = Quirks(requests_per_minute=None, destination_limit=0)
    address = {"address1": "1 Dock", "city": "Reno", "country": "US", "country_code": "US"}
    row = {"action": "create", "name": "B", "type": "donate", "address": address}
    (told,) = desk.run(messages({"destinations": [row]}), **APPLY).outcomes
    assert told["code"] == "DESTINATION_LIMIT_EXCEEDED"


def test_what_loop_refused_is_asked_again_only_when_told_so(desk: Desk, shop: Shop) -> None:
    """A refusal by Loop ends an action; `retry_refused` opens it again."""
    given = returns(process("2"))
    settings = {**ALL_ALLOWED, "process_flagged": True}
    assert desk.run(given, **settings).results == {"refused": 1}
    assert len(desk.changes()) == 1
    assert desk.run(given, **settings).results == {"refused": 1}
    assert len(desk.changes()) == 1
    desk.loop.quirks = Quirks(requests_per_minute=None, process_flagged=True)
    ran = desk.run(given, **settings, retry_refused=True, wait_seconds=5)
    assert ran.results == {"done": 1}
    assert shop.book["2"].state == "closed"


def test_what_a_rule_refused_is_judged_anew(desk: Desk, shop: Shop) -> None:
    """Without a request nothing was decided, so the next run looks again."""
    assert desk.run(returns(flag("2")), **APPLY).results == {"refused": 1}
    shop.move_return("2", "open")
    assert desk.run(returns(flag("2")), **APPLY).results == {"done": 1}
