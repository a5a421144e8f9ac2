"""Rows that Loop has deleted, in tables that many shops share."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.many_shops import served, settings
from tests.running import Output, run_tap

Row = dict[str, Any]


def table(outputs: list[Output], stream: str, *keys: str) -> dict[tuple[Any, ...], Row]:
    """What a target holds that knows no ACTIVATE_VERSION: the last record of each key."""
    return {
        tuple(record[key] for key in keys): record
        for output in outputs
        for record in output.records(stream)
    }


def alive(outputs: list[Output]) -> set[tuple[str, str]]:
    """The destinations that the documented filter leaves."""
    reads = table(outputs, "full_table_reads", "shop", "stream")
    return {
        (shop, name)
        for (shop, name), row in table(outputs, "destinations", "shop", "id").items()
        if row["last_seen_at"] >= reads[shop, "destinations"]["read_at"]
    }


def test_rows_that_a_shop_has_deleted_are_told_and_no_others() -> None:
    """Also where nothing is left, and while a shop cannot be read."""
    select = ["destinations", "full_table_reads"]
    with served({"north": 10, "south": 10, "west": 10}) as loops:
        outputs = [run_tap(settings(loops), select=select)]
        north, south = (loops[name].shop.table("destinations") for name in ("north", "south"))
        first = next(iter(north))
        del north[first]
        south.clear()
        config = settings(loops)
        config["shops"][2]["api_key"] = "revoked"
        outputs.append(run_tap(config, select=select, state=outputs[0].state, fails=True))
        held = {
            (name, str(row["id"]))
            for name, loop in loops.items()
            for row in loop.shop.truth("destinations")
        }
    assert alive(outputs) == held
    assert alive(outputs[:1]) == held | {("north", str(first))} | {
        key for key in alive(outputs[:1]) if key[0] == "south"
    }


def test_it_is_said_where_deleted_rows_cannot_be_told(caplog: pytest.LogCaptureFixture) -> None:
    """Since the stream that tells is not selected."""
    with served({"north": 10}) as loops, caplog.at_level(logging.WARNING):
        run_tap(settings(loops), select=["destinations"])
    assert "full_table_reads is not selected" in caplog.text
