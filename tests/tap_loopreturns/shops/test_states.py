"""STATE of many shops: each part apart, the whole written sparingly, never ahead of records."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loop_returns.errors import SettingsError
from tap_loopreturns.output.writer import PageWriter
from tap_loopreturns.shops.states import LEAST_PAUSE, ShopStates
from tests.clocks import Clock

COVERED = {state: [["2024-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]] for state in "abc"}
ENTRY = {
    "replication_key": "updated_at",
    "replication_key_value": "2026-01-01T00:00:00Z",
    "covered": {**COVERED, "d": []},
    "as_of": dict.fromkeys("abcd", "2026-01-01T00:00:00Z"),
}


class Lines(PageWriter):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[bytes] = []

    def _out(self, lines: bytes | bytearray) -> None:
        self.lines.append(bytes(lines))

    @property
    def last(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.lines[-1])
        return found


@pytest.fixture
def writer() -> Lines:
    return Lines()


def test_what_is_put_is_written_beside_what_was_given(writer: Lines) -> None:
    """Shops that are not read keep their part; states that are alike are named together."""
    states = ShopStates({"shops": {"gone": {"bookmarks": {"returns": {"x": 1}}}}}, writer)
    states.put("north", {"bookmarks": {"returns": ENTRY, "carts": {}}, "read_until": "2026"})
    states.write()
    assert writer.last["type"] == "STATE"
    shops = writer.last["value"]["shops"]
    assert shops["gone"] == {"bookmarks": {"returns": {"x": 1}}}
    assert shops["north"]["bookmarks"] == {
        "returns": ENTRY
        | {
            "covered": {"a,b,c": COVERED["a"], "d": []},
            "as_of": {"a,b,c,d": "2026-01-01T00:00:00Z"},
        }
    }


def test_it_is_written_seldom_and_not_without_news(writer: Lines) -> None:
    """A message has all shops in it, so it waits; what did not change is not said again."""
    clock = Clock()
    states = ShopStates({}, writer, clock=clock)
    for number in range(10):
        states.put("north", {"read_until": str(number)})
    assert writer.lines == []
    clock.now += LEAST_PAUSE
    states.put("south", {"read_until": "1"})
    assert len(writer.lines) == 1
    assert set(writer.last["value"]["shops"]) == {"north", "south"}
    clock.now += LEAST_PAUSE
    states.write_if_due()
    states.write()
    assert states.messages == len(writer.lines) == 1


def test_a_larger_one_is_written_less_often(writer: Lines) -> None:
    """A megabyte waits half a minute more."""
    clock = Clock()
    states = ShopStates({"shops": {"big": {"bookmarks": {"x": "y" * 10**6}}}}, writer, clock=clock)
    states.put("a", {"read_until": "1"})
    states.write()
    clock.now += LEAST_PAUSE + 20
    states.put("a", {"read_until": "2"})
    assert len(writer.lines) == 1
    clock.now += 15
    states.write_if_due()
    assert len(writer.lines) == 2


@pytest.mark.parametrize("shops", [[], {"north": []}])
def test_what_is_no_state_is_refused(writer: Lines, shops: object) -> None:
    """In a line."""
    with pytest.raises(SettingsError, match="--state"):
        ShopStates({"shops": shops}, writer)
    states = ShopStates({"shops": {"north": {"read_until": "soon"}}}, writer)
    with pytest.raises(SettingsError, match="read_until"):
        states.read_until("north")
