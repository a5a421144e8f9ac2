"""Requests that fail: the run is complete, or it ends loudly; nothing is missing silently."""

from __future__ import annotations

import pytest

from loop_returns.errors import LoopRefused, LoopReturnsError
from mock_loop import Faults, Loop, Quirks, Shop, serve
from tests.proofs import faults
from tests.proofs.running import without_waiting
from tests.running import run_tap, settings


@pytest.mark.parametrize("rate", faults.RATES)
def test_failing_requests_cost_no_row(rate: float) -> None:
    """Statuses, broken connections and spoilt answers, and a healthy run after them."""
    result = faults.faulty(2, rate, seed=7, returns=30)
    assert (result.silent, result.unequal) == ([], [])
    assert result.complete + result.loud == result.runs == 2
    assert result.faults


@pytest.mark.parametrize(
    "body",
    [
        b'{"errors":{"code":"UNEXPECTED_ERROR"}}',
        b'{"errors":"Cart is empty."}',
        b'{"errors":"The variant was not found."}',
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


@pytest.mark.parametrize("on", ["/items", "/happy-returns/shipments"])
@pytest.mark.parametrize("body", [b'[{"data":[],"total":9}]', b'[{"error":"x"}]', b'[{"a":1}]'])
def test_an_envelope_in_a_list_is_not_taken_for_a_row(loop: Loop, body: bytes, on: str) -> None:
    """Where rows get their key from the tap too, nothing strange becomes one of them."""
    loop.faults = Faults.script([body] * 20, on=on)
    run = run_tap(
        settings(loop, start_date="2026-08-01", end_date="2026-11-20"),
        select=["happy_returns_shipment_items"],
        prepare=without_waiting(),
        fails=True,
    )
    assert isinstance(run.error, LoopReturnsError)
    states = [message["value"] for message in run.messages if message["type"] == "STATE"]
    assert not any(
        state.get("bookmarks", {}).get("happy_returns_shipment_items") for state in states
    )


def test_label_requests_in_an_order_of_chance_are_not_taken_for_complete() -> None:
    """A row that comes twice says that another one may have been passed over."""
    shop = Shop.seeded(10, now="2026-11-02")
    first = next(iter(shop.book))
    for _ in range(600):
        shop.add_label_request(first, "2026-10-01T00:00:00Z")
    table = shop.label_requests

    def swap(number: int, _shop: Shop) -> None:
        # Equal seconds: now these rows come first, now those.
        keys = sorted(table)
        if number % 2 == 0:
            table[keys[-3]], table[keys[5]] = table[keys[5]], table[keys[-3]]

    with serve(shop, quirks=Quirks(requests_per_minute=None)) as loop:
        loop.hook = swap
        config = settings(loop, start_date="2026-01-01")
        run = run_tap(config, select=["label_requests"], prepare=without_waiting(), fails=None)
    ids = {row["id"] for row in run.records("label_requests")}
    assert run.error or ids == {str(row["id"]) for row in table.values()}
