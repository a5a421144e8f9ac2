"""A second in which many returns changed, through a whole run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loop_returns.http import packing
from loop_returns.http.packing import PackedList
from mock_loop import Loop, Shop
from tests.running import run_tap, settings
from tests.truth import differences


def test_what_is_in_a_long_answer_lands_as_any_other(
    loop: Loop, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packed or in one piece, the same records come of it, also of rows to be read with care."""
    crowd = list(shop.returns)[:90]
    shop.bulk_stamp(crowd, "2026-05-05T03:00:00Z")
    given = settings(loop, page_size=20)
    streams = ["returns", "return_line_items"]
    packed: list[PackedList] = []
    pack = PackedList.__init__

    def count(self: PackedList, *parts: Any) -> None:
        packed.append(self)
        pack(self, *parts)

    monkeypatch.setattr(PackedList, "__init__", count)
    monkeypatch.setattr(packing, "_LONG", 200)
    monkeypatch.setattr(packing, "_PART", 60)
    long = run_tap(given, select=streams)
    assert packed
    assert not [lost for name in streams for lost in differences(shop, long, name)]
    shop.garble_return(crowd[40], tracking_number="a\x00b")
    long = run_tap(given, select=streams)
    monkeypatch.setattr(packing, "_LONG", 10**9)
    packed.clear()
    short = run_tap(given, select=streams)
    assert not packed
    assert "\\ufffd" in json.dumps(long.records("returns"))
    for name in streams:
        assert _sorted(long.records(name)) == _sorted(short.records(name))


def _sorted(records: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(record, sort_keys=True, default=str) for record in records)
