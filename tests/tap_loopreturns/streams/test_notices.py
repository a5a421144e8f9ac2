"""Notices: windows of bearable size, and those whose returns changed, however old."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from loop_returns import times
from loop_returns.times import DAY
from mock_loop import Loop, Shop
from tap_loopreturns.streams.notices import AdvancedShippingNotices
from tests.proofs.warehouse import Warehouse, present_notices
from tests.running import run_tap, settings
from tests.truth import differences

NOTICES = "advanced_shipping_notices"
BOTH = ("returns", "return_line_items", NOTICES)


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


def test_windows_of_notices_shrink_where_they_are_many(
    loop: Loop, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer is not paged, so that its size is bounded by the window alone."""
    monkeypatch.setattr(AdvancedShippingNotices, "rows_wanted", 40)
    run = run_tap(settings(loop, start_date="2026-01-01"), select=["advanced_shipping_notices"])
    assert max(notices(loop)) < 60  # without the density, up to 119
    assert not differences(shop, run, "advanced_shipping_notices")


def loaded(loop: Loop, warehouse: Warehouse, **others: Any) -> None:
    run = run_tap(settings(loop, **others), select=BOTH, state=warehouse.state)
    warehouse.load(run.lines)


def stale(shop: Shop, warehouse: Warehouse) -> list[str]:
    """Units whose notice is not as Loop holds it now, or is there though the unit is not."""
    truth = {str(row["return_line_item_id"]): row for row in shop.truth(NOTICES)}
    held = {row["return_line_item_id"]: row for row in present_notices(warehouse)}
    return [
        unit
        for unit in truth.keys() | held.keys()
        if unit not in held
        or unit not in truth
        or held[unit]["state"] != truth[unit]["state"]
        or times.second(held[unit]["updated_at"]) != times.second(truth[unit]["updated_at"])
    ]


def test_a_notice_whose_return_changed_is_current_after_the_run(loop: Loop, shop: Shop) -> None:
    """Whatever its age; and those of units that left their return can be told."""
    warehouse = Warehouse()
    loaded(loop, warehouse)
    shop.change(150, seed=3)
    before = len(stale(shop, warehouse))
    loaded(loop, warehouse, late_notice_requests=500)
    assert before > 50
    assert stale(shop, warehouse) == []
    assert len(warehouse.tables[NOTICES]) > len(list(present_notices(warehouse)))


def test_what_a_run_may_not_spend_waits_for_the_next(
    loop: Loop, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """Told in a line, and remembered in STATE until all notices are current."""
    warehouse = Warehouse()
    loaded(loop, warehouse, trailing_days=1)
    shop.change(40, seed=3)
    runs = 0
    while runs < 15 and (not runs or "owed" in warehouse.state["bookmarks"][NOTICES]):
        loop.clear_requests()
        caplog.clear()
        loaded(loop, warehouse, trailing_days=1, late_notice_requests=4)
        assert len(notices(loop)) <= 4 + 2  # and those of the trailing days, and the probe
        runs += 1
    assert 2 < runs < 15
    assert stale(shop, warehouse) == []
    assert not [line for line in caplog.messages if "wait for the next run" in line]


@pytest.mark.slow
def test_a_run_that_is_cut_anywhere_owes_no_notice(loop: Loop, shop: Shop) -> None:
    """That a return is out is said together with the day whose notices it owes."""
    warehouse = Warehouse()
    loaded(loop, warehouse)
    shop.change(40, seed=3)
    config = settings(loop, late_notice_requests=500)
    second = run_tap(config, select=BOTH, state=warehouse.state)
    states = [n for n, m in enumerate(second.messages, 1) if m["type"] == "STATE"]
    for cut in states[:: max(1, len(states) // 8)]:
        after = Warehouse.of(warehouse)
        after.load(second.lines[:cut])
        loaded(loop, after, late_notice_requests=500)
        assert stale(shop, after) == [], f"cut after line {cut}"


@pytest.mark.parametrize("select", [[NOTICES], ["return_labels", NOTICES]])
def test_without_the_returns_the_changes_are_asked_for(
    loop: Loop, shop: Shop, select: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A stream that is read alone is as current as with the others."""
    caplog.set_level(logging.INFO)
    config = settings(loop, late_notice_requests=500, states=["open"])
    first = run_tap(config, select=select)
    touched = shop.change(60, seed=4)
    second = run_tap(config, select=select, state=first.state)
    ids = {row["id"] for row in second.records(NOTICES)}
    assert {one for one in touched if shop.book[one].row()["line_items"]} <= ids
    assert any("changed that were made before" in line for line in caplog.messages)
