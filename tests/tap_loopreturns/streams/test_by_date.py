"""Lists with dates: windows without a gap, and a bookmark after each of them."""

from __future__ import annotations

import logging
from itertools import pairwise

import pytest

from loop_returns import times
from loop_returns.spans import Spans
from loop_returns.times import DAY
from mock_loop import Loop, Shop, clock
from tests.running import run_tap, settings

DATES = {"start_date": "2025-06-01", "end_date": "2026-11-20"}


def asked(loop: Loop, path: str) -> list[tuple[int, int]]:
    """The windows that were asked for, in seconds."""
    queries = [request.query for request in loop.requests if request.path.endswith(path)]
    return [(times.second(q["from"]), times.second(q["to"])) for q in queries if "from" in q]


def test_windows_follow_one_another_without_a_gap(loop: Loop) -> None:
    """From the start to the end of the span, oldest first, none longer than Loop takes."""
    run_tap(settings(loop, **DATES), select=["label_requests"])
    windows = sorted(set(asked(loop, "/label-requests")))
    assert windows[0][0] == times.second("2025-06-01")
    assert windows[-1][1] == times.second("2026-11-20")
    assert all(before[1] == after[0] for before, after in pairwise(windows))
    assert all(end - start <= 120 * DAY for start, end in windows)
    assert windows == list(dict.fromkeys(asked(loop, "/label-requests")))


@pytest.mark.parametrize("stream", ["label_requests", "happy_returns_shipments"])
def test_the_bookmark_follows_each_window(loop: Loop, stream: str) -> None:
    """A run that is stopped goes on at the window that it had not finished."""
    run = run_tap(settings(loop, **DATES), select=[stream])
    values = [
        m["value"]["bookmarks"][stream]["replication_key_value"]
        for m in run.messages
        if m["type"] == "STATE" and stream in m["value"]["bookmarks"]
    ]
    assert len(values) > 3
    assert values == sorted(values)
    assert values[-1] == "2026-11-20T00:00:00Z"


def test_a_second_run_reads_a_trailing_stretch_again(loop: Loop, shop: Shop) -> None:
    """These lists are not known to go by changes, so the last days are looked at once more."""
    shop.set_now("2026-11-21T00:00:00Z")
    config = settings(loop, start_date="2026-01-01", end_date="2026-11-20", trailing_days=20)
    first = run_tap(config, select=["label_requests"])
    loop.clear_requests()
    config["end_date"] = "2026-11-21"
    run_tap(config, select=["label_requests"], state=first.state)
    spans = Spans(asked(loop, "/label-requests"))
    assert spans == Spans([(times.second("2026-10-31"), times.second("2026-11-21"))])


def test_a_window_that_changed_while_it_was_read_is_read_again(
    loop: Loop, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """Rows slide where offsets count from the newest; nothing is passed over."""
    caplog.set_level(logging.INFO)
    first = next(iter(shop.book))
    for _ in range(300):
        shop.add_label_request(first, "2026-10-01T00:00:00Z")
    seen: list[int] = []

    def arrive(number: int, shop: Shop) -> None:
        if len(seen) < 1 and loop.requests and loop.requests[-1].query.get("offset") == "0":
            seen.append(number)
            shop.add_label_request(first, "2026-10-01T00:00:01Z")

    loop.hook = arrive
    run = run_tap(settings(loop, start_date="2026-09-30"), select=["label_requests"])
    ids = {record["id"] for record in run.records("label_requests")}
    since = times.second("2026-09-30")
    assert ids == {
        str(row["id"])
        for row in shop.truth("label_requests")
        if clock.parse(row["created_at"]) >= since
    }
    assert seen
    assert "label_requests: changed while it was read; reading it again" in caplog.messages


def test_where_nothing_is_missing_nothing_is_asked(loop: Loop) -> None:
    """Neither lookback nor trailing days: the second run of a fixed span costs the probe."""
    config = settings(loop, **DATES, trailing_days=0, lookback_hours=0)
    first = run_tap(config, select=["label_requests"])
    loop.clear_requests()
    again = run_tap(config, select=["label_requests"], state=first.state)
    assert [request.query for request in loop.requests] == [{"limit": "1"}]
    assert not again.streams
