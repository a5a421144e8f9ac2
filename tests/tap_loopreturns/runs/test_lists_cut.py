"""Lists that Loop cuts without a word: read in smaller parts, or an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from loop_returns.errors import UnexpectedAnswer
from mock_loop import Loop, Quirks, Shop, serve
from tests.proofs.running import without_waiting
from tests.running import Output, run_tap, settings

FREE = Quirks(requests_per_minute=None)


def shop_of(returns: int) -> Shop:
    return Shop.seeded(returns, 4, "2026-01-01", "2026-03-01", now="2026-06-02")


def run(loop: Loop, stream: str) -> Output:
    config = settings(loop, start_date="2025-12-01")
    return run_tap(config, select=[stream], fails=None, prepare=without_waiting(patience=5))


@pytest.mark.parametrize("cap", [100, 75])
def test_notices_that_are_cut_are_read_in_fewer_days(cap: int) -> None:
    """Halves of the days have more rows together."""
    with serve(shop_of(500), quirks=FREE) as loop:
        keys = {(r["id"], r["return_line_item_id"]) for r in notices(run(loop, NOTICES))}
        loop.quirks = replace(FREE, list_cap=cap)
        assert {(r["id"], r["return_line_item_id"]) for r in notices(run(loop, NOTICES))} == keys


NOTICES = "advanced_shipping_notices"
notices: Callable[[Output], list[dict[str, object]]] = lambda output: output.records(NOTICES)  # noqa: E731


def test_a_day_of_notices_that_is_cut_is_an_error() -> None:
    """A day cannot be divided."""
    shop = shop_of(200)
    for _ in range(60):
        shop.add_return(created_at="2026-02-01T00:00:00Z")
    with serve(shop, quirks=replace(FREE, list_cap=50)) as loop:
        output = run(loop, NOTICES)
    assert isinstance(output.error, UnexpectedAnswer)
    assert "cuts the list at 50 rows" in str(output.error)


def test_of_a_list_of_a_round_number_nothing_is_removed() -> None:
    """25 destinations may be all there are, or the first 25: none is taken for deleted."""
    shop = shop_of(5)
    table = shop.table("destinations")
    example = next(iter(table.values()))
    for number in range(40):
        table[9000 + number] = {**example, "id": 9000 + number}
    with serve(shop, quirks=replace(FREE, list_cap=25)) as loop:
        cut = run(loop, "destinations")
        loop.quirks = FREE
        whole = run(loop, "destinations")
    assert len(cut.records("destinations")) == 25
    assert "ACTIVATE_VERSION" not in {message["type"] for message in cut.messages}
    assert "ACTIVATE_VERSION" in {message["type"] for message in whole.messages}


@pytest.mark.parametrize("cap", [80, 63, 7])
def test_commerce_pages_without_links_are_an_error_where_they_are_cut(cap: int) -> None:
    """Whatever Loop's own limit is; 180 of 260 orders would be taken for deleted."""
    with serve(shop_of(260), quirks=replace(FREE, commerce_cap=cap)) as loop:
        output = run(loop, "orders")
    assert isinstance(output.error, UnexpectedAnswer)
    assert "ACTIVATE_VERSION" not in {message["type"] for message in output.messages}
