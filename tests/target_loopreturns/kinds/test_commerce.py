"""Commerce objects are saved and deleted by the ids that the shop system gives them."""

from __future__ import annotations

from typing import Any

import pytest

from target_loopreturns.kinds.present import Present
from target_loopreturns.sending import api_calls
from tests.target_loopreturns.acts import act, judged


def test_an_object_that_is_so_already_is_not_saved_again() -> None:
    """Compared by what the row names, nested lists too; the channel comes in other shapes."""
    now = {"id": 1, "external_id": "a", "name": "Shirt", "channel": {"id": 2, "name": "erp"},
           "options": [{"id": 9, "position": 1, "values": ["S", "M"]}]}  # fmt: skip
    row: dict[str, Any] = {
        "external_id": "a",
        "channel": "erp",
        "options": [{"position": 1, "values": ["S", "M"]}],
    }
    present = Present(things={("products", "a"): now, ("products", "b"): None})
    rows = [
        act("products", action="upsert", name="Shirt", **row),
        act("products", action="upsert", name="Skirt", **row),
        act("products", action="upsert", external_id="b", name="Shirt"),
        act("products", action="delete", external_id="a"),
        act("products", action="delete", external_id="a", action_id="again"),
    ]
    results = [one.outcome.result for one in judged(present, *rows)]
    assert results == ["done", "planned", "planned", "planned", "done"]


@pytest.mark.parametrize(("version", "result"), [("v1", "planned"), ("2026-10", "refused")])
def test_an_order_has_its_date_where_the_version_wants_it(version: str, result: str) -> None:
    """Optional up to 2026-07, needed from 2026-10 on."""
    present = Present(things={("orders", "a"): None}, version=version)
    row = act("orders", action="upsert", external_id="a", name="#1")
    assert judged(present, row)[0].outcome.result == result


def test_ids_of_the_shop_system_stay_in_their_place_in_the_path() -> None:
    """A slash in one reaches no other address; what names the parent is not in the body."""
    row: dict[str, Any] = {"product_external_id": "a/b", "external_id": "c?d", "name": "M"}
    save = api_calls.request([act("product_variants", action="upsert", **row)])
    assert save.path == "/products/external/a%2Fb/product-variants"
    assert save.body == {"external_id": "c?d", "name": "M"}
    gone = {name: row[name] for name in ("product_external_id", "external_id")}
    delete = api_calls.request([act("product_variants", action="delete", **gone)])
    assert delete.path == "/products/external/a%2Fb/product-variants/c%3Fd"


def test_a_stream_of_the_tap_is_no_action() -> None:
    """Its rows have no `action`: sent here by mistake, they change nothing."""
    with pytest.raises(Exception, match="'action' is missing"):
        act("orders", external_id="a", name="#1")
