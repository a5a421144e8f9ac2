"""A run that ends at any line, and the runs that follow it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loopreturns_plugin.stopping import Stopped
from mock_loop import Loop, Quirks, Shop, serve
from tap_loopreturns import settings as settings_
from tap_loopreturns.tap import TapLoopReturns
from tests.proofs import crash
from tests.proofs.running import without_waiting
from tests.proofs.warehouse import Warehouse, missing_returns
from tests.running import Output, run_tap, settings

RETURNS = ("returns", "return_line_items", "return_exchanges", "return_labels")
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def run_at(
    loop: Loop,
    now: datetime,
    warehouse: Warehouse,
    *,
    cut: int | None = None,
    select: tuple[str, ...] = ("returns",),
    **given: Any,
) -> Output:
    """Run as if it were `now`, resume from the warehouse's STATE, and load what came through."""

    def prepare(tap: TapLoopReturns) -> None:
        tap.run.settings = settings_.check(tap.config, now=now, known=tap.config)
        without_waiting()(tap)

    config = settings(loop, **{"start_date": "2026-01-01", "concurrency": 1, **given})
    run = run_tap(config, select=select, state=warehouse.state, prepare=prepare)
    warehouse.load(run.lines[:cut])
    return run


def asked(loop: Loop) -> list[dict[str, str]]:
    """The queries for returns since they were last forgotten, but for the probe."""
    return [
        request.query
        for request in loop.requests
        if request.path.endswith("/return/list") and request.query.get("pageSize") != "1"
    ]


@pytest.fixture
def account() -> Shop:
    return Shop.seeded(60, 3, "2026-01-05", "2026-09-01", now="2026-10-01T12:00:00Z")


@pytest.fixture
def served(account: Shop) -> Any:
    with serve(account, quirks=Quirks(requests_per_minute=None)) as loop:
        yield loop


@pytest.mark.slow
@pytest.mark.parametrize("order", ["desc", "asc"])
def test_a_backfill_cut_after_any_line_loses_nothing(order: Any) -> None:
    """Each line of the returns and what is taken out of them; little is read again."""
    quirks = Quirks(requests_per_minute=None, order=order)
    with serve(Shop.seeded(50, 2), quirks=quirks) as loop:
        cuts = crash.cut(loop, select=RETURNS, page_size=10)
    assert (cuts.lost, cuts.wrongly_removed) == ([], [])
    assert cuts.cuts == cuts.lines
    assert max(cuts.again) < cuts.rows / 3


def test_parts_that_are_shorter_than_a_runs_beginning_come_to_an_end() -> None:
    """`stop_after_seconds` counts from the first answer, so each part gets further."""
    warehouse, parts = Warehouse(), 0
    shop = Shop.seeded(60, 1)
    with serve(shop, quirks=Quirks(requests_per_minute=None, latency=0.05)) as loop:
        config = settings(loop, stop_after_seconds=1, page_size=5, concurrency=1)
        ended: BaseException | None = Stopped(0)
        while ended and parts < 15:
            run = run_tap(config, select=RETURNS, state=warehouse.state, fails=None)
            warehouse.load(run.lines)
            ended, parts = run.error, parts + 1
    assert ended is None
    assert parts > 1
    assert missing_returns(shop, warehouse) == []


@pytest.mark.slow
def test_streams_of_every_kind_cut_anywhere_lose_nothing() -> None:
    """Dated lists, a request a return, full tables: no row is lost, or removed too early."""
    select = (
        "returns",
        "return_notes",
        "advanced_shipping_notices",
        "label_requests",
        "happy_returns_shipments",
        "happy_returns_shipment_items",
        "allowlist_items",
        "destinations",
        "carts",
        "products",
    )
    with serve(Shop.seeded(20, 2), quirks=Quirks(requests_per_minute=None)) as loop:
        cuts = crash.cut(loop, select=select, page_size=10, at=12)
    assert (cuts.lost, cuts.wrongly_removed) == ([], [])


def test_an_interrupted_run_leaves_its_lookback_to_the_next(served: Loop, account: Shop) -> None:
    """What was committed late is read, though a run broke off between the bookmark and it."""
    warehouse = Warehouse()
    run_at(served, NOW, warehouse)
    late = account.add_return(state="open", updated_at="2026-10-01T11:45:00.000Z")
    for minute in range(30):
        account.add_return(state="open", updated_at=f"2026-10-01T12:{minute:02}:00.000Z")
    # The newest page is out, the lookback before it is not.
    second = run_at(served, NOW + HOUR, Warehouse_of(warehouse), page_size=10, cut=0)
    states = [n for n, m in enumerate(second.messages, 1) if m["type"] == "STATE"]
    for cut in states:
        after = Warehouse_of(warehouse)
        after.load(second.lines[:cut])
        run_at(served, NOW + DAY, after)
        assert late.id in {key[0] for key in after.tables["returns"]}, f"cut after line {cut}"


def Warehouse_of(other: Warehouse) -> Warehouse:  # noqa: N802
    """A copy."""
    copy = Warehouse()
    for stream, keys in other.keys.items():
        copy.take({"type": "SCHEMA", "stream": stream, "key_properties": keys})
        for row in other.tables[stream].values():
            copy.take({"type": "RECORD", "stream": stream, "record": row})
    copy.state = other.state
    return copy


def test_a_state_that_was_left_out_is_read_on_from_where_it_was(
    served: Loop, account: Shop
) -> None:
    """Its own lookback too, and even where start_date has moved past it."""
    warehouse = Warehouse()
    run_at(served, NOW, warehouse)
    account.add_return(state="closed", updated_at="2026-10-01T11:30:00.000Z")
    account.add_return(state="closed", updated_at="2026-10-01T12:10:00.000Z")
    run_at(served, NOW + DAY, warehouse, states=["open", "cancelled", "expired", "review"])
    run_at(served, NOW + 2 * DAY, warehouse, start_date="2026-10-02")
    assert missing_returns(account, warehouse) == []


def test_a_stream_selected_later_claims_only_what_it_was_given(served: Loop, account: Shop) -> None:
    """Its bookmark does not cover what another stream read from an earlier start."""
    warehouse = Warehouse()
    run_at(served, datetime(2026, 3, 1, tzinfo=UTC), warehouse)
    both = ("returns", "return_line_items")
    run_at(served, NOW, warehouse, select=both, start_date="2026-06-01")
    run_at(served, NOW, warehouse, select=both)
    items = {row["return_id"] for row in warehouse.present("return_line_items").values()}
    assert items == {found.id for found in account.book}


def test_an_earlier_start_brings_the_items_of_old_shipments(served: Loop, account: Shop) -> None:
    """Shipments before the old start_date are new, however long ago they changed."""
    warehouse = Warehouse()
    select = ("happy_returns_shipment_items",)
    run_at(served, NOW, warehouse, select=select, start_date="2026-09-25")
    run_at(served, NOW + HOUR, warehouse, select=select)
    rows = warehouse.tables["happy_returns_shipment_items"].values()
    assert {row["shipment_id"] for row in rows} == {
        str(row["shipment_id"]) for row in account.truth("happy_returns_shipment_items")
    }


def test_trailing_days_of_none_still_look_back(served: Loop, account: Shop) -> None:
    """A label request committed late is read with `lookback_hours`, as returns are."""
    warehouse = Warehouse()
    select = ("label_requests",)
    run_at(served, NOW, warehouse, select=select, trailing_days=0)
    row = account.add_label_request(next(iter(account.book)), "2026-10-01T11:30:00Z")
    run_at(served, NOW + HOUR, warehouse, select=select, trailing_days=0)
    assert (str(row["id"]),) in warehouse.tables["label_requests"]


def test_a_resumed_backfill_does_not_look_back_from_its_middle(served: Loop) -> None:
    """A long lookback is for what is fresh, so that a run that is often killed gets ahead."""
    given: dict[str, Any] = {"page_size": 5, "lookback_hours": 60 * 24}
    whole = run_at(served, NOW, Warehouse(), **given)
    states = [n for n, m in enumerate(whole.messages, 1) if m["type"] == "STATE"]
    cut = states[len(states) // 2]
    warehouse = Warehouse()
    warehouse.load(whole.lines[:cut])
    out = {key[0] for key in warehouse.tables["returns"]}
    old = {
        row["id"]
        for row in warehouse.tables["returns"].values()
        if row["updated_at"] < "2026-08-01"
    }
    resumed = run_at(served, NOW + HOUR, warehouse, **given)
    again = out & {row["id"] for row in resumed.records("returns")}
    assert old
    assert not again & old


def test_two_runs_in_a_row_ask_for_little(served: Loop) -> None:
    """A quiet hour costs each state a request, however often it is asked."""
    warehouse = Warehouse()
    run_at(served, NOW, warehouse)
    for hour in range(1, 4):
        served.clear_requests()
        run_at(served, NOW + hour * HOUR, warehouse)
        assert len(asked(served)) == 5
