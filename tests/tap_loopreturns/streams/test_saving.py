"""Only rows that changed are sent, and the tables equal the account after each run."""

from __future__ import annotations

from typing import Any

import pytest

from mock_loop import Loop, Shop
from tests.proofs.unchanged import LISTS, STREAMS, UnchangedStory
from tests.running import Output, run_tap, settings

DATED = tuple(stream for stream in STREAMS if stream not in LISTS)
BOTH = ("returns", *DATED)


@pytest.mark.parametrize("turns_back", [True, False])
def test_tables_equal_the_account_after_each_run(turns_back: bool) -> None:
    """Rows turn back, or runs are killed before the target has acknowledged what it loaded."""
    told = UnchangedStory(7, turns_back=turns_back, kills=not turns_back).tell(5)
    assert told.wrong == []
    assert told.changed
    assert turns_back or told.kills


def test_rows_that_turn_back_amid_kills_are_right_after_the_next_deep_reading() -> None:
    """That is as long as an earlier version may stay."""
    story = UnchangedStory(8, turns_back=True, kills=True)
    story.tell(4)
    assert story.end(8) == []


def test_a_quiet_run_sends_no_row_and_removes_none(loop: Loop) -> None:
    """With send_unchanged all of it comes."""
    first = run_tap(settings(loop), select=BOTH)
    quiet = run_tap(settings(loop), select=BOTH, state=first.state)
    assert {message["type"] for message in quiet.messages} == {"SCHEMA", "STATE"}
    sent = quiet.state["bookmarks"]
    assert all("sent" in sent[stream] for stream in BOTH)
    everything = run_tap(settings(loop, send_unchanged=True), select=BOTH, state=quiet.state)
    assert everything.streams >= set(DATED)
    assert not any("sent" in entry for entry in everything.state["bookmarks"].values())


def test_state_speaks_of_rows_that_were_written_before_it(loop: Loop, shop: Shop) -> None:
    """While a stream is read, STATE says nothing of its rows: a target may acknowledge any line."""
    first = run_tap(settings(loop), select=BOTH)
    shop.advance(seconds=-5)
    shop.change_lists(seed=5)
    second = run_tap(settings(loop), select=BOTH, state=first.state)
    states = [(n, m["value"]) for n, m in enumerate(second.messages) if m["type"] == "STATE"]
    assert second.streams
    for stream in second.streams:
        lines = [n for n, m in enumerate(second.messages) if m.get("stream") == stream]
        says = [n for n, value in states if "sent" in value["bookmarks"].get(stream, {})]
        assert says[-1] > lines[-1], stream
        assert not [n for n in says if 0 < n < lines[-1]], stream  # the first is as it was given


@pytest.mark.parametrize(
    "other",
    [
        {"pii": "drop"},
        {"stream_maps": {stream: {"more": "'x'"} for stream in STREAMS}},
        {"flattening_enabled": True, "flattening_max_depth": 1},
    ],
)
def test_whoever_changes_what_is_written_gets_all_rows_again(
    loop: Loop, other: dict[str, Any]
) -> None:
    """What the target has acknowledged is another thing than what would be written now."""
    first = run_tap(settings(loop), select=STREAMS)
    second = run_tap(settings(loop, **other), select=STREAMS, state=first.state)
    assert second.streams == set(STREAMS)


def test_a_bookmark_set_back_by_hand_brings_its_rows(loop: Loop) -> None:
    """Also those that the target has had, since nobody does that without a reason."""
    first = run_tap(settings(loop), select=["advanced_shipping_notices"])
    entry = first.state["bookmarks"]["advanced_shipping_notices"]
    entry["replication_key_value"] = "2026-10-01T00:00:00Z"
    second = run_tap(settings(loop), select=["advanced_shipping_notices"], state=first.state)
    assert second.records("advanced_shipping_notices")


def test_a_stream_that_is_not_read_keeps_what_the_target_has(loop: Loop) -> None:
    """A run of other streams between two of its own costs it nothing."""
    first = run_tap(settings(loop), select=DATED)
    other: Output = run_tap(settings(loop), select=["returns"], state=first.state)
    assert not run_tap(settings(loop), select=DATED, state=other.state).streams


def test_the_lookback_sends_no_return_twice(loop: Loop, shop: Shop) -> None:
    """Of the hour that is read again, only what changed."""
    first = run_tap(settings(loop))
    shop.advance(seconds=-5)
    touched = shop.change(10, seed=3)
    second = run_tap(settings(loop), state=first.state)
    assert {row["id"] for row in second.records("returns")} == touched
    assert not run_tap(settings(loop), state=second.state).records("returns")
