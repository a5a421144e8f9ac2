"""The stream of events: every event, each once under its key, and an offset that is true."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mock_loop import Loop
from tap_loopreturns import access
from tap_loopreturns.tap import TapLoopReturns
from tests.running import run_tap, settings
from tests.tap_loopreturns.storing import confirmed, keep, said

NAME = "loop_events"


def test_each_event_is_read_once_and_a_repeated_one_again(loop: Loop, tmp_path: Path) -> None:
    """Under the same key, with a greater count, and without a request to Loop."""
    store = keep(tmp_path / "e.db", [said(1), said(2), b"\xffno json"])
    config = settings(loop, events_store=store)
    first = run_tap(config, select=[NAME])
    assert [row["return_id"] for row in first.records(NAME)] == ["1", "2", None]
    assert first.records(NAME)[0]["body"] == json.loads(said(1))
    assert first.records(NAME)[2]["body_text"] == "\\xffno json"
    again = run_tap(config, select=[NAME], state=first.state)
    assert not again.records(NAME)
    keep(tmp_path / "e.db", [said(2)])
    (row,) = run_tap(config, select=[NAME], state=again.state).records(NAME)
    assert (row["id"], row["count"]) == (first.records(NAME)[1]["id"], 2)
    assert row["sequence"] > first.records(NAME)[2]["sequence"]
    assert not loop.requests


def test_nothing_is_pruned_beyond_the_state_that_a_run_was_given(
    loop: Loop, tmp_path: Path
) -> None:
    """That a run has written STATE does not prove that the target has its rows."""
    store = keep(tmp_path / "e.db", [said(n) for n in range(3)])
    run = run_tap(settings(loop, events_store=store), select=[NAME])
    assert run.state["bookmarks"][NAME]["sequence"] == 3
    assert confirmed(store) == {"tap-loopreturns/loop_events": 0}
    run_tap(settings(loop, events_store=store), select=[NAME], state=run.state)
    assert confirmed(store) == {"tap-loopreturns/loop_events": 3}


def test_the_same_event_has_the_same_key_in_another_store(loop: Loop, tmp_path: Path) -> None:
    """A store that is replaced overwrites no other event's row."""
    first, second = (
        run_tap(settings(loop, events_store=keep(tmp_path / name, bodies)), select=[NAME]).records(
            NAME
        )
        for name, bodies in (("a.db", [said(1), said(2)]), ("b.db", [said(3), said(2)]))
    )
    assert first[1]["id"] == second[1]["id"]
    assert first[1]["store"] != second[1]["store"]
    assert len({row["id"] for row in first + second}) == 3


def test_personal_data_in_a_body_is_dropped_or_hashed(loop: Loop, tmp_path: Path) -> None:
    """As in every other stream."""
    store = keep(tmp_path / "e.db", [said(1, customer="ann@example.com"), b"ann@example.com"])
    for pii, more in (("drop", {}), ("hash", {"pii_hash_key": "k" * 16})):
        config = settings(loop, events_store=store, pii=pii, **more)
        run = run_tap(config, select=[NAME])
        assert "ann@" not in "".join(run.lines)
        assert run.records(NAME)[0]["return_state"] == "open"


def test_it_is_on_only_where_a_store_is_set(loop: Loop, tmp_path: Path) -> None:
    """Whoever has no receiver sees nothing of it."""
    store = keep(tmp_path / "e.db", [said(1)])
    assert NAME not in run_tap(settings(loop), select=None).streams
    assert NAME in run_tap(settings(loop, events_store=store), select=None).streams


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (None, f"{NAME}: nothing to ask, events_store is not set"),
        ("e.db", f"{NAME}: readable"),
        ("none.db", f"{NAME}: not readable: The store of events: no receiver has made"),
    ],
)
def test_test_says_whether_the_store_can_be_read(
    loop: Loop, tmp_path: Path, given: str | None, line: str
) -> None:
    """A line of --test, as for each stream."""
    keep(tmp_path / "e.db", [said(1)])
    more = {"events_store": str(tmp_path / given)} if given else {}
    tap = TapLoopReturns(config=settings(loop, **more))
    own = [stream for stream in tap.loop_streams if stream.name == NAME]
    lines = [said for _, said in access.report(own, [NAME])]
    assert lines[0].startswith(line)
