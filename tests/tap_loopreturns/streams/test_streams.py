"""The streams and their order, which is stated once."""

from __future__ import annotations

import re
from typing import Any

from tap_loopreturns.streams import STREAMS
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.streams.returns import ReturnsStream
from tap_loopreturns.tap import TapLoopReturns
from tests.running import run_tap
from tests.warehouses import meant


def test_the_names_of_streams_are_those_of_the_catalog() -> None:
    """Discovery lists all streams, each with title and descriptions, without key or network."""
    catalog = TapLoopReturns(validate_config=False).catalog_dict
    assert {entry["tap_stream_id"] for entry in catalog["streams"]} == {s.name for s in STREAMS}


def costs(stream: type[LoopStream]) -> int:
    """What is waited for most, what costs few requests, what costs one request a row."""
    if issubclass(stream, ReturnsStream):
        return 0
    return 2 if re.match("one an? (token|shipment|product|import|return)", stream.costs) else 1


def test_returns_come_first_then_cheap_lists_then_one_request_a_row() -> None:
    """Whatever the alphabet says: a new run has what matters within minutes."""
    assert [costs(stream) for stream in STREAMS] == sorted(costs(stream) for stream in STREAMS)
    assert STREAMS[0].name == "returns"


def test_discovery_keeps_the_order() -> None:
    """What a catalog is made from shows the streams as they are read."""
    catalog = TapLoopReturns(validate_config=False).catalog_dict
    assert [entry["tap_stream_id"] for entry in catalog["streams"]] == [s.name for s in STREAMS]


def test_a_run_keeps_the_order_whatever_the_catalog_says(everything: dict[str, Any]) -> None:
    """Meltano hands over a catalog; sorted backwards, it changes nothing."""
    catalog = TapLoopReturns(config=everything).catalog_dict
    catalog["streams"].sort(key=lambda entry: entry["tap_stream_id"], reverse=True)
    for entry in catalog["streams"]:
        next(m for m in entry["metadata"] if not m["breadcrumb"])["metadata"]["selected"] = True
    run = run_tap(everything, select=None, catalog=catalog)
    written = dict.fromkeys(m["stream"] for m in run.messages if m["type"] == "SCHEMA")
    assert list(written) == [stream.name for stream in STREAMS]


def test_what_costs_a_request_a_row_or_is_the_shops_own_is_off_by_default() -> None:
    """A first run asks for no more than it has to."""
    off = {stream.name for stream in STREAMS if not stream.selected_by_default}
    assert off >= {"return_details", "return_notes", "product_variants", "orders", "customers"}
    assert not off & {"returns", "return_line_items", "destinations", "label_requests"}


def test_the_lists_that_tests_keep_by_hand_have_every_stream() -> None:
    """A new stream is compared with the account, too, and loaded into warehouses.

    Events are no part of the account; their own tests compare them with the store.
    """
    names = {stream.name for stream in STREAMS} - {"loop_events"}
    assert set(meant.STREAMS) == names
