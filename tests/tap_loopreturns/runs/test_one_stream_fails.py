"""What fails of one stream holds up no other; the run ends with it, by name."""

from __future__ import annotations

import pytest

from loop_returns.errors import Incomplete, LoopReturnsError, LoopUnavailable
from mock_loop import Faults, Loop, Shop
from tap_loopreturns.streams import STREAMS
from tests.proofs.running import without_waiting
from tests.running import run_tap, settings

PATHS = {
    "returns": "/warehouse/return/list",
    "advanced_shipping_notices": "/asn",
    "label_requests": "/label",
    "happy_returns_shipments": "/happy-returns/shipments",
    "allowlist_items": "/allowlists",
    "destinations": "/destinations",
    "products": "/products",
}
"""Streams, each with what its path, and no other's, has."""


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "code"), [("null", 6), ("500", 4), ("524-html", 4)])
@pytest.mark.parametrize("name", PATHS)
def test_all_other_streams_come_through(
    loop: Loop, name: str, kind: str, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Whole, the failure is told by name, its bookmark stays, and the next run has the rest."""
    config = settings(loop, retry_minutes=0)
    sound = run_tap(config, select=PATHS)
    loop.faults = Faults(1.0, [kind], on=PATHS[name])
    run = run_tap(config, select=PATHS, prepare=without_waiting(patience=5), fails=True)
    assert isinstance(run.error, LoopReturnsError)
    assert run.error.exit_code == code
    told = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert any(line.startswith(f"{name}: ") for line in told)
    others = [other for other in PATHS if other != name]
    for other in others:
        assert len(run.records(other)) == len(sound.records(other)) > 0
    loop.faults = None
    healed = run_tap(config, select=PATHS, state=run.state)
    assert len(healed.records(name)) == len(sound.records(name))


def test_two_streams_that_fail_are_both_named(loop: Loop) -> None:
    """In one line at the end."""
    names = ["returns", "destinations", "products"]
    loop.faults = Faults(1.0, ["null"], methods=("GET",))
    run = run_tap(settings(loop), select=names, prepare=without_waiting(patience=5), fails=True)
    assert isinstance(run.error, Incomplete)
    assert all(f"{name}: GET /" in str(run.error) for name in names)


def test_where_loop_is_down_the_run_does_not_wait_for_each_stream(loop: Loop) -> None:
    """The second stream in a row that has no answer ends it, with exit code 4."""
    loop.faults = Faults(1.0, ["500"])
    selected = [stream.name for stream in STREAMS]
    run = run_tap(
        settings(loop, retry_minutes=0), select=selected, prepare=without_waiting(), fails=True
    )
    assert isinstance(run.error, LoopUnavailable)
    assert len(loop.requests) < 12


def test_a_return_whose_details_cannot_be_read_holds_up_no_other(loop: Loop, shop: Shop) -> None:
    """It is asked for again by the next run; the details of all others are out."""
    loop.faults = Faults.script([None, b"null"], on="/return/details")
    config = settings(loop)
    first = run_tap(config, select=["return_details"], fails=True)
    assert len(first.records("return_details")) == len(shop.returns) - 1
    loop.clear_requests()
    second = run_tap(config, select=["return_details"], state=first.state)
    asked = [r for r in loop.requests if r.path.endswith("/details")]
    assert 1 <= len(asked) < len(shop.returns) / 2
    ids = {row["id"] for one in (first, second) for row in one.records("return_details")}
    assert ids == set(shop.returns)
