"""What a run says of itself, on a clock that the test moves."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable

import pytest

from loop_returns.times import DAY
from mock_loop import Loop
from tap_loopreturns.output.progress import Progress, stretch
from tests.clocks import Clock
from tests.running import run_tap, settings

log = logging.getLogger("test-progress")
UNITS = {"s": 1, "min": 60, "h": 3600}


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
        progress.rows += 750
        progress.tell()
        if len(caplog.records) > before:
            said_at.append(clock.now)
    assert 19 <= len(said_at) <= 20
    gaps = [b - a for a, b in zip([1000.0, *said_at], said_at, strict=False)]
    assert min(gaps) >= 30


def test_it_tells_the_rate_and_what_is_left(
    progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """After 94 seconds for 39% of the work, some two minutes are left; earlier it is not told."""
    clock.now += 500  # what was before the start counts for nothing
    progress.start("5 states")
    for done in range(1, 51):
        clock.now += 2.4
        progress.rows += 600
        progress.tell(done / 100)
    assert caplog.messages == [
        "returns: 5 states",
        "returns: 7,800 rows, 15,000 a minute, 13% done",
        "returns: 15,600 rows, 15,000 a minute, 26% done",
        "returns: 23,400 rows, 15,000 a minute, 39% done, about 2 min to go",
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
    progress.rows += 120
    progress.tell(share)
    assert caplog.messages == ["returns: 120 rows, 120 a minute"]


SHAPES: dict[str, Callable[[float], float]] = {
    "even": lambda _: 1.0,
    "a request a return, the first at once": lambda done: 0.1 if done < 0.02 else 1.0,
    "growing twentyfold": lambda done: math.exp(3 * done),
    "shrinking": lambda done: math.exp(-3 * done),
    "a season each year": lambda done: 4.0 if (3 * done) % 1 > 0.85 else 1.0,
    "a season, and growing": lambda done: (
        math.exp(1.5 * done) * (3 if (3 * done) % 1 > 0.85 else 1)
    ),
    "two years of nothing": lambda done: 1.0 if done > 0.66 else 0.001,
}
"""How long a stretch of dates takes, by how much of them is done."""


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("minutes", [5, 20, 180])
def test_what_is_left_is_told_within_a_factor_of_two_or_not_at_all(
    progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture, name: str, minutes: int
) -> None:
    """In each line, for each shape of history; where the pace is even it is told."""
    weights = [SHAPES[name](step / 1000) for step in range(1000)]
    second = 60 * minutes / sum(weights)
    end = clock.now + 60 * minutes
    progress.start("three years")
    told = []
    for step, weight in enumerate(weights, 1):
        clock.now += weight * second
        before = len(caplog.messages)
        progress.tell(step / 1000)
        for line in caplog.messages[before:]:
            found = re.findall(r"about ([\d.]+) (s|min|h) to go", line)
            told += [(float(number) * UNITS[unit], end - clock.now) for number, unit in found]
    wrong = [(e, left) for e, left in told if not left / 2 - 1 <= e <= 2 * left + 1]
    assert not wrong
    if name.startswith(("even", "a request")):
        assert told


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
