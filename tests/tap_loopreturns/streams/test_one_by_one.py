"""One request a return: for those that changed, and each answer is of the return asked for."""

from __future__ import annotations

import json
from typing import Any

from loop_returns.errors import (
    UnexpectedAnswer,
)
from mock_loop import Faults, Loop, Shop, clock
from tests.running import run_tap, settings


def test_a_return_without_notes_is_no_error(everything: dict[str, Any], shop: Shop) -> None:
    """Loop answers 422 and `false`; the stream goes on."""
    run = run_tap(everything, select=["return_notes"])
    assert 0 < len({note["return_id"] for note in run.records("return_notes")}) < len(shop.returns)


def test_streams_of_one_request_a_return_ask_for_those_that_changed(
    everything: dict[str, Any], loop: Loop, shop: Shop
) -> None:
    """The second run of return_details asks for the changed returns, and no others."""
    first = run_tap(everything, select=["return_details"])
    shop.advance(seconds=-5)
    changed = shop.change(20, seed=9)
    loop.clear_requests()
    second = run_tap(everything, select=["return_details"], state=first.state)
    asked = [r.query["return_id"] for r in loop.requests if r.path.endswith("/details")]
    assert (
        sorted(asked)
        == sorted(changed)
        == sorted(r["id"] for r in second.records("return_details"))
    )


def test_details_of_another_return_are_an_error(loop: Loop, shop: Shop) -> None:
    """A proxy that mixes up two answers would put one customer's name on another's return."""
    other = next(iter(shop.returns))
    body = json.dumps(shop.truth("return_details")[0] | {"id": int(other) + 1}).encode()
    loop.faults = Faults.script([body] * 40, on="/return/details")
    run = run_tap(settings(loop), select=["return_details"], fails=True)
    assert isinstance(run.error, UnexpectedAnswer)
    assert "Loop answers another one" in str(run.error)


def test_the_bookmark_follows_every_hundred_returns(loop: Loop, shop: Shop) -> None:
    """So that a run of hours that is stopped has not been for nothing; each is true."""
    run = run_tap(settings(loop), select=["return_details"])
    states = [n for n, message in enumerate(run.messages) if message["type"] == "STATE"]
    assert len(states) >= len(shop.returns) // 100
    for at in states[:-1]:
        entry = run.messages[at]["value"]["bookmarks"]["return_details"]
        reached = clock.parse(entry["replication_key_value"])
        out = {m["record"]["id"] for m in run.messages[:at] if m["type"] == "RECORD"}
        assert {found.id for found in shop.book if found.updated < reached} <= out


def test_a_note_that_moves_nothing_is_found_within_its_lookback(loop: Loop, shop: Shop) -> None:
    """Nothing says that a note moves its return's `updated_at`, so some days are read again."""
    shop.set_now("2026-11-21T00:00:00Z")
    recent = max(shop.book, key=lambda found: found.updated)
    config = settings(loop, notes_lookback_days=300)
    first = run_tap(config, select=["return_notes"])
    note = shop.add_note(recent.id, "written later")
    second = run_tap(config, select=["return_notes"], state=first.state)
    assert str(note["id"]) in {record["id"] for record in second.records("return_notes")}


def test_details_without_a_moment_have_that_of_the_list(loop: Loop, shop: Shop) -> None:
    """The replication key is never null."""
    found = next(iter(shop.book))
    body = json.dumps({"id": int(found.id), "updated_at": None}).encode()
    loop.faults = Faults.script([body], on="/return/details")
    at = clock.naive(found.updated, "T") + "Z"
    span = {"start_date": at, "end_date": clock.naive(found.updated + 1, "T") + "Z"}
    run = run_tap(settings(loop, **span), select=["return_details"])
    assert run.records("return_details")[0]["updated_at"] == at
