"""A run that is stopped by a signal: at once, with a valid STATE, and it says so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mock_loop import Faults, Loop, Quirks
from tap_loopreturns.output.bookmark import Bookmark
from tests.running import settings
from tests.sampling import sampled

STATES = ("open", "closed", "cancelled", "expired", "review")


@contextmanager
def running(loop: Loop, folder: Path, **others: Any) -> Iterator[subprocess.Popen[str]]:
    """The tap in a process of its own, its output in files, once it has asked for something."""
    config = folder / "config.json"
    config.write_text(json.dumps(settings(loop, on_missing_scope="skip", **others)), "utf-8")
    with (
        (folder / "out").open("w") as out,
        (folder / "err").open("w") as err,
        subprocess.Popen(
            [sys.executable, "-m", "tap_loopreturns", "--config", str(config)],
            stdout=out,
            stderr=err,
            text=True,
        ) as process,
    ):
        try:
            deadline = time.monotonic() + 30
            while not loop.requests and time.monotonic() < deadline:
                time.sleep(0.02)
            yield process
        finally:
            process.kill()


def stop(process: subprocess.Popen[Any], number: int) -> tuple[int, float]:
    """Send a signal; the exit code, and how long it took."""
    began = time.monotonic()
    process.send_signal(number)
    return process.wait(30), time.monotonic() - began


def written(folder: Path) -> list[dict[str, Any]]:
    """The messages that came out, each a whole line."""
    text = (folder / "out").read_text("utf-8")
    assert not text or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"]
)
def test_a_signal_stops_a_run_within_two_seconds_with_a_valid_state(
    loop: Loop, tmp_path: Path, number: int, code: int
) -> None:
    """In the middle of a backfill: exit code, log line, whole lines and a bookmark that is read."""
    loop.quirks = Quirks(requests_per_minute=None, latency=0.1)
    with running(loop, tmp_path, page_size=5) as process:
        while "STATE" not in (tmp_path / "out").read_text("utf-8"):
            time.sleep(0.02)
        assert process.poll() is None
        ended, seconds = stop(process, number)
    assert (ended, seconds < 2) == (code, True)
    said = (tmp_path / "err").read_text("utf-8")
    assert f"Stopped by {signal.Signals(number).name}" in said
    assert "Traceback" not in said
    states = [m["value"]["bookmarks"] for m in written(tmp_path) if m["type"] == "STATE"]
    for name in ("returns", "return_line_items"):
        entry = states[-1].get(name)
        if entry:
            assert Bookmark.read(entry["replication_key"], entry, STATES).covered


LIST, ALLOWLIST = "/warehouse/return/list", "/allowlists"


@pytest.mark.parametrize(
    ("on", "latency", "faults"),
    sampled(
        [
            ("", 60, None),
            (LIST, 0, Faults(1, ["500"], on=LIST)),
            (ALLOWLIST, 0, Faults(1, ["500"], on=ALLOWLIST)),
            (ALLOWLIST, 0, Faults(1, ["429-retry-after"], on=ALLOWLIST, retry_after=50)),
            (ALLOWLIST, 0, Faults(1, ["stall"], on=ALLOWLIST, stall_seconds=60)),
        ],
        2,
    ),
    ids=["slow answer", "pause on a thread", "pause", "asked to wait", "stalled answer"],
)
def test_a_signal_stops_a_run_that_waits(
    loop: Loop, tmp_path: Path, on: str, latency: float, faults: Faults | None
) -> None:
    """Waiting for an answer or to ask again, on this thread or another, is no reason to go on."""
    loop.quirks = Quirks(requests_per_minute=None, latency=latency)
    loop.faults = faults
    with running(loop, tmp_path) as process:
        while not any(request.path.endswith(on) for request in loop.requests):
            time.sleep(0.02)
        ended, seconds = stop(process, signal.SIGTERM)
    assert (ended, seconds < 2) == (143, True)
    written(tmp_path)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_signal_cuts_no_line(loop: Loop, tmp_path: Path, unbuffered: str) -> None:
    """The message under way comes out whole, however Python writes, and the run ends after it."""
    config = tmp_path / "config.json"
    config.write_text(json.dumps(settings(loop)), "utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "tap_loopreturns", "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    ) as process:
        while not loop.requests:
            time.sleep(0.02)
        time.sleep(2)  # by now it is writing to a pipe that nobody reads
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert process.stdout
        text = process.stdout.read()
        assert process.wait(30) == 143
    assert text.endswith(b"\n")
    assert all(json.loads(line) for line in text.splitlines())


def test_a_second_signal_ends_at_once(loop: Loop, tmp_path: Path) -> None:
    """Whatever the first one is waiting for, such as a target that takes nothing."""
    config = tmp_path / "config.json"
    config.write_text(json.dumps(settings(loop)), "utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "tap_loopreturns", "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        while not loop.requests:
            time.sleep(0.02)
        time.sleep(2)  # by now it is writing to a pipe that nobody reads
        process.send_signal(signal.SIGTERM)
        time.sleep(1.5)  # within a second it would be the same wish
        ended, seconds = stop(process, signal.SIGTERM)
    assert (ended, seconds < 5) == (143, True)  # the first signal would never end it
