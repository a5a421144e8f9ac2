"""Updates change what their rows name, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from mock_loop import Faults, Shop
from mock_loop.responses import Response
from tests.acting import ALL_ALLOWED, Desk, messages
from tests.target_loopreturns.runs.late import instead
from tests.target_loopreturns.runs.rows import APPLY

ADDRESS = {"address1": "1 Dock", "city": "Reno", "state": "NV", "zip": "89501", "country": "US"}


@pytest.fixture(autouse=True)
def furnished(shop: Shop) -> None:
    place = {"name": "A", "type": "donate", "enabled": True, "provider_location_id": None}
    shop.destinations[5] = {"id": 5, **place, "address": dict(ADDRESS)}
    hook = {"topic": "label", "trigger": "label.created", "url": "https://a.example/H"}
    shop.webhooks[6] = {"id": 6, "shop_id": 1, **hook, "status": "inactive"}
    shop.allowlists[7] = shop.allowlists[3] | {"id": 7, "type": "product_tag", "value": "vip"}


def update(own: int, **fields: Any) -> dict[str, Any]:
    return {"action": "update", "id": own, **fields}


def test_two_updates_of_one_address_leave_the_rest_of_it(desk: Desk, shop: Shop) -> None:
    """Each names one field of the nested address."""
    rows = [update(5, address={"city": "Elko"}), update(5, address={"zip": "89801"})]
    assert desk.run(messages({"destinations": rows}), **APPLY).results == {"done": 2}
    assert shop.destinations[5]["address"] == ADDRESS | {"city": "Elko", "zip": "89801"}
    assert shop.destinations[5]["name"] == "A"


@pytest.mark.parametrize("before", [1, 2])
def test_what_people_change_after_the_plan_is_not_undone(
    desk: Desk, shop: Shop, before: int
) -> None:
    """The row is read again just before it is put."""

    def change(number: int, shop: Shop) -> None:
        if number == before:  # 0: read for the plan, 1: read again, 2: put
            shop.destinations[5]["enabled"] = False

    desk.loop.hook = change
    desk.run(messages({"destinations": [update(5, name="B")]}), **APPLY)
    seen = shop.destinations[5]
    assert (seen["name"], seen["enabled"]) == ("B", before == 2)


def test_what_is_gone_after_the_plan_is_refused(desk: Desk) -> None:
    """Deleted by somebody meanwhile: nothing is put, and nothing made anew."""

    def delete(number: int, shop: Shop) -> None:
        if number == 1:
            shop.delete_destination(5)

    desk.loop.hook = delete
    (told,) = desk.run(messages({"destinations": [update(5, name="B")]}), **APPLY).outcomes
    assert (told["outcome"], told["code"], desk.changes()) == ("refused", "not_found", [])


def test_a_refused_update_is_not_carried_out_by_the_next(desk: Desk, shop: Shop) -> None:
    """Loop refuses the first; the second one's whole row has none of it."""
    refusal = b'{"errors":[{"message":"This name is taken."}]}'
    desk.loop.faults = Faults.script([refusal], methods=("PUT",))
    rows = [update(5, name="Taken"), update(5, enabled=False)]
    ran = desk.run(messages({"destinations": rows}), **APPLY)
    assert [row["outcome"] for row in ran.outcomes] == ["refused", "done"]
    assert (shop.destinations[5]["name"], shop.destinations[5]["enabled"]) == ("A", False)


def test_a_row_is_judged_by_what_those_before_it_really_did(desk: Desk, shop: Shop) -> None:
    """The first update is refused, so that the second, with the same name, is not "so already"."""
    refusal = b'{"errors":[{"message":"Not now."}]}'
    desk.loop.faults = Faults.script([refusal], methods=("PUT",))
    rows = [update(5, name="B") | {"action_id": n} for n in ("a", "b")]
    ran = desk.run(messages({"destinations": rows}), **APPLY)
    assert [row["outcome"] for row in ran.outcomes] == ["refused", "done"]
    assert (shop.destinations[5]["name"], len(desk.changes())) == ("B", 2)


@pytest.mark.parametrize(
    ("stream", "row", "kept"),
    [
        ("destinations", update(5, name="a"), ("destinations", "name")),
        ("webhooks", update(6, url="https://a.example/h"), ("webhooks", "url")),
        ("allowlist_items", {"type": "product_tag", "value": "VIP"}, ("allowlists", "value")),
    ],
)
def test_another_letter_case_is_a_change(
    desk: Desk, shop: Shop, stream: str, row: dict[str, Any], kept: tuple[str, str]
) -> None:
    """Names, addresses of the web and tags in another case are not so already."""
    table, field = kept
    ran = desk.run(messages({stream: [row]}), **APPLY)
    assert (ran.results, len(desk.changes())) == ({"done": 1}, 1)
    assert row[field] in {one[field] for one in shop.table(table).values()}


@pytest.mark.parametrize("stream", ["allowlist_items", "blocklist_items"])
def test_an_entry_is_made_and_deleted_in_one_run(desk: Desk, shop: Shop, stream: str) -> None:
    """The deletion asks for the id that Loop gave, and leaves the others."""
    entry = {"type": "order", "value": "#77"}
    rows = [{**entry, "action": "create"}, {**entry, "action": "delete"}]
    ran = desk.run(messages({stream: rows}), **ALL_ALLOWED)
    assert ran.results == {"done": 2}
    assert "None" not in str(desk.changes())
    table = shop.table(stream.replace("_items", "s"))
    assert "#77" not in {row["value"] for row in table.values()}
    assert 3 in table


def test_what_was_not_made_is_not_deleted(desk: Desk) -> None:
    """Loop refuses the creation: the deletion that follows has nothing to do."""
    refusal = b'{"errors":[{"message":"No."}]}'
    desk.loop.faults = Faults.script([refusal], methods=("POST",))
    entry = {"type": "order", "value": "#77"}
    rows = [{**entry, "action": "create"}, {**entry, "action": "delete"}]
    ran = desk.run(messages({"blocklist_items": rows}), **ALL_ALLOWED)
    assert [row["outcome"] for row in ran.outcomes] == ["refused", "done"]
    assert len(desk.changes()) == 1


def test_a_deletion_that_finds_nothing_is_looked_into(desk: Desk, shop: Shop) -> None:
    """404 may be said of another address: done only where the row is seen to be gone."""
    missing = b'{"errors":{"code":"NOT_FOUND"}}'
    answers = [Response(404, missing)]
    instead(desk.loop, answers)
    given = messages({"destinations": [{"action": "delete", "id": 5}]})
    ran = desk.run(given, **ALL_ALLOWED)
    assert (ran.results, 5 in shop.destinations, answers) == ({"done": 1}, False, [])
