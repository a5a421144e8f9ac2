"""What is on its way: windows of bearable size, and keys for items that have none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from loop_returns.errors import (
    LoopReturnsError,
    UncleanRecord,
)
from mock_loop import Faults, Loop, Quirks, Shop, clock, serve
from tests.proofs.running import without_waiting
from tests.proofs.warehouse import Warehouse
from tests.running import Output, run_tap, settings


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
    """Where rows get their key from the tap too, nothing strange becomes one of them.

    STATE is not ahead of it: the next run has all that one without a fault has.
    """
    config = settings(loop, start_date="2026-08-01", end_date="2026-11-20")
    select = ["happy_returns_shipment_items"]
    sound = run_tap(config, select=select)
    loop.faults = Faults.script([body] * 20, on=on)
    failed = run_tap(config, select=select, prepare=without_waiting(), fails=True)
    assert isinstance(failed.error, LoopReturnsError)
    assert not failed.records(*select)
    loop.faults = None
    healed = run_tap(config, select=select, state=failed.state)
    assert healed.records(*select) == sound.records(*select) != []


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


ITEMS = "happy_returns_shipment_items"


def asked(loop: Loop) -> list[int]:
    """The shipments whose items were asked for."""
    return [int(r.path.split("/")[-2]) for r in loop.requests if r.path.endswith("/items")]


def test_an_interrupted_run_leaves_no_answered_shipment_to_the_next(loop: Loop) -> None:
    """Each shipment has a STATE of its own; what was answered is not asked for again."""
    config = settings(loop, concurrency=1)
    whole = run_tap(config, select=[ITEMS])
    states = [n for n, m in enumerate(whole.messages, 1) if m["type"] == "STATE"]
    first = asked(loop)
    assert len(states) > len(first) > 5
    for cut in states[2::2]:
        warehouse = Warehouse()
        warehouse.load(whole.lines[:cut])
        out = {int(row["shipment_id"]) for row in warehouse.tables[ITEMS].values()}
        loop.clear_requests()
        run_tap(config, select=[ITEMS], state=warehouse.state)
        assert not out & set(asked(loop))


def test_items_of_a_shipment_that_is_seen_late_land(loop: Loop, shop: Shop) -> None:
    """Hours after its own dates, within the trailing days; and it is asked for once."""
    first = run_tap(settings(loop), select=[ITEMS])
    late = clock.offset(shop.moment() - 9 * 3600)
    table = shop.table("happy_returns_shipments")
    row = table[max(table)] | {"loop_shipment_id": 99_999, "created_at": late, "updated_at": late}
    table[99_999] = row
    shop.happy_returns_items[99_999] = [{"return_id": 5, "sku": "A"}]
    loop.clear_requests()
    second = run_tap(settings(loop), select=[ITEMS], state=first.state)
    third = run_tap(settings(loop), select=[ITEMS], state=second.state)
    assert [row["shipment_id"] for row in second.records(ITEMS)] == ["99999"]
    assert asked(loop) == [99_999]
    assert not third.records(ITEMS)


@pytest.mark.parametrize("stream", ["happy_returns_shipments", ITEMS])
def test_a_change_of_an_old_shipment_is_seen_by_a_deep_reading(
    loop: Loop, shop: Shop, stream: str
) -> None:
    """Each deep_reading_days; other runs do not go so far back."""
    first = run_tap(settings(loop), select=[stream])
    table = shop.table("happy_returns_shipments")
    old = min(table)
    table[old] |= {"updated_at": clock.offset(shop.moment()), "line_item_count": 77}
    second = run_tap(settings(loop), select=[stream], state=first.state)
    state = second.state
    assert "T" in state["bookmarks"][stream]["deep"]["at"]
    state["bookmarks"][stream]["deep"] = {"at": clock.millis(shop.moment() - 8 * clock.DAY)}
    third = run_tap(settings(loop), select=[stream], state=state)
    key = "loop_shipment_id" if stream == "happy_returns_shipments" else "shipment_id"
    assert str(old) not in {row[key] for row in second.records(stream)}
    assert str(old) in {row[key] for row in third.records(stream)}
    # Items of those alone that changed since the last deep reading.
    assert stream != ITEMS or len(third.records(stream)) < len(first.records(stream)) / 2
    again = run_tap(settings(loop), select=[stream], state=third.state)
    assert str(old) not in {row[key] for row in again.records(stream)}
