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
    """All scopes that are missing are named at once, and only those; no record is written."""
    loop.scopes = ALL_SCOPES - {"Orders", "Destinations (Read)"}
    run = run_tap(settings(loop), select=None, fails=True)
    assert isinstance(run.error, AccessError)
    assert "'Orders' for allowlist_items, blocklist_items" in str(run.error)
    assert "'Destinations (Read)' for destinations" in str(run.error)
    assert "is wrong" not in str(run.error)
    assert not run.streams


def test_missing_scopes_can_be_skipped(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    """With on_missing_scope: skip the others are delivered, with one warning for each skipped."""
    loop.scopes = ALL_SCOPES - {"Orders", "Destinations (Read)"}
    run = run_tap(settings(loop, on_missing_scope="skip"), select=None)
    left_out = {"allowlist_items", "blocklist_items", "destinations"}
    default = {stream.name for stream in STREAMS if stream.selected_by_default}
    assert run.streams == default - left_out - {"carts"}
    warnings = [one.message for one in caplog.records if one.levelname == "WARNING"]
    warnings = [line for line in warnings if "skipped" in line]
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
    """Fourteen scopes for twenty-three streams: streams that share one share the question."""
    tap = TapLoopReturns(config=settings(loop))
    names = ["allowlist_items", "blocklist_items", "orders", "destinations"]
    chosen = [tap.streams[name] for name in names]
    assert access.unreadable(tap.run, cast("list[LoopStream]", chosen)) == frozenset()
    tap.run.client.close()
    paths = [request.path.removeprefix("/api/2026-10") for request in loop.requests]
    assert paths == ["/allowlists", "/destinations"]


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
    names = ("returns", "orders", "carts", "webhooks", "locations")
    chosen = cast("list[LoopStream]", [tap.streams[name] for name in names])
    lines = list(access.report(chosen, names[:-1]))
    tap.run.client.close()
    *first, (code, webhooks), off, key = lines
    assert first == [
        (0, "returns: readable"),
        (3, "orders: not readable, add the scope 'Orders' to the key"),
        (0, "carts: nothing to ask, cart_tokens is empty"),
    ]
    assert (code, off) == (6, (0, "locations: off"))
    assert webhooks.startswith("webhooks: not readable: GET /webhooks: Loop redirects")
    assert key == (0, "The key is right, and lacks scopes: 'Orders' for orders.")


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        ({"Locations (read)"}, "The key is right, but lacks the scopes of all selected streams"),
        (set(), "'api_key' is wrong or revoked"),
    ],
)
def test_a_wrong_key_is_told_from_a_missing_scope(loop: Loop, scopes: set[str], said: str) -> None:
    """Loop answers 401 to both: a key that may read anything else is right. A run says so, too."""
    loop.scopes = frozenset(scopes)
    tap = TapLoopReturns(config=settings(loop))
    *lines, (code, line) = access.report(tap.loop_streams, ["returns", "webhooks"])
    tap.run.client.close()
    assert code == 3
    assert said in line
    advice = ", add the scope 'Returns' to the key" if scopes else ": Loop refuses the key"
    assert (3, f"returns: not readable{advice}") in lines
    run = run_tap(settings(loop), select=["returns", "webhooks"], fails=True)
    assert said in str(run.error)


@pytest.mark.parametrize(
    ("rules", "chosen"),
    [
        ('["returns.*", "return_l*.id"]', {"returns", "return_line_items", "return_labels"}),
        ('["*.*", "!orders.*", "!returns.customer"]', {s.name for s in STREAMS} - {"orders"}),
        ("", None),
        ("7", None),
    ],
)
def test_the_rules_of_meltano_say_what_is_judged(rules: str, chosen: set[str] | None) -> None:
    """`meltano invoke … --test` makes no catalog, and hands on its rules; a property bars none."""
    names = [stream.name for stream in STREAMS]
    assert access.chosen_by_meltano({"MELTANO_EXTRACT__SELECT": rules}, names) == chosen


def test_a_key_of_the_least_scopes_is_ready_where_the_rest_is_skipped(loop: Loop) -> None:
    """As README sets it up: --test is exit code 0, and a run delivers the returns."""
    loop.scopes = frozenset({"Returns"})
    config = settings(loop, on_missing_scope="skip")
    tap = TapLoopReturns(config=config)
    assert tap.tell_access() == 0
    tap.run.client.close()
    assert "returns" in run_tap(config, select=None).streams
