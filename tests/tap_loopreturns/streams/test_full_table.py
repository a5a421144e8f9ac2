"""Lists that are read whole: only a complete reading removes rows."""

from __future__ import annotations

import logging

import pytest

from loop_returns.errors import (
    UnexpectedAnswer,
)
from mock_loop import Faults, Loop, Quirks, Shop
from tap_loopreturns.tap import TapLoopReturns
from tests.proofs.running import without_waiting
from tests.running import run_tap, settings

SMALL_PAGES = Quirks(requests_per_minute=None, lists_page_size=False)
"""Fifteen rows a page, whatever is asked for."""


def test_a_list_that_fails_midway_activates_no_version(loop: Loop) -> None:
    """ACTIVATE_VERSION comes after a complete read only, so that a failure removes no rows."""
    loop.quirks = SMALL_PAGES
    loop.faults = Faults.script([None, "missing-key"])
    run = run_tap(settings(loop), select=["allowlist_items"], fails=True)
    assert run.records("allowlist_items")
    assert "ACTIVATE_VERSION" not in {message["type"] for message in run.messages}


def test_a_page_kept_from_the_start_of_a_long_run_is_asked_for_again(
    loop: Loop, shop: Shop
) -> None:
    """Beside later pages of a list that has changed meanwhile, it would hide a row."""
    loop.quirks = SMALL_PAGES
    allowlist = shop.table("allowlists")
    hours = [0]

    def prepare(tap: TapLoopReturns) -> None:
        without_waiting()(tap)
        tap.run.client._clock = lambda: hours[0] * 3600.0

    def change(_number: int, _shop: Shop) -> None:
        probed = any(request.path.endswith("/allowlists") for request in loop.requests)
        if probed and low in allowlist:
            hours[0] += 1  # in which other streams were read
            del allowlist[low]
            allowlist[high + 1] = allowlist[high] | {"id": high + 1}

    for number in range(40):
        allowlist[900_000 + number] = {"id": 900_000 + number, "type": "email", "value": "x@y.z"}
    low, high = min(allowlist), max(allowlist)
    loop.hook = change
    run = run_tap(
        settings(loop), select=["advanced_shipping_notices", "allowlist_items"], prepare=prepare
    )
    assert {row["id"] for row in run.records("allowlist_items")} >= {str(one) for one in allowlist}


def test_all_rows_carry_the_version_that_is_activated(loop: Loop) -> None:
    """Of one reading, and greater than that of any run before."""
    versions = []
    for _ in range(2):
        run = run_tap(settings(loop), select=["destinations"])
        (activated,) = [m["version"] for m in run.messages if m["type"] == "ACTIVATE_VERSION"]
        assert {m["version"] for m in run.messages if m["type"] == "RECORD"} == {activated}
        versions.append(activated)
    assert versions[0] < versions[1]


def test_a_list_that_moved_is_read_again_as_another_version(
    loop: Loop, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """The rows of the reading that was given up go with their version."""
    caplog.set_level(logging.INFO)
    loop.quirks = SMALL_PAGES
    table = shop.table("allowlists")

    def remove(number: int, _: Shop) -> None:
        if number == 2:
            table.pop(min(table))

    loop.hook = remove
    run = run_tap(settings(loop), select=["allowlist_items"])
    activated = [m["version"] for m in run.messages if m["type"] == "ACTIVATE_VERSION"]
    versions = {m["version"] for m in run.messages if m["type"] == "RECORD"}
    assert activated == [max(versions)]
    assert len(versions) == 2
    assert "allowlist_items: changed while it was read; reading it again" in caplog.messages


def test_a_list_that_never_stands_still_is_an_error(loop: Loop, shop: Shop) -> None:
    """Five readings, then the run ends: nothing says that the list is complete."""
    table = shop.table("allowlists")
    loop.hook = lambda _, __: table.update({max(table) + 1: table[max(table)]})
    run = run_tap(settings(loop), select=["allowlist_items"], fails=True)
    assert isinstance(run.error, UnexpectedAnswer)
    assert "not known to be complete" in str(run.error)
    assert "ACTIVATE_VERSION" not in {message["type"] for message in run.messages}


@pytest.mark.parametrize("on", [True, False])
def test_activate_version_can_be_switched_off(loop: Loop, on: bool) -> None:
    """Then neither the message nor a version in a record meets a target that knows none."""
    run = run_tap(settings(loop, activate_version=on), select=["destinations"])
    kinds = {message["type"] for message in run.messages}
    versions = {message.get("version") for message in run.messages if message["type"] == "RECORD"}
    assert ("ACTIVATE_VERSION" in kinds) is on
    assert (versions != {None}) is on


def test_a_list_that_did_not_change_is_sent_whole_all_the_same(loop: Loop) -> None:
    """Where a target heeds no ACTIVATE_VERSION, what the last run sent is the list."""
    first = run_tap(settings(loop), select=["destinations"])
    second = run_tap(settings(loop), select=["destinations"], state=first.state)
    assert second.records("destinations") == first.records("destinations") != []
