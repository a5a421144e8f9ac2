"""What changes an account keeps to Loop's rules, and refuses as Loop does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mock_loop import Loop, Quirks, Shop, serve
from tests.mock_loop.asking import NOW, STATES, get

RETURN = "/warehouse/return/1"


@pytest.fixture
def loop() -> Iterator[Loop]:
    """One return, without a limit on requests."""
    shop = Shop(now=NOW)
    shop.add_return("1", "open", outcome="refund")
    with serve(shop, quirks=Quirks(requests_per_minute=None)) as running:
        yield running


def send(loop: Loop, path: str, body: Any = None, method: str = "POST") -> requests.Response:
    return requests.request(
        method,
        f"{loop.url}/api/2026-10{path}",
        json=body,
        headers={"X-Authorization": loop.key},
        timeout=5,
    )


def state(loop: Loop) -> str:
    return loop.shop.book["1"].state


MOVES = {"cancel": "cancelled", "flag": "review", "close": "closed"}


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("action", MOVES)
def test_a_return_moves_as_the_documentation_allows(loop: Loop, action: str, before: str) -> None:
    """Or is refused under status 200, and nothing of it changes."""
    loop.shop.move_return("1", before)
    allowed = before == "open" or (action, before) == ("close", "review")
    answer = send(loop, f"{RETURN}/{action}")
    assert answer.status_code == 200
    assert (answer.json() is True) == allowed
    assert state(loop) == (MOVES[action] if allowed else before)
    assert loop.shop.acted["1", action] == allowed
    if not allowed:
        assert answer.json()["errors"]["code"] == "UNPROCESSABLE_RETURN"


def test_processing_is_queued_and_happens_later(loop: Loop) -> None:
    """The answer says yes before the return is closed, as Loop's does."""
    loop.quirks = Quirks(process_seconds=0.2)
    assert send(loop, f"{RETURN}/process").json() is True
    assert state(loop) == "open"
    time.sleep(0.25)
    get(loop, "/destinations")
    assert state(loop) == "closed"


def test_a_flagged_return_is_processed_where_the_shop_allows_it(loop: Loop) -> None:
    """A setting of the shop, which a client cannot see."""
    loop.shop.move_return("1", "review")
    refused = send(loop, f"{RETURN}/process").json()
    assert refused["errors"]["code"] == "UNPROCESSABLE_FLAGGED_RETURN"
    loop.quirks = Quirks(process_flagged=True)
    assert send(loop, f"{RETURN}/process").json() is True


def test_line_items_are_removed_all_or_none(loop: Loop) -> None:
    """The call closes the return; left with no item, it is cancelled."""
    own = [item["line_item_id"] for item in loop.shop.returns["1"]["line_items"]]
    wrong = send(loop, f"{RETURN}/remove?line_item_id={own[0]},5")
    assert (wrong.status_code, state(loop)) == (422, "open")
    assert send(loop, f"{RETURN}/remove?line_item_id={','.join(own)}").json() is True
    assert state(loop) == "cancelled"
    assert loop.shop.returns["1"]["line_items"] == []


@pytest.mark.parametrize(("length", "status"), [(0, 422), (1, 200), (254, 200), (255, 422)])
def test_a_note_has_less_than_255_characters(loop: Loop, length: int, status: int) -> None:
    """And one at least."""
    assert send(loop, f"{RETURN}/note", {"content": "x" * length}).status_code == status
    assert len(loop.shop.notes.get("1", [])) == (status == 200)


def test_a_second_fraud_report_is_a_conflict(loop: Loop) -> None:
    """409; the first one stays as it was."""
    report = {"category": "item-is-worn", "comment": None}
    path = "/returns/1/fraud-report"
    assert send(loop, path, {"category": "other"}).status_code == 422
    assert [send(loop, path, report).status_code for _ in range(2)] == [201, 409]
    assert loop.shop.fraud_reports["1"]["category"] == "item-is-worn"


@pytest.mark.parametrize("table", ["allowlists", "blocklists"])
def test_an_entry_is_listed_once(loop: Loop, table: str) -> None:
    """The second is refused with 400; deleted, it leaves no trace."""
    entry = {"type": "email", "value": "a@b.example"}
    made, again = send(loop, f"/{table}", entry), send(loop, f"/{table}", entry)
    assert made.status_code in {200, 201}
    assert (again.status_code, again.json()) == (400, {"errors": ["ITEM_ALREADY_EXISTS"]})
    path = f"/{table}/{made.json()['id']}"
    assert send(loop, path, method="DELETE").status_code in {200, 204}
    assert send(loop, path, method="DELETE").status_code == 404
    assert not loop.shop.table(table)


def test_destinations_are_limited_and_deleted_with_a_bare_word(loop: Loop) -> None:
    """A client that takes every answer for JSON stumbles over it."""
    loop.quirks = Quirks(destination_limit=1)
    dock = {"name": "Dock", "type": "warehouse", "address": {"address1": "1 Dock Road"}}
    own = send(loop, "/destinations", dock).json()["id"]
    full = send(loop, "/destinations", dock)
    assert full.json()["code"] == "DESTINATION_LIMIT_EXCEEDED"
    renamed = send(loop, f"/destinations/{own}", dock | {"name": "New"}, "PUT").json()
    assert (renamed["id"], renamed["name"], renamed["enabled"]) == (own, "New", True)
    assert send(loop, f"/destinations/{own}", method="DELETE").text == "Success"


def test_a_webhook_needs_a_known_topic(loop: Loop) -> None:
    """Changed, it is answered with nothing at all."""
    hook = {"topic": "return", "trigger": "return.created", "url": "https://x.example"}
    assert send(loop, "/webhooks", hook | {"topic": "weather"}).status_code == 422
    own = send(loop, "/webhooks", hook).json()["id"]
    changed = send(loop, f"/webhooks/{own}", hook | {"url": "https://y.example"}, "PUT")
    assert (changed.status_code, changed.content) == (204, b"")
    assert loop.shop.webhooks[own]["url"] == "https://y.example"


def test_a_cart_is_refused_under_200(loop: Loop) -> None:
    """Empty, of an article that is not sold, or unknown."""
    sold = [int(variant.external_id) for variant in loop.shop.stock[:2]]
    for path, cart in (("/cart", []), ("/cart", [1]), ("/cart/unknown", sold)):
        answer = send(loop, path, {"cart": cart})
        assert answer.status_code == 200
        assert "errors" in answer.json()
    token = send(loop, "/cart", {"cart": sold}).json()["token"]
    assert send(loop, f"/cart/{token}", {"cart": sold[:1]}).json()["updated"] is True
    assert loop.shop.carts == {token: sold[:1]}
