"""An account whose values drift is read whole, and the run says what it kept aside."""

from __future__ import annotations

import logging
import time

import pytest

from loop_returns.errors import UncleanRecord
from mock_loop import Loop, Shop
from tests.running import Record, run_tap, settings

STREAMS = ("returns", "return_line_items", "return_exchanges", "return_labels")
AT = "2026-11-20T10:00:00Z"


@pytest.fixture
def drifted(shop: Shop) -> str:
    """One return of the account has values of other shapes, and a field that is new."""
    name = next(one for one, row in shop.returns.items() if row["line_items"] and row["labels"])
    row = shop.returns[name]
    first, *others = row["line_items"]
    shop.edit_return(
        name,
        AT,
        return_method="mail",
        provider_order_id="gid://shopify/Order/123456",
        line_items=[first | {"price": {"amount": 5}, "mood": "fine"}, *others, "one more"],
        labels=[row["labels"][0] | {"rate": ["free"]}],
    )
    return name


def of(records: list[Record], key: str, value: str) -> Record:
    return next(record for record in records if record[key] == value)


def test_all_streams_of_the_account_are_read(loop: Loop, shop: Shop, drifted: str) -> None:
    """What has another shape is aside in the return, and in the entries, by their own pointers."""
    run = run_tap(settings(loop), select=STREAMS)
    assert len(run.records("returns")) == len(shop.returns)
    whole = of(run.records("returns"), "id", drifted)
    count = len(whole["line_items"])
    assert whole["provider_order_id"] == "123456"
    assert whole["additional_fields"] == {
        "/return_method": "mail",
        "/provider_order_id": "gid://shopify/Order/123456",
        "/line_items/0/price": {"amount": 5},
        "/line_items/0/mood": "fine",
        f"/line_items/{count - 1}": "one more",
        "/labels/0/rate": ["free"],
    }
    items = [one for one in run.records("return_line_items") if one["return_id"] == drifted]
    assert len(items) == count - 1
    assert items[0]["additional_fields"] == {"/price": {"amount": 5}, "/mood": "fine"}
    assert items[0]["price"] is None
    label = of(run.records("return_labels"), "return_id", drifted)
    assert label["additional_fields"] == {"/rate": ["free"]}


@pytest.mark.parametrize("select", [STREAMS, ("return_line_items",)])
def test_one_warning_names_fields_and_counts(
    loop: Loop, shop: Shop, drifted: str, select: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    """Also where the stream of returns is not selected; a value is never shown."""
    del drifted
    caplog.set_level(logging.WARNING)
    texts = [row for row in shop.returns.values() if isinstance(row["return_method"], str)]
    run_tap(settings(loop), select=select)
    (line,) = [r.getMessage() for r in caplog.records if "another shape" in r.getMessage()]
    assert line == (
        "returns: Loop sent values of another shape than the schema says; their columns are null, "
        "they are kept in additional_fields: /labels/*/rate (1), /line_items/* (1), "
        "/line_items/*/price (1), "
        f"/return_method ({len(texts)})"
    )
    assert not [r for r in caplog.records if "123456" in r.getMessage()]


@pytest.mark.usefixtures("drifted")
def test_where_an_entry_that_is_no_object_is_to_be_found_is_said(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    """It belongs to no line item, so that the stream of line items cannot have it."""
    run_tap(settings(loop), select=["return_line_items", "return_labels"])
    lines = [r.getMessage() for r in caplog.records if "no object" in r.getMessage()]
    assert len(lines) == 1
    assert lines[0].startswith("return_line_items: return ")


def test_very_many_fields_are_told_in_part(
    loop: Loop, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """Where names are data, the line stays one that can be read."""
    new = {f"new_{number}": number for number in range(1000)}
    shop.edit_return(next(iter(shop.returns)), AT, **new)
    run_tap(settings(loop), select=["returns"])
    (line,) = [r.getMessage() for r in caplog.records if "does not know" in r.getMessage()]
    assert line.endswith(" and 950 more")


@pytest.mark.usefixtures("drifted")
def test_strictly_the_run_fails(loop: Loop) -> None:
    """With on_unknown_shape: fail, one line names the record and the field."""
    run = run_tap(settings(loop, on_unknown_shape="fail"), select=STREAMS, fails=True)
    assert isinstance(run.error, UncleanRecord)
    assert run.error.exit_code == 6
    assert "mail" not in str(run.error)


def test_an_entry_that_cannot_be_told_apart_is_fatal_to_its_own_stream_alone(
    loop: Loop, shop: Shop
) -> None:
    """Its id is the key of line items, but a field like others within the return."""
    shop.edit_return(next(iter(shop.returns)), AT, line_items=[{"line_item_id": {"a": 1}}])
    assert len(run_tap(settings(loop), select=["returns"]).records("returns")) == len(shop.returns)
    run = run_tap(settings(loop), select=["return_line_items"], fails=True)
    assert isinstance(run.error, UncleanRecord)


def test_a_return_with_20_000_strange_items_is_read_in_a_moment(loop: Loop, shop: Shop) -> None:
    """Each entry finds what is kept of it at once."""
    items = [{"line_item_id": str(number), "new": number} for number in range(20_000)]
    shop.edit_return(next(iter(shop.returns)), AT, line_items=items)
    began = time.process_time()
    run = run_tap(settings(loop), select=["return_line_items"])
    assert time.process_time() - began < 8
    kept = [one.get("additional_fields") for one in run.records("return_line_items")]
    assert {"/new": 19_999} in kept
