"""The one place that writes STATE: what it says is true, and nobody else says anything."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns import times
from loop_returns.errors import SettingsError
from loop_returns.spans import Span, Spans
from loopreturns_plugin.sdk import SingerStream
from mock_loop import Loop
from tap_loopreturns.output.state import StreamState
from tests.running import run_tap, settings

START = 1_790_000_000
NOW = START + 1000
SPAN = Span(START, NOW)
ROOT = Path(__file__).parents[3]


class FakeStream:
    """A stream that remembers what of its STATE was put down, and what was flushed."""

    name = "returns"
    replication_key = "updated_at"

    def __init__(self, entry: dict[str, Any] | None = None, method: str = "INCREMENTAL") -> None:
        self.state_entry = entry or {}
        self.replication_method = method
        self.flushed: list[dict[str, Any]] = []

    def put_state(self, entry: Mapping[str, Any]) -> None:
        self.state_entry = dict(entry)

    def flush_state(self) -> None:
        self.flushed.append(self.state_entry)


def state_of(stream: FakeStream, *states: str, lookback: int = 0, span: Span = SPAN) -> StreamState:
    named = states or ("rows",)
    return StreamState(cast("SingerStream", stream), named, span, now=NOW, lookback=lookback)


def spans(*pairs: tuple[int, int]) -> Spans:
    return Spans((START + a, START + b) for a, b in pairs)


def test_nothing_else_writes_state() -> None:
    """Whoever asks why a bookmark says what it says looks into one file."""
    writers = {
        path.relative_to(ROOT).as_posix()
        for package in ("loop_returns", "loopreturns_plugin", "tap_loopreturns")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in {"put_state", "flush_state", "_write_state_message"}
        or "state_manager" in ast.unparse(node.func)
    }
    assert writers == {
        "tap_loopreturns/output/state.py",
        "loopreturns_plugin/sdk.py",  # which defines the two
    }


def test_what_is_covered_is_not_missing_in_the_next_run() -> None:
    """And what is not, is: for each of its states apart."""
    stream = FakeStream()
    first = state_of(stream, "open", "closed")
    first.cover({"open": spans((0, 1000)), "closed": spans((0, 400))})
    second = state_of(stream, "open", "closed")
    assert second.missing == {"closed": spans((400, 1000))}
    assert second.value == START + 400
    assert second.lacking == spans((400, 1000))


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), max_size=6))
def test_state_never_says_more_than_was_covered(pairs: list[tuple[int, int]]) -> None:
    """In whatever pieces and order: the next run lacks exactly the rest."""
    stream = FakeStream()
    state = state_of(stream)
    for pair in pairs:
        state.cover({"rows": spans(pair)})
    left = state_of(stream).missing.get("rows", Spans())
    assert left == spans((0, 1000)) - spans(*pairs)


def test_what_was_not_asked_for_is_not_claimed() -> None:
    """An answer may prove more than this stream lacks: of later times, or of other states."""
    stream = FakeStream()
    state_of(stream).cover({"rows": spans((0, 5000)), "unasked": spans((0, 1000))})
    covered = stream.state_entry["covered"]
    assert covered["rows"] == [[times.show(START), times.show(NOW)]]
    assert not covered.get("unasked")


def test_an_entry_is_written_when_it_is_flushed_and_not_before() -> None:
    """Records that it speaks of come first."""
    stream = FakeStream()
    state = state_of(stream)
    state.cover({"rows": spans((0, 10))})
    assert not stream.flushed
    state.flush()
    assert stream.flushed == [stream.state_entry]
    assert stream.state_entry["replication_key"] == "updated_at"


def test_a_gap_to_an_earlier_bookmark_is_read_whatever_start_date_says() -> None:
    """Moved forward past the bookmark, it would leave a hole for ever."""
    stream = FakeStream()
    state_of(stream).cover({"rows": spans((0, 300))})
    later = state_of(stream, span=Span(START + 700, NOW))
    assert later.wanted.start == START + 300
    assert later.missing == {"rows": spans((300, 1000))}


def test_a_catalog_that_asks_for_the_full_table_has_no_bookmark() -> None:
    """All of it is read, and what was out before does not count."""
    stream = FakeStream()
    state_of(stream).cover({"rows": spans((0, 1000))})
    full = state_of(FakeStream(stream.state_entry, "FULL_TABLE"))
    assert (full.value, full.missing) == (None, {"rows": spans((0, 1000))})


def test_an_entry_that_is_no_bookmark_is_told() -> None:
    """Read as empty it would read everything again without a word."""
    with pytest.raises(SettingsError, match="'--state' holds a bookmark for updated_at"):
        state_of(FakeStream({"replication_key": "updated_at", "covered": 5}))


@pytest.mark.parametrize("name", ["returns", "advanced_shipping_notices", "return_notes"])
def test_a_bookmark_that_cannot_be_read_ends_the_run_in_one_line(loop: Loop, name: str) -> None:
    """Before anything is read; the SDK looks at bookmarks too, and would end in a traceback."""
    state = {"bookmarks": {name: {"replication_key": None, "replication_key_value": "soon"}}}
    select = [name, "return_labels", "webhooks"]
    run = run_tap(settings(loop), select=select, state=state, fails=True)
    assert isinstance(run.error, SettingsError)
    assert f"of {name} that cannot be read" in str(run.error)
    assert not loop.requests


def test_a_stream_that_has_not_been_read_leaves_no_mark_in_state(loop: Loop) -> None:
    """The check of what was given is a look, not an entry."""
    run = run_tap(settings(loop), select=["returns", "return_notes"])
    first = next(message["value"] for message in run.messages if message["type"] == "STATE")
    assert set(first["bookmarks"]) == {"returns"}
