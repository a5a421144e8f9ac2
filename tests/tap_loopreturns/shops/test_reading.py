"""A run of many shops: complete, each failing for itself, the least fresh first."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

import pytest

from loop_returns.errors import ShopsFailed
from loopreturns_plugin.stopping import Stopped
from mock_loop import Loop, Shop
from tap_loopreturns.given import state_in
from tests.many_shops import served, settings
from tests.running import Output, run_tap

SIZES = {"north": 60, "south": 40, "west": 20}


@pytest.fixture
def loops() -> Iterator[dict[str, Loop]]:
    with served(SIZES) as found:
        yield found


def ids(output: Output, stream: str = "returns") -> dict[str, set[str]]:
    """The ids of a stream's records, by shop."""
    found: dict[str, set[str]] = {}
    for record in output.records(stream):
        found.setdefault(record["shop"], set()).add(record["id"])
    return found


def held(loops: dict[str, Loop]) -> dict[str, set[str]]:
    return {name: {row["id"] for row in loop.shop.truth("returns")} for name, loop in loops.items()}


def test_all_shops_are_read_each_under_its_name(loops: dict[str, Loop]) -> None:
    """Every record says its shop, first of all, and the shop holds it."""
    output = run_tap(settings(loops), select=None)
    assert ids(output) == held(loops)
    for message in output.messages:
        if message["type"] == "RECORD":
            assert next(iter(message["record"])) == "shop"
            assert message["record"]["shop"] in SIZES
        if message["type"] == "SCHEMA":
            assert message["key_properties"][0] == "shop"
    assert "ACTIVATE_VERSION" not in {message["type"] for message in output.messages}


def test_a_second_run_reads_what_changed_in_each_shop(loops: dict[str, Loop]) -> None:
    """STATE holds each shop's bookmarks apart."""
    first = run_tap(settings(loops))
    changed = loops["south"].shop.change(5, seed=3)
    second = run_tap(settings(loops), state=first.state)
    assert changed <= ids(second)["south"]
    assert len(second.records("returns")) < len(first.records("returns")) / 2
    assert set(second.state["shops"]) == set(SIZES)


def test_a_shop_that_fails_is_named_and_the_others_are_read(
    loops: dict[str, Loop], caplog: pytest.LogCaptureFixture
) -> None:
    """A refused key is one shop's trouble; STATE is valid for all, and the run fails."""
    config = settings(loops)
    config["shops"][0]["api_key"] = "revoked"
    with caplog.at_level(logging.INFO):
        output = run_tap(config, fails=True)
    assert isinstance(output.error, ShopsFailed)
    assert "1 of 3 shops failed: north" in str(output.error)
    assert "north: failed: Loop refuses the key" in caplog.text
    assert set(ids(output)) == {"south", "west"} == set(output.state["shops"])
    again = run_tap(settings(loops), state=output.state)
    assert ids(again)["north"] == held(loops)["north"]


def test_shops_are_asked_side_by_side(loops: dict[str, Loop]) -> None:
    """No shop's answer has to come before the other shops are asked."""
    meeting = threading.Barrier(len(loops), timeout=20)

    def meet(number: int, _shop: Shop) -> None:
        if not number:
            meeting.wait()

    for loop in loops.values():
        loop.hook = meet
    output = run_tap(settings(loops))
    assert not meeting.broken
    assert ids(output) == held(loops)


def test_the_least_fresh_shop_is_read_first(loops: dict[str, Loop]) -> None:
    """One that was never read, then the one that was read longest ago."""
    state = run_tap(settings(loops)).state
    state["shops"]["west"]["read_until"] = "2026-01-01T00:00:00Z"
    del state["shops"]["south"]
    output = run_tap(settings(loops, shops_concurrency=1, lookback_hours=90_000), state=state)
    order = list(dict.fromkeys(record["shop"] for record in output.records("returns")))
    assert order == ["south", "west", "north"]


def test_activate_version_is_never_sent_whatever_the_setting(loops: dict[str, Loop]) -> None:
    """It would remove the rows of the other shops; and no record carries a version."""
    for switch in (True, False):
        run = run_tap(settings(loops, activate_version=switch), select=["webhooks"])
        assert run.records("webhooks")
        assert not [one for one in run.messages if one["type"] == "ACTIVATE_VERSION"]
        assert not [one for one in run.messages if one.get("version") is not None]


def test_state_of_many_shops_is_taken_in_each_form_that_it_may_be_given_in(
    loops: dict[str, Loop],
) -> None:
    """Bare, as a message, and as Meltano prints it: the next run goes on from it."""
    state = run_tap(settings(loops)).state
    for given in (state, {"type": "STATE", "value": state}, {"singer_state": state}):
        taken = state_in(given)
        assert taken == state
        again = run_tap(settings(loops, lookback_hours=0), state=taken)
        assert not again.records("returns")


def test_a_run_that_stops_after_its_seconds_fails_no_shop_and_the_next_goes_on(
    loops: dict[str, Loop], caplog: pytest.LogCaptureFixture
) -> None:
    """It ends well, as one of one shop does; what it left is read by the next."""
    for loop in loops.values():
        loop.hook = lambda *_: time.sleep(0.1)
    first = run_tap(settings(loops, stop_after_seconds=1, shops_concurrency=1), fails=True)
    assert isinstance(first.error, Stopped)
    assert first.error.code == 0
    assert ": failed" not in caplog.text
    for loop in loops.values():
        loop.hook = None
    second = run_tap(settings(loops), state=first.state)
    assert len(second.records("returns")) < sum(SIZES.values())
    both = Output(first.lines + second.lines)
    assert ids(both) == held(loops)
