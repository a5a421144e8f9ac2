"""What a run says of itself, on a clock that the test moves."""

from __future__ import annotations

import logging
import re

import pytest

from loop_returns.times import DAY
from mock_loop import Loop
from tap_loopreturns.output.progress import Progress, stretch
from tests.clocks import Clock
from tests.running import run_tap, settings

log = logging.getLogger("test-progress")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(clock: Clock, caplog: pytest.LogCaptureFixture) -> Progress:
    caplog.set_level(logging.INFO, log.name)
    return Progress(log, "returns", clock=clock)


def test_at_most_one_line_in_thirty_seconds(
    progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Ten minutes of a page each tenth of a second are twenty lines, the first not at once."""
    progress.start("the whole list")
    said_at = []
    for _ in range(6000):
        clock.now += 0.1
        before = len(caplog.records)
        progress.add(750)
        if len(caplog.records) > before:
            said_at.append(clock.now)
    assert 19 <= len(said_at) <= 20
    gaps = [b - a for a, b in zip([1000.0, *said_at], said_at, strict=False)]
    assert min(gaps) >= 30


def test_it_tells_the_rate_and_what_is_left(
    progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """After two minutes for a quarter of the work, six more minutes are left."""
    clock.now += 500  # what was before the start counts for nothing
    progress.start("5 states")
    clock.now += 20
    progress.add(10_000, 0.1)
    clock.now += 100
    progress.add(20_000, 0.25)
    assert caplog.messages == [
        "returns: 5 states",
        "returns: 30,000 rows, 15,000 a minute, 25% done, about 6 min to go",
    ]


@pytest.mark.parametrize("share", [None, 0.0])
def test_where_nothing_is_known_nothing_is_estimated(
    progress: Progress,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    share: float | None,
) -> None:
    """A list of unknown length has a rate, and no end in sight."""
    clock.now += 60
    progress.add(120, share)
    assert caplog.messages == ["returns: 120 rows, 120 a minute"]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.25, "0.2 s"), (89, "89.0 s"), (600, "10 min"), (21_600, "6.0 h")]
)
def test_the_end_tells_how_long_it_took(
    progress: Progress,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    seconds: float,
    words: str,
) -> None:
    """In a unit that is read at a glance."""
    progress.start("the whole list")
    clock.now += seconds
    progress.end("3 rows, 3 ids, 1 requests")
    assert caplog.messages[-1] == f"returns: done, 3 rows, 3 ids, 1 requests, in {words}"


def test_a_stretch_of_history_is_told_in_days_or_hours() -> None:
    """Years of days, and hours where a run is hourly."""
    told = [stretch(seconds) for seconds in (1096 * DAY, DAY, 5400, 90)]
    assert told == ["1,096 days", "24.0 hours", "1.5 hours", "less than an hour"]


def test_each_stream_says_at_its_start_what_it_reads_since_when_and_how_much(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    """One line each, before its first record, and one at its end."""
    caplog.set_level(logging.INFO)
    config = settings(loop, start_date="2026-10-01", end_date="2026-10-31", lookback_hours=0)
    run_tap(config, select=["all"])
    said = {
        name: [message.partition(": ")[2] for message in caplog.messages if _is_of(name, message)]
        for name in ("returns", "label_requests", "return_details", "webhooks", "orders", "carts")
    }
    assert all(lines[-1].startswith("done, ") for lines in said.values())
    assert "open, closed" in said["returns"][0]
    assert "since 2026-10-01" in said["returns"][0]
    assert said["label_requests"][0] == "30 days of rows, since 2026-10-01T00:00:00Z"
    assert re.match(
        r"\d+ returns changed since 2026-10-01T00:00:00Z: as many requests",
        said["return_details"][0],
    )
    assert said["carts"][0] == "the carts of 0 tokens"
    assert said["webhooks"][0] == said["orders"][0] == "the whole list"


def _is_of(stream: str, message: str) -> bool:
    return message.startswith(f"{stream}: ")
