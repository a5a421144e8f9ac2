"""One reading of the list for all streams that live on it; each is given what it lacks."""

from __future__ import annotations

import logging

import pytest

from loop_returns import times
from loop_returns.endpoints import STATES
from mock_loop import Loop, Shop
from tests.proofs.running import without_waiting
from tests.running import run_tap, settings
from tests.truth import differences, states_of


def test_rows_outside_of_their_window_are_kept_and_told(
    loop: Loop, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing Loop sends is dropped; what else that answer lacks is not known, so the run fails."""
    stray = next(found for found in shop.book if found.state == "open")
    shop.garble_return(stray, updated_at="2022-02-02T00:00:00.000Z")
    with caplog.at_level(logging.WARNING):
        run = run_tap(
            settings(loop, start_date="2025-12-01"), prepare=without_waiting(), fails=True
        )
    assert stray.id in {row["id"] for row in run.records("returns")}
    told = [r.getMessage() for r in caplog.records if "Such returns are kept" in r.getMessage()]
    assert len(told) == 1
    assert stray.id in told[0]
    assert "Loop sent returns of 2022-02-02" in str(run.error)


def test_a_stream_that_is_selected_later_is_read_from_the_start(loop: Loop, shop: Shop) -> None:
    """Line items selected after returns have been read come all, and returns are not read again."""
    first = run_tap(settings(loop))
    second = run_tap(
        settings(loop, lookback_hours=0), select=["returns", "return_line_items"], state=first.state
    )
    assert not differences(shop, second, "return_line_items")
    assert not second.records("returns")


FAMILY = ["returns", "return_line_items", "return_exchanges", "return_labels"]


def lists(loop: Loop) -> int:
    return len([request for request in loop.requests if request.path.endswith("/return/list")])


def test_four_streams_cost_no_more_than_one(loop: Loop) -> None:
    """The list is read once, at the turn of the first of them."""
    config = settings(loop, end_date="2026-11-20")
    run_tap(config, select=["returns"])
    alone = lists(loop)
    loop.clear_requests()
    run_tap(config, select=FAMILY)
    assert lists(loop) == alone


def test_each_stream_has_a_bookmark_of_its_own(loop: Loop) -> None:
    """So that one which is selected later knows what it lacks."""
    run = run_tap(settings(loop), select=FAMILY[:2])
    bookmarks = run.state["bookmarks"]
    for stream in FAMILY[:2]:
        assert set(bookmarks[stream]["covered"]) == set(STATES)
    assert not bookmarks.get("return_labels")


def test_records_of_all_streams_come_before_the_state_that_speaks_of_them(
    loop: Loop, shop: Shop
) -> None:
    """At each STATE line, what any of them claims is out."""
    run = run_tap(settings(loop, page_size=20), select=FAMILY[:2])
    out: dict[str, set[str]] = {stream: set() for stream in FAMILY[:2]}
    for message in run.messages:
        if message["type"] == "RECORD":
            record = message["record"]
            out[message["stream"]].add(record.get("return_id") or record["id"])
        elif message["type"] == "STATE":
            for stream, entry in message["value"]["bookmarks"].items():
                for found in shop.book:
                    spans = entry.get("covered", {}).get(found.state, [])
                    if any(_holds(span, found.updated) for span in spans):
                        assert found.id in out[stream]


def _holds(span: list[str], second: int) -> bool:
    return times.second(span[0]) <= second < times.second(span[1])


def test_a_state_that_nobody_knows_is_kept_and_told(
    loop: Loop, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """It cannot be asked for by name, so the reader should look for a newer version."""
    found = next(one for one in shop.book if one.state == "closed")
    shop.garble_return(found, state="on_hold")
    run = run_tap(settings(loop))
    assert states_of(run)[found.id] == "on_hold"
    (line,) = [one for one in caplog.messages if "states that this version does not know" in one]
    assert "on_hold" in line
