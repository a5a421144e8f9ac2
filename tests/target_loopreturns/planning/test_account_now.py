"""The account as it is now: complete, or an error; never a list with rows missing from it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_loop import Faults, Shop
from tests.acting import ALL_ALLOWED, Desk, messages, returns
from tests.target_loopreturns.runs.rows import APPLY, process

UNEXPECTED, REFUSED = 6, 5
MANY = 31  # entries, on three pages


@pytest.mark.parametrize("table", ["allowlists", "blocklists"])
def test_an_entry_that_slides_between_pages_is_not_taken_for_deleted(
    desk: Desk, shop: Shop, table: str
) -> None:
    """One entry goes and one comes while the list is read: the total stays, a row slides."""
    rows = shop.table(table)
    for own in range(1, MANY):
        rows[own] = rows[3] | {"id": own, "value": f"{own}@shop.example"}

    def slide(number: int, _shop: Shop) -> None:
        if number == 1:  # the first page has been read
            del rows[1]
            rows[MANY] = rows[3] | {"id": MANY, "value": "new@shop.example"}

    desk.loop.hook = slide
    first_of_page_two = {"action": "delete", "type": "email", "value": "16@shop.example"}
    ran = desk.run(messages({f"{table[:-1]}_items": [first_of_page_two]}, state=1), **ALL_ALLOWED)
    assert (ran.results, ran.state) == ({"done": 1}, [1])
    assert 16 not in rows


@pytest.mark.parametrize(
    "body",
    [
        {"errors": {"message": "A session was not found."}},
        {"errors": [{"message": "Something went wrong."}]},
        {"error": {"code": "500", "message": "Server Error"}},
        {"message": "The cart cannot be read now."},
    ],
)
def test_an_error_about_a_cart_is_not_taken_for_a_missing_cart(desk: Desk, body: Any) -> None:
    """Only "cart not found" says that there is none; another error ends the run."""
    desk.loop.faults = Faults.script([json.dumps(body).encode()], on="/cart")
    given = messages({"carts": [{"action": "delete", "token": "t1"}]}, state=1)
    ran = desk.run(given, **ALL_ALLOWED)
    assert (ran.exit_code, ran.state, desk.changes()) == (REFUSED, [], [])


def test_a_missing_cart_is_told_by_404_or_in_words_under_200(desk: Desk) -> None:
    """Loop documents the words under HTTP 200; the delete has nothing to do."""
    missing = b'{"errors":{"message":"No cart found for the provided token."}}'
    desk.loop.faults = Faults.script([None, missing], on="/cart")
    for _ in range(2):
        given = messages({"carts": [{"action": "delete", "token": "t1"}]})
        assert desk.run(given, **ALL_ALLOWED).results == {"done": 1}


@pytest.mark.parametrize("cart", [5, ["x"], [{}], [None], {"variants": {}}])
def test_a_cart_that_is_no_list_of_variants_is_an_unexpected_answer(desk: Desk, cart: Any) -> None:
    """One line and exit code 6, before anything is changed."""
    desk.loop.faults = Faults.script([json.dumps({"cart": cart}).encode()], on="/cart")
    given = messages({"carts": [{"action": "update", "token": "t1", "cart": [1]}]})
    ran = desk.run(given, **APPLY)
    assert (ran.exit_code, desk.changes()) == (UNEXPECTED, [])
    assert "/cart/t1" in ran.error


@pytest.mark.parametrize("items", [{"a": 1}, "x", 5, ["x"], [None]])
def test_line_items_that_are_no_list_of_objects_are_an_unexpected_answer(
    desk: Desk, items: Any
) -> None:
    """In the details of a return; exit code 6 and one line."""
    body = {"id": 1, "state": "open", "outcome": "refund", "line_items": items}
    desk.loop.faults = Faults.script([json.dumps(body).encode()], on="/details")
    ran = desk.run(returns(process("1")), **ALL_ALLOWED)
    assert (ran.exit_code, desk.changes()) == (UNEXPECTED, [])
    assert "line items" in ran.error
    assert "\n" not in ran.error


def test_a_row_may_name_its_return_by_the_order(desk: Desk, shop: Shop) -> None:
    """The return that Loop answers for the order; an order without one is refused."""
    shop.edit_return("7", order_name="#1001")
    rows = [{"order_name": name, "action": "flag"} for name in ("#1001", "#none")]
    for _ in range(2):
        ran = desk.run(returns(*rows), apply=True)
        assert ran.results == {"done": 1, "refused": 1}
        assert ran.of(outcome="done")["return_id"] == "7"
    assert shop.acted == {("7", "flag"): 1}


def _details(desk: Desk) -> int:
    return sum("/details" in seen.path for seen in desk.loop.requests)


def test_many_returns_are_read_from_the_list(desk: Desk, shop: Shop) -> None:
    """Spread over a year, none of them is asked for by itself."""
    days = [f"2025-{month:02}-{day:02}T10:00:00Z" for month in range(1, 13) for day in (2, 9, 16)]
    owns = [shop.add_return(state="open", created_at=day).id for day in days * 2]
    ran = desk.run(returns(*({"return_id": own, "action": "flag"} for own in owns)), apply=True)
    assert ran.results == {"done": len(owns)}
    assert _details(desk) == 0
    assert len(desk.loop.requests) < 2 * len(owns)


@pytest.mark.slow
def test_returns_that_the_list_cannot_show_are_asked_for_one_by_one(desk: Desk, shop: Shop) -> None:
    """More changed in one second than Loop lists at once; each is planned all the same."""
    owns = [shop.add_return(state="open", created_at="2025-01-02T10:00:00Z").id for _ in range(800)]
    ran = desk.run(returns(*({"return_id": own, "action": "flag"} for own in owns)))
    assert ran.results == {"planned": len(owns)}
    assert _details(desk) > 0
    assert len(desk.loop.requests) < 1.3 * len(owns)
