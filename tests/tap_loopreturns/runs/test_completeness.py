"""Every return arrives, however Loop sorts, bounds and pages, and whatever happens meanwhile."""

from __future__ import annotations

import logging

import pytest

from mock_loop import Loop, Quirks, Shop, serve
from tap_loopreturns.tap import TapLoopReturns
from tests.proofs import chaos, ties
from tests.proofs.running import without_waiting
from tests.proofs.warehouse import Warehouse, missing_returns
from tests.running import run_tap, settings


def test_a_second_with_more_returns_than_a_page_is_read_in_each_combination() -> None:
    """Newest first, oldest first or neither, bounds inclusive and exclusive."""
    chosen = tuple(c for c in ties.COMBINATIONS if (c[0] == "id") == (c[1] == "opaque"))
    chosen = tuple(c for c in chosen if c[1] in {"filter", "opaque"})
    for tied in ties.ties(ties.account(300, 50), page_size=75, combinations=chosen):
        assert tied.lost == 0, tied


@pytest.mark.parametrize("seed", range(1, 7))
def test_an_account_that_changes_while_it_is_read_arrives(seed: int) -> None:
    """Runs that are cut off, settings that change, every quirk; then one quiet run."""
    story = chaos.Story(seed).tell()
    assert not story.wrong, (story.log, story.quirks)


@pytest.mark.parametrize("unnamed", [("open",), ("open", "closed"), ()])
def test_a_named_answer_proves_nothing_of_unnamed_ones(unnamed: tuple[str, ...]) -> None:
    """A short stretch read by state does not vouch for a long one that was read without."""
    shop = Shop.seeded(80, 5, "2026-01-05", "2026-10-01")
    quirks = Quirks(requests_per_minute=None, default_states=unnamed)
    with serve(shop, quirks=quirks) as loop:
        given = {"page_size": 3, "end_date": "2026-10-01"}
        late, early = settings(loop, start_date="2026-09-20", **given), settings(loop, **given)
        later = run_tap(late, prepare=without_waiting())
        earlier = run_tap(early, state=later.state, prepare=without_waiting())
    warehouse = Warehouse()
    warehouse.load([*later.lines, *earlier.lines])
    assert missing_returns(shop, warehouse) == []


def test_a_page_kept_from_the_start_of_a_long_run_is_asked_for_again(
    loop: Loop, shop: Shop
) -> None:
    """Beside later pages of a list that has changed meanwhile, it would hide a row."""
    allowlist = shop.table("allowlists")
    hours = [0]

    def prepare(tap: TapLoopReturns) -> None:
        without_waiting()(tap)
        tap.run.client._clock = lambda: hours[0] * 3600.0

    def change(_number: int, _shop: Shop) -> None:
        probed = any(request.path.endswith("/allowlists") for request in loop.requests)
        if probed and low in allowlist:
            hours[0] += 1  # in which other streams were read
            del allowlist[low]
            allowlist[high + 1] = allowlist[high] | {"id": high + 1}

    for number in range(40):
        allowlist[900_000 + number] = {"id": 900_000 + number, "type": "email", "value": "x@y.z"}
    low, high = min(allowlist), max(allowlist)
    loop.hook = change
    run = run_tap(
        settings(loop), select=["advanced_shipping_notices", "allowlist_items"], prepare=prepare
    )
    assert {row["id"] for row in run.records("allowlist_items")} >= {str(one) for one in allowlist}


def test_rows_outside_of_their_window_are_kept_and_told(
    loop: Loop, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """Should Loop filter by another column, nothing it sends is dropped, and the log says so."""
    stray = next(found for found in shop.book if found.state == "open")
    shop.garble_return(stray, updated_at="2022-02-02T00:00:00.000Z")
    with caplog.at_level(logging.WARNING):
        run = run_tap(settings(loop, start_date="2025-12-01"), prepare=without_waiting())
    assert stray.id in {row["id"] for row in run.records("returns")}
    told = [r.getMessage() for r in caplog.records if "when asked for" in r.getMessage()]
    assert len(told) == 1
    assert stray.id in told[0]


def test_each_stream_says_what_it_read(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    """One line with rows, distinct ids, requests, windows and states."""
    with caplog.at_level(logging.INFO):
        run_tap(settings(loop), select=["returns", "webhooks"], prepare=without_waiting())
    (line,) = [r.getMessage() for r in caplog.records if "returns: done" in r.getMessage()]
    assert "300 rows, 300 ids" in line
    assert "windows of open, closed, cancelled, expired, review returns" in line
    assert "requests" in line
