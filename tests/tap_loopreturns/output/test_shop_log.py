"""A shop's lines have its name, and only what is amiss is told."""

from __future__ import annotations

import logging

import pytest

from tap_loopreturns.output.shop_log import ShopLogger


def test_warnings_have_the_shops_name_and_the_rest_is_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A thousand shops would tell of nothing but themselves; nothing of them is kept."""
    log = ShopLogger("north", logging.getLogger("tap-loopreturns"))
    with caplog.at_level(logging.INFO):
        log.info("returns: done")
        log.warning("%s: sent %d strange states", "returns", 2)
    assert [record.getMessage() for record in caplog.records] == [
        "north: returns: sent 2 strange states"
    ]
    assert not any("north" in name for name in logging.Logger.manager.loggerDict)
