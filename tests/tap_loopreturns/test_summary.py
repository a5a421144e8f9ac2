"""The end of a run, for a reader and for alerts."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from mock_loop import ALL_SCOPES, Faults, Loop
from tap_loopreturns.summary import tell
from tests.proofs.running import without_waiting
from tests.running import run_tap, settings


def said(caplog: pytest.LogCaptureFixture) -> tuple[str, dict[str, Any]]:
    (line,) = [one for one in caplog.messages if one.startswith("Run ")]
    (summary,) = [one for one in caplog.messages if one.startswith("summary ")]
    return line, json.loads(summary.removeprefix("summary "))


def test_it_says_what_came_how_fresh_it_is_and_what_was_skipped(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    """Rows and requests are those that came and were sent; the JSON says the same by stream."""
    caplog.set_level(logging.INFO)
    loop.scopes = ALL_SCOPES - {"Developer Tools"}
    config = settings(loop, on_missing_scope="skip", end_date="2026-11-19")
    ran = run_tap(config, select=["returns", "webhooks"])
    line, found = said(caplog)
    assert found["exit_code"] == 0
    assert found["rows"] == found["streams"]["returns"]["rows"] == len(ran.records("returns"))
    assert found["requests"] == len(loop.requests)
    assert found["fresh_until"] == "2026-11-19T00:00:00Z"
    assert found["skipped"] == ["webhooks"]
    assert line.startswith(f"Run done: {found['rows']} rows of 2 streams")
    assert "skipped: webhooks" in line


def test_a_run_that_fails_says_so_too(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    """With its exit code, and what came before."""
    caplog.set_level(logging.INFO)
    loop.faults = Faults(rate=1.0, kinds=["500"], on="/warehouse")
    config = settings(loop, retry_minutes=0)
    run_tap(config, select=["returns"], prepare=without_waiting(), fails=True)
    line, found = said(caplog)
    assert (found["exit_code"], found["error"]) == (4, "LoopUnavailable")
    assert line.startswith("Run ended by LoopUnavailable")


def test_the_line_tells_freshness_by_stream_the_stalest_first(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    """Streams that are out up to the same second stand together; one without a date in none."""
    caplog.set_level(logging.INFO)
    config = settings(loop, end_date="2026-11-19")
    run_tap(config, select=["returns", "return_line_items"])
    line, _ = said(caplog)
    assert "fresh until 2026-11-19T00:00:00Z (return_line_items, returns)" in line
    run = {
        "streams": {
            "a": {"fresh_until": "2026-02-01T00:00:00Z"},
            "b": {"fresh_until": "2026-01-01T00:00:00Z"},
            "c": {"fresh_until": None},
        },
        "exit_code": 0, "error": None, "rows": 1, "requests": 1, "skipped": [], "kept_aside": 0,
    }  # fmt: skip
    tell(logging.getLogger(), run)
    assert "00Z (b), fresh until 2026-02-01T00:00:00Z (a)." in caplog.messages[-2]
