"""From one shop to many, as docs/shops.md says: nothing is lost, nothing read from the start."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from mock_loop import Loop
from tests.many_shops import served, settings
from tests.running import Output, run_tap
from tests.running import settings as settings_of_one
from tests.truth import KEYS, differences


@pytest.fixture
def loops() -> Iterator[dict[str, Loop]]:
    with served({"north": 60, "south": 20}) as found:
        yield found


def of_north(output: Output) -> list[str]:
    """The lines of the shop north."""
    return [
        line
        for line, message in zip(output.lines, output.messages, strict=True)
        if message.get("record", {}).get("shop") == "north"
    ]


def test_a_shop_goes_on_from_the_state_that_it_had_alone(loops: dict[str, Loop]) -> None:
    """With the requests of a run of its own; with the history, all that Loop has is there."""
    north = loops["north"]
    first = run_tap(settings_of_one(north), select=["all"])
    changed = north.shop.change(8, seed=3)
    north.requests.clear()
    # Many shops leave out no row that the target has: STATE would become too large.
    alone = run_tap(settings_of_one(north, send_unchanged=True), select=["all"], state=first.state)
    asked = len(north.requests)
    north.requests.clear()
    many = run_tap(settings(loops), select=["all"], state={"shops": {"north": first.state}})
    assert len(north.requests) <= asked
    mine = Output(of_north(many))
    read = {record["id"] for record in mine.records("returns")}
    assert changed <= read == {record["id"] for record in alone.records("returns")}
    history = Output(first.lines + of_north(many))
    for stream in KEYS.keys() & first.streams:
        assert not differences(north.shop, history, stream), stream
    south = [one for one in many.records("returns") if one["shop"] == "south"]
    assert len(south) == 20  # which is new, and read from its start date


def test_the_state_of_one_shop_as_it_is_loses_nothing(
    loops: dict[str, Loop], caplog: pytest.LogCaptureFixture
) -> None:
    """Handed on without being put in its place, every shop is read from its start date."""
    state = run_tap(settings_of_one(loops["north"])).state
    with caplog.at_level(logging.WARNING):
        many = run_tap(settings(loops), state=state)
    assert "STATE is of one shop" in caplog.text
    assert len(many.records("returns")) == 80
    assert set(many.state) == {"shops"}


def test_the_state_of_one_shop_under_another_shops_name_is_refused(loops: dict[str, Loop]) -> None:
    """A mistake of the hand loses nothing: that shop fails, by name."""
    state = run_tap(settings_of_one(loops["north"])).state
    many = run_tap(settings(loops), state={"shops": {"south": state}}, fails=True)
    assert "1 of 2 shops failed: south" in str(many.error)
    assert {record["shop"] for record in many.records("returns")} == {"north"}


def test_back_again_a_shops_part_is_the_state_of_one(loops: dict[str, Loop]) -> None:
    """It reads what has changed since."""
    many = run_tap(settings(loops))
    changed = loops["north"].shop.change(5, seed=4)
    part: dict[str, Any] = many.state["shops"]["north"]
    alone = run_tap(settings_of_one(loops["north"]), state=part)
    assert {record["id"] for record in alone.records("returns")} == changed
