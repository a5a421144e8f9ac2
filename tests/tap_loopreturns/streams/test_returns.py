"""What is taken out of a return: each entry with its key, and the return it belongs to."""

from __future__ import annotations

from typing import Any

import pytest

from loop_returns.errors import UncleanRecord
from mock_loop import Loop, Shop
from tests.running import run_tap, settings


def test_entries_that_share_their_key_are_both_sent_and_told(
    loop: Loop, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """Where a table can keep one of them alone, a line says so."""
    name, row = next((n, r) for n, r in shop.returns.items() if r["line_items"])
    twin = {**row["line_items"][0], "title": "twin"}
    shop.advance(seconds=-5)
    shop.edit_return(name, line_items=[*row["line_items"], twin])
    run = run_tap(settings(loop), select=["return_line_items"])
    mine = [one for one in run.records("return_line_items") if one["return_id"] == name]
    assert len(mine) == len(row["line_items"]) + 1
    assert "two entries with the same 'line_item_id'" in caplog.text


def edited(loop: Loop, shop: Shop, stream: str, **fields: Any) -> list[dict[str, Any]]:
    """What a stream holds of one return, after it has been changed so."""
    found = next(iter(shop.book))
    shop.garble_return(found, **fields)
    run = run_tap(settings(loop), select=[stream])
    return [record for record in run.records(stream) if record["return_id"] == found.id]


def test_labels_are_counted_since_they_have_no_id(loop: Loop, shop: Shop) -> None:
    """Their place, from 1 on, is their key; a null among them keeps its place free."""
    label = {"status": "new", "rate": 500, "carrier": "UPS"}
    labels = edited(loop, shop, "return_labels", labels=[label, None, label])
    assert [one["position"] for one in labels] == [1, 3]


@pytest.mark.parametrize(
    ("stream", "field"), [("return_line_items", "line_items"), ("return_exchanges", "exchanges")]
)
def test_an_entry_without_its_key_is_an_error(
    loop: Loop, shop: Shop, stream: str, field: str
) -> None:
    """The line names the return and the key, so that it can be looked up."""
    found = next(iter(shop.book))
    shop.garble_return(found, **{field: [{"title": "nameless"}]})
    run = run_tap(settings(loop), select=[stream], fails=True)
    assert isinstance(run.error, UncleanRecord)
    assert f"return {found.id} has no" in str(run.error)


def test_each_entry_has_its_returns_id_state_and_times(loop: Loop, shop: Shop) -> None:
    """One that has left its return is told by its time, which is older than the return's."""
    run = run_tap(settings(loop), select=["returns", "return_line_items"])
    returns = {record["id"]: record for record in run.records("returns")}
    for entry in run.records("return_line_items"):
        record = returns[entry["return_id"]]
        assert entry["return_state"] == record["state"]
        assert entry["return_updated_at"] == record["updated_at"]
        assert entry["return_created_at"] == record["created_at"]
    assert {entry["return_id"] for entry in run.records("return_line_items")} == set(shop.returns)


def test_what_is_new_in_an_entry_is_kept_with_it(loop: Loop, shop: Shop) -> None:
    """At its place in the entry, and none of it with another entry."""
    first = {"line_item_id": "1", "loyalty": {"tier": 2}}
    entries = edited(loop, shop, "return_line_items", line_items=[first, {"line_item_id": "2"}])
    assert [entry.get("additional_fields") for entry in entries] == [
        {"/loyalty": {"tier": 2}},
        None,
    ]


def test_a_return_with_nothing_in_it_makes_no_entries(loop: Loop, shop: Shop) -> None:
    """Null and the empty list alike."""
    assert edited(loop, shop, "return_exchanges", exchanges=None) == []
    assert edited(loop, shop, "return_labels", labels=[]) == []
