"""What is on its way: windows of bearable size, and keys for items that have none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from loop_returns import times
from loop_returns.errors import (
    LoopReturnsError,
    UncleanRecord,
)
from loop_returns.times import DAY
from mock_loop import Faults, Loop, Quirks, Shop, serve
from tests.proofs.running import without_waiting
from tests.running import Output, run_tap, settings
from tests.truth import differences


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


def notices(loop: Loop) -> list[int]:
    """How many days each request for notices asked for."""
    queries = [r.query for r in loop.requests if r.path.endswith("/asn")]
    return [(times.second(q["to"]) - times.second(q["from"])) // DAY for q in queries]


def test_windows_of_notices_grow_where_they_are_few(loop: Loop) -> None:
    """Whole days with a margin on each side, and never more than the 120 that Loop takes."""
    run_tap(settings(loop, start_date="2024-01-01"), select=["advanced_shipping_notices"])
    days = notices(loop)
    assert max(days) in {119, 120}
    assert len(days) < 20


def test_windows_of_notices_shrink_where_they_are_many() -> None:
    """An answer is not paged, so that its size is bounded by the window alone."""
    shop = Shop.seeded(3000, seed=4, start="2026-10-01", end="2026-11-01", now="2026-11-02")
    with serve(shop, quirks=Quirks(requests_per_minute=None)) as loop:
        config = settings(loop, start_date="2026-09-01")
        run = run_tap(config, select=["advanced_shipping_notices"], prepare=without_waiting())
        assert min(notices(loop)[2:]) < 60
    assert not differences(shop, run, "advanced_shipping_notices")


def items(*rows: dict[str, Any]) -> bytes:
    return json.dumps({"data": rows, "total": len(rows), "next_page_url": None}).encode()


@pytest.fixture
def of_one_shipment(loop: Loop, shop: Shop) -> Callable[..., Output]:
    """Runs the items of an account with one shipment, which Loop answers as it is told."""
    table = shop.table("happy_returns_shipments")
    for key in list(table)[1:]:
        del table[key]

    def run(*rows: dict[str, Any], **others: Any) -> Output:
        loop.faults = Faults.script([items(*rows)], on="/items")
        return run_tap(settings(loop), select=["happy_returns_shipment_items"], **others)

    return run


def test_equal_items_of_a_shipment_are_rows_of_their_own(
    of_one_shipment: Callable[..., Output],
) -> None:
    """Two of the same article in one bag: Loop gives neither an id."""
    item = {"return_id": 1, "sku": "A", "item_title": "Shirt"}
    run = of_one_shipment(item, item, {**item, "sku": "B"})
    keys = [r["row_key"] for r in run.records("happy_returns_shipment_items")]
    assert len(set(keys)) == 3
    assert [key.rpartition("-")[2] for key in keys] == ["1", "2", "1"]


def test_an_items_key_outlives_what_changes_of_it(
    of_one_shipment: Callable[..., Output],
) -> None:
    """In another order, with another tracking number: the same rows, updated."""
    a = {"return_id": 1, "sku": "A", "tracking_number": "1Z"}
    b = {"return_id": 2, "sku": "B"}
    first = of_one_shipment(a, b)
    second = of_one_shipment(b, {**a, "tracking_number": "2Z"})

    def keys(run: Output) -> dict[str, str]:
        return {r["sku"]: r["row_key"] for r in run.records("happy_returns_shipment_items")}

    assert keys(first) == keys(second)


def test_an_item_that_nothing_tells_apart_is_an_error(
    of_one_shipment: Callable[..., Output],
) -> None:
    """Two of them would overwrite each other."""
    run = of_one_shipment({"tracking_number": "1Z"}, fails=True)
    assert isinstance(run.error, UncleanRecord)
    assert "which tell items apart" in str(run.error)


def test_items_are_asked_for_where_their_shipment_changed(loop: Loop, shop: Shop) -> None:
    """One request a shipment; a second run asks for those that changed since, and no others."""
    config = settings(loop, lookback_hours=0, trailing_days=0, end_date="2026-11-21")
    first = run_tap(config, select=["happy_returns_shipment_items"])
    table = shop.table("happy_returns_shipments")
    changed = max(table)
    table[changed] |= dict.fromkeys(("created_at", "updated_at"), "2026-11-21T00:30:00+00:00")
    loop.clear_requests()
    config["end_date"] = "2026-11-22"
    run_tap(config, select=["happy_returns_shipment_items"], state=first.state)
    asked = [request.path.split("/")[-2] for request in loop.requests if "/items" in request.path]
    assert asked == [str(changed)]
