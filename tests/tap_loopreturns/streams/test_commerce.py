"""The shop's own objects: keys, variants by product, and no request too many."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loop_returns.errors import UncleanRecord
from mock_loop import Faults, Loop, Shop
from tests.running import run_tap, settings
from tests.truth import differences


def test_a_row_of_stock_has_its_variant_and_location_as_key(loop: Loop, shop: Shop) -> None:
    """Loop shows each as a list of one, or as an object; the key is the same."""
    table = shop.table("inventories")
    first, second = list(table)[:2]
    for name in ("product_variant", "location"):
        table[first][name] = [table[first][name][0]]
        table[second] = table[second] | {name: table[second][name][0]}
    run = run_tap(settings(loop), select=["inventories"])
    keys = {(r["product_variant_id"], r["location_id"]) for r in run.records("inventories")}
    assert keys == {
        (str(row["product_variant"][0]["id"]), str(row["location"][0]["id"]))
        if isinstance(row["product_variant"], list)
        else (str(row["product_variant"]["id"]), str(row["location"]["id"]))
        for row in table.values()
    }


@pytest.mark.parametrize("spoilt", [[], [{"id": 1}, {"id": 2}], None, "17"])
def test_stock_of_no_single_variant_is_an_error(loop: Loop, shop: Shop, spoilt: Any) -> None:
    """A row without its key would overwrite another one, or be lost."""
    table = shop.table("inventories")
    table[min(table)]["product_variant"] = spoilt
    run = run_tap(settings(loop), select=["inventories"], fails=True)
    assert isinstance(run.error, UncleanRecord)
    assert "product_variant" in str(run.error)


def test_variants_are_asked_for_product_by_product(loop: Loop, shop: Shop) -> None:
    """One request each, and the page of products by which the key was tried is not asked twice."""
    run = run_tap(settings(loop), select=["product_variants"])
    asked = [request.path.removeprefix("/api/2026-10") for request in loop.requests]
    limits = [r.query["limit"] for r in loop.requests if r.path.endswith("/products")]
    assert limits == ["250", str(len(shop.products) - 1)]  # the latter since the number is round
    assert sorted(set(asked) - {"/products"}) == sorted(
        f"/products/{key}/product-variants" for key in shop.products
    )
    assert not differences(shop, run, "product_variants")


def test_a_product_without_an_id_is_an_error(loop: Loop) -> None:
    """Its variants could not be asked for, and would be taken for deleted."""
    rows = [{"title": "nameless"}]
    document = {"products": rows, "next_page_url": None, "previous_page_url": None}
    loop.faults = Faults.script([json.dumps(document).encode()] * 2, on="/products")
    run = run_tap(settings(loop), select=["product_variants"], fails=True)
    assert isinstance(run.error, UncleanRecord)
    assert "ACTIVATE_VERSION" not in {message["type"] for message in run.messages}


@pytest.mark.parametrize("stream", ["orders", "customers", "products", "collections", "locations"])
def test_a_page_holds_250_rows_and_the_first_is_asked_for_once(
    loop: Loop, shop: Shop, stream: str
) -> None:
    """Trying the key and reading are one request for the first page."""
    if len(shop.truth(stream)) % 5 == 0:
        shop.table(stream).popitem()  # or a page of a round number would be held against another
    run = run_tap(settings(loop), select=[stream])
    rows = len(shop.truth(stream))
    assert len(run.records(stream)) == rows > 0
    assert len(loop.requests) == max(1, -(-rows // 250))
    assert {request.query["limit"] for request in loop.requests} == {"250"}


def test_a_page_of_a_round_number_is_held_against_a_smaller_one(loop: Loop, shop: Shop) -> None:
    """It may be all that Loop gives, although it says that none follows; that costs a request."""
    run = run_tap(settings(loop), select=["products"])
    rows = len(shop.products)
    assert rows % 5 == 0
    assert [request.query["limit"] for request in loop.requests] == ["250", str(rows - 1)]
    assert len(run.records("products")) == rows


def test_jobs_of_an_import_without_ids_are_told_apart_by_their_place(loop: Loop) -> None:
    """What is in a job is not documented; none of it is lost, and none overwrites another."""
    body = b'{"bulk_operation_jobs":[{"line":7},{"id":null,"line":9}],"next_page_url":null}'
    loop.faults = Faults.script([body], on="/jobs")
    run = run_tap(settings(loop), select=["bulk_operation_jobs"])
    first = [one for one in run.records("bulk_operation_jobs") if one["bulk_operation_id"] == "1"]
    assert [(one["id"], one["additional_fields"]["/line"]) for one in first] == [("1", 7), ("2", 9)]
