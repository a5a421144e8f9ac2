"""What the key may read: asked before anything is read, and told at once."""

from __future__ import annotations

from typing import cast

import pytest

from loop_returns.errors import (
    AccessError,
    LoopUnavailable,
)
from mock_loop import ALL_SCOPES, Faults, Loop
from tap_loopreturns import access
from tap_loopreturns.streams import STREAMS
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.tap import TapLoopReturns
from tests.proofs.running import without_waiting
from tests.running import run_tap, settings


def test_missing_scopes_stop_the_run_before_anything_is_read(loop: Loop) -> None:
    """All scopes that are missing are named at once, and no record is written."""
    loop.scopes = ALL_SCOPES - {"Orders", "Destinations (Read)"}
    run = run_tap(settings(loop), select=None, fails=True)
    assert isinstance(run.error, AccessError)
    assert "'Orders' for allowlist_items, blocklist_items" in str(run.error)
    assert "'Destinations (Read)' for destinations" in str(run.error)
    assert not run.streams


def test_missing_scopes_can_be_skipped(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    """With on_missing_scope: skip the others are delivered, with one warning for each skipped."""
    loop.scopes = ALL_SCOPES - {"Orders", "Destinations (Read)"}
    run = run_tap(settings(loop, on_missing_scope="skip"), select=None)
    left_out = {"allowlist_items", "blocklist_items", "destinations"}
    default = {stream.name for stream in STREAMS if stream.selected_by_default}
    assert run.streams == default - left_out - {"carts"}
    warnings = [record.message for record in caplog.records if "skipped" in record.message]
    assert sorted(line.split(":")[0] for line in warnings) == sorted(left_out)


@pytest.mark.parametrize("select", [None, ["returns", "carts"], ["webhooks"]])
def test_a_key_that_may_read_nothing_cannot_be_skipped(
    loop: Loop, select: list[str] | None
) -> None:
    """A wrong or revoked key ends the run with exit code 3, with on_missing_scope: skip too."""
    loop.key = "another-key"
    config = {**settings(loop, on_missing_scope="skip"), "api_key": "revoked"}
    run = run_tap(config, select=select, fails=True)
    assert isinstance(run.error, AccessError)
    assert run.error.exit_code == 3
    assert "refuses the key for each of the selected streams" in str(run.error)
    assert "on_missing_scope" not in str(run.error)
    assert not [message for message in run.messages if message["type"] == "RECORD"]


def test_each_scope_is_asked_for_once(loop: Loop) -> None:
    """Fourteen scopes for twenty-three streams; what was asked is not asked again by reading."""
    run_tap(settings(loop), select=["allowlist_items", "blocklist_items", "destinations"])
    paths = [request.path.removeprefix("/api/2026-10") for request in loop.requests]
    assert paths[:2] == ["/destinations", "/allowlists"]
    assert paths.count("/destinations") == 1


def test_an_account_that_cannot_be_asked_is_no_missing_scope(loop: Loop) -> None:
    """With on_missing_scope: skip, an account that is down must not look like one without data."""
    loop.faults = Faults(rate=1.0, kinds=["500"])
    config = settings(loop, on_missing_scope="skip", retry_minutes=0)
    run = run_tap(config, select=["webhooks"], prepare=without_waiting(), fails=True)
    assert isinstance(run.error, LoopUnavailable)
    assert not run.streams


def test_the_report_has_a_line_for_each_stream_and_its_reason(loop: Loop) -> None:
    """Readable, nothing to ask, a scope to add, or what else Loop said."""
    loop.scopes = ALL_SCOPES - {"Orders"}
    tap = TapLoopReturns(config=settings(loop))
    loop.faults = Faults.script(["redirect"], on="/webhooks")
    chosen = [tap.streams[name] for name in ("returns", "orders", "carts", "webhooks")]
    lines = list(access.report(cast("list[LoopStream]", chosen)))
    tap.run.client.close()
    *first, (ready, last) = lines
    assert first == [
        (True, "returns: readable"),
        (False, "orders: not readable, add the scope 'Orders' to the key"),
        (True, "carts: nothing to ask, cart_tokens is empty"),
    ]
    assert not ready
    assert last.startswith("webhooks: not readable: GET /webhooks: Loop redirects")
