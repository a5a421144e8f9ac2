"""Settings of the shop, and carts: what Loop has no longer goes, and nothing else does."""

from __future__ import annotations

import pytest

from loop_returns.errors import (
    LoopRefused,
)
from mock_loop import Faults, Loop, Quirks, Shop
from tests.proofs.running import without_waiting
from tests.running import run_tap, settings


def test_carts_without_tokens_need_no_scope(loop: Loop) -> None:
    """Where there is nothing to ask, nothing is refused."""
    loop.scopes = frozenset()
    run = run_tap(settings(loop), select=["carts"])
    assert not loop.requests
    assert not run.streams


@pytest.mark.parametrize(
    "body",
    [
        b'{"errors":{"code":"UNEXPECTED_ERROR"}}',
        b'{"errors":"Cart is empty."}',
        b'{"errors":"The variant was not found."}',
        b'{"errors":{"message":"No variant found for the provided token."}}',
        b'{"errors":{"code":"UNPROCESSABLE","token":"not found"}}',
        b'{"message":"Server Error"}',
    ],
)
def test_an_error_under_200_does_not_make_a_cart_gone(loop: Loop, shop: Shop, body: bytes) -> None:
    """Only an answer that says so does; another error stops the run, and no row is removed."""
    loop.faults = Faults.script([body], on="/cart/")
    config = settings(loop, cart_tokens=sorted(shop.carts))
    run = run_tap(config, select=["carts"], prepare=without_waiting(), fails=True)
    assert isinstance(run.error, LoopRefused)
    assert not [m for m in run.messages if m["type"] == "ACTIVATE_VERSION"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        b'{"errors":{"code":"NOT_FOUND"}}',
        b'{"error":{"message":"Cart not found."}}',
        b'{"errors":{"message":"No cart found for the provided token."}}',
        b'{"code":"NOT_FOUND","message":"Not found."}',
    ],
)
def test_a_cart_that_is_gone_is_left_out(loop: Loop, shop: Shop, body: bytes | None) -> None:
    """404, or an answer that says not found: the others are read, and the row may be removed."""
    kept, gone = sorted(shop.carts)[:2]
    tokens = [gone, kept]
    if body is None:
        del shop.carts[gone]
    else:
        loop.faults = Faults.script([body], on="/cart/")
    run = run_tap(settings(loop, cart_tokens=tokens), select=["carts"], prepare=without_waiting())
    assert [row["token"] for row in run.records("carts")] == [kept]
    assert [m for m in run.messages if m["type"] == "ACTIVATE_VERSION"]


def test_a_cart_says_which_token_it_is_of(loop: Loop, shop: Shop) -> None:
    """Loop answers the variants alone; the token is the row's key, asked for once however named."""
    token = next(iter(shop.carts))
    run = run_tap(settings(loop, cart_tokens=[token, token]), select=["carts"])
    (record,) = run.records("carts")
    assert record["token"] == token
    assert record["cart"] == [str(variant) for variant in shop.carts[token]]


def test_a_first_cart_that_is_gone_says_nothing_of_the_key(loop: Loop, shop: Shop) -> None:
    """The probe asks for it, since there is no list; the others are read all the same."""
    token = next(iter(shop.carts))
    run = run_tap(settings(loop, cart_tokens=["gone", token]), select=["carts"])
    assert [row["token"] for row in run.records("carts")] == [token]


@pytest.mark.parametrize("stream", ["destinations", "webhooks"])
def test_a_list_of_one_answer_costs_one_request(loop: Loop, stream: str) -> None:
    """The one by which the key was tried."""
    run = run_tap(settings(loop), select=[stream])
    assert run.records(stream)
    assert len(loop.requests) == 1


@pytest.mark.parametrize("stream", ["allowlist_items", "blocklist_items"])
def test_a_list_comes_in_large_pages_where_loop_heeds_it(
    loop: Loop, shop: Shop, stream: str
) -> None:
    """One request instead of one for 15 rows, and all of its rows."""
    run = run_tap(settings(loop), select=[stream])
    assert len(run.records(stream)) == len(shop.table(stream.replace("_items", "s"))) > 15
    assert len(loop.requests) == 1


@pytest.mark.parametrize("stream", ["allowlist_items", "blocklist_items"])
def test_a_row_that_goes_while_its_list_is_read_takes_no_other_with_it(
    loop: Loop, shop: Shop, stream: str
) -> None:
    """Later rows slide to an earlier page: what is missed would be taken for deleted."""
    loop.quirks = Quirks(requests_per_minute=None, lists_page_size=False)
    table = shop.table(stream.replace("_items", "s"))
    gone = min(table)

    def remove(number: int, _: Shop) -> None:
        if number == 1:
            table.pop(gone, None)

    loop.hook = remove
    run = run_tap(settings(loop), select=[stream])
    (activated,) = [m["version"] for m in run.messages if m["type"] == "ACTIVATE_VERSION"]
    kept = {
        m["record"]["id"] for m in run.messages if m.get("version") == activated and "record" in m
    }
    assert kept == {str(key) for key in table}
