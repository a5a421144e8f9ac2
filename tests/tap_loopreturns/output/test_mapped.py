"""Selection, stream maps and flattening change what is written, and nothing else."""

from __future__ import annotations

from mock_loop import Loop, Shop
from tap_loopreturns.records import schemas
from tests.running import run_tap, settings
from tests.truth import differences


def test_deselected_fields_and_stream_maps_are_heeded(loop: Loop) -> None:
    """A field that is not selected is not written, and a stream map does its work."""
    config = settings(loop, stream_maps={"returns": {"total_text": "total", "__alias__": "r"}})
    assert all("total_text" in record for record in run_tap(config).records("r"))
    catalog = {
        "streams": [
            {
                "tap_stream_id": "returns",
                "schema": schemas.load("returns"),
                "key_properties": ["id"],
                "metadata": [
                    {"breadcrumb": [], "metadata": {"selected": True}},
                    {"breadcrumb": ["properties", "customer"], "metadata": {"selected": False}},
                ],
            }
        ]
    }
    records = run_tap(settings(loop), catalog=catalog).records("returns")
    assert records
    assert all("customer" not in record and "total" in record for record in records)


def test_a_record_that_a_map_filters_out_is_not_written(loop: Loop, shop: Shop) -> None:
    """And STATE goes on: it was read, and its owner does not want it."""
    config = settings(loop, stream_maps={"returns": {"__filter__": "record['state'] == 'review'"}})
    run = run_tap(config)
    wanted = {name for name, row in shop.returns.items() if row["state"] == "review"}
    assert {record["id"] for record in run.records("returns")} == wanted
    assert run.state["bookmarks"]["returns"]["covered"].keys() >= {"open", "closed"}


def test_a_stream_that_a_map_removes_is_not_written(loop: Loop) -> None:
    """Neither its records nor, under another name, anything of them."""
    run = run_tap(settings(loop, stream_maps={"webhooks": "__NULL__"}), select=["webhooks"])
    assert not run.streams


def test_what_one_stream_leaves_out_another_still_has(loop: Loop, shop: Shop) -> None:
    """Streams of the returns list share what is nested in a return; a map changes its own copy."""
    maps = {"returns": {"line_items": "__NULL__"}}
    run = run_tap(settings(loop, stream_maps=maps), select=["returns", "return_line_items"])
    assert all("line_items" not in record for record in run.records("returns"))
    assert not differences(shop, run, "return_line_items")


def test_objects_and_lists_that_are_null_are_left_out(loop: Loop) -> None:
    """As in unmapped records: in their place some targets load a JSON null that is not SQL's."""
    maps = {"returns": {"total_text": "total"}}
    plain, mapped = run_tap(settings(loop)), run_tap(settings(loop, stream_maps=maps))
    nested = schemas.may_be_left_out(schemas.load("returns"))
    for run in (plain, mapped):
        records = run.records("returns")
        assert any("return_method" not in record for record in records)
        assert not [r for r in records for name in nested if name in r and r[name] is None]


def test_flattening_makes_columns_of_what_is_nested(loop: Loop) -> None:
    """To the depth that is asked for, in the schema as in the records."""
    given = settings(loop, flattening_enabled=True, flattening_max_depth=1)
    run = run_tap(given, select=["destinations"])
    schema = next(m["schema"] for m in run.messages if m["type"] == "SCHEMA")
    assert "address__city" in schema["properties"]
    assert {record["address__city"] for record in run.records("destinations")} == {"Reno"}
