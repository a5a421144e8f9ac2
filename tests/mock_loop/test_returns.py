"""The returns of the mock account: the list, details, notes, shipping notices."""

from collections import Counter
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from mock_loop import Loop, Quirks, Shop, clock, serve
from tests.mock_loop.asking import LIST, SPAN, STATES, get, made, pages, walk


def test_the_next_link_drops_what_the_sample_drops(tied: Loop) -> None:
    """It names v1, and neither `from` nor `state` nor `paginate`."""
    asked = {"from": "2026-11-10", "to": "2026-11-11", "state": "open", "pageSize": 1}
    split = urlsplit(next(pages(tied, asked))["nextPageUrl"])
    assert split.path == "/api/v1" + LIST
    assert dict(parse_qsl(split.query)).keys() == {"to", "pageSize", "cursor"}


def test_following_the_sample_link_blindly_falls_back_to_a_day(tied: Loop) -> None:
    """A link without `from` is a request without `from`: the last 24 hours."""
    asked = {"from": "2026-11-10", "to": "2026-11-11", "pageSize": 1}
    link = next(pages(tied, asked))["nextPageUrl"]
    answer = requests.get(link, headers={"X-Authorization": "test-key"}, timeout=5).json()
    assert answer == {"returns": [], "nextPageUrl": None, "previousPageUrl": None}


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({}, ["4"]),
        ({"from": "2026-11-10T12:00:00Z"}, ["1", "2"]),
        ({"to": "2026-11-12"}, ["4"]),
        ({"from": "", "to": ""}, ["4"]),
        ({"from": "2026-11-10", "to": "2026-11-30"}, ["1", "2", "3", "4"]),
    ],
)
def test_a_missing_date_means_one_day(dates: dict[str, str], expected: list[str]) -> None:
    """Without `from` the last 24 hours, without `to` the 24 after; a lone `to` is ignored."""
    shop = made(
        "2026-11-10T12:00:00Z",
        "2026-11-11T12:00:00Z",
        "2026-11-11T12:00:01Z",
        "2026-11-19T00:00:00Z",
    )
    with serve(shop) as loop:
        assert sorted(row["id"] for row in get(loop, LIST, dates).json()) == expected


def test_120_days_are_allowed_and_a_second_more_is_refused(loop: Loop) -> None:
    """A longer range is a validation error that names `to`."""
    allowed = {"from": "2026-01-01", "to": "2026-05-01"}
    assert get(loop, LIST, allowed).status_code == 200
    refused = get(loop, LIST, allowed | {"to": "2026-05-01 00:00:01"})
    assert refused.status_code == 422
    assert refused.json()["errors"].keys() == {"to"}


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-10 08:00:00",
        "2026-11-10T08:00:00.000Z",
        "2026-11-10T08:00:00Z",
        "2026-11-10T08:00:00",
        "2026-11-10T03:00:00-05:00",
        "2026-11-10T08:00:00+00:00",
    ],
)
def test_every_documented_spelling_of_a_date_is_read(text: str) -> None:
    """Naive means UTC; an offset is honoured."""
    with serve(made("2026-11-10T07:59:59Z", "2026-11-10T08:00:00Z")) as loop:
        assert [row["id"] for row in get(loop, LIST, {"from": text}).json()] == ["2"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("from", "yesterday"),
        ("from", "2026-02-30"),
        ("to", "1767225600"),
        ("state", "open,closed"),
        ("state", "needs review"),
        ("filter", "edited_at"),
        ("pageSize", "751"),
        ("pageSize", "0"),
        ("pageSize", "many"),
        ("paginate", "perhaps"),
    ],
)
def test_what_cannot_be_meant_is_refused(loop: Loop, name: str, value: str) -> None:
    """422 with Laravel's body, which names the parameter."""
    answer = get(loop, LIST, SPAN | {name: value})
    assert answer.status_code == 422
    assert answer.json()["errors"].keys() == {name}


def test_an_unencoded_plus_is_not_an_offset(loop: Loop) -> None:
    """In a query a bare "+" is a blank, and the date is none."""
    answer = get(loop, LIST + "?from=2026-11-10T08:00:00+00:00")
    assert answer.status_code == 422


def test_unfiltered_lists_hide_cancelled_and_review(loop: Loop) -> None:
    """Those two states must be asked for, one at a time."""
    states = Counter(row["state"] for row in get(loop, LIST, SPAN).json())
    assert states.keys() == {"open", "closed", "expired"}
    for state in ("cancelled", "review"):
        rows = get(loop, LIST, SPAN | {"state": state}).json()
        assert {row["state"] for row in rows} == {state}


def test_without_paginate_the_answer_is_a_bare_array_of_everything(loop: Loop) -> None:
    """`page` and `limit` are no parameters of it, and `pageSize` alone does nothing."""
    everything = get(loop, LIST, SPAN).json()
    same = get(loop, LIST, SPAN | {"page": 2, "limit": 5, "pageSize": 5}).json()
    assert isinstance(everything, list)
    assert len(everything) > 100
    assert same == everything


def test_filter_decides_which_date_is_meant() -> None:
    """A return made long ago and changed today is found by `updated_at` alone."""
    shop = made("2026-06-01T00:00:00Z")
    shop.edit_return("1", at="2026-11-19T10:00:00Z", edited_at=None)
    with serve(shop) as loop:
        day = {"from": "2026-11-19", "to": "2026-11-20"}
        assert get(loop, LIST, day).json() == []
        assert len(get(loop, LIST, day | {"filter": "updated_at"}).json()) == 1


@pytest.mark.parametrize("from_inclusive", [True, False])
@pytest.mark.parametrize("to_inclusive", [True, False])
def test_bounds_may_count_or_not(*, from_inclusive: bool, to_inclusive: bool) -> None:
    """Whether rows at the bounds belong to the range is a quirk."""
    shop = made("2026-11-10T00:00:00Z", "2026-11-10T12:00:00Z", "2026-11-11T00:00:00Z")
    quirks = Quirks(from_inclusive=from_inclusive, to_inclusive=to_inclusive)
    with serve(shop, quirks=quirks) as loop:
        rows = get(loop, LIST, {"from": "2026-11-10", "to": "2026-11-11"}).json()
    found = {row["id"] for row in rows}
    assert found == {"2"} | ({"1"} if from_inclusive else set()) | (
        {"3"} if to_inclusive else set()
    )


def test_the_cursor_may_be_of_another_column_than_the_filter() -> None:
    """With that quirk rows come by `created_at` although `updated_at` is filtered."""
    shop = made("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z")
    for return_id, hour in (("3", 1), ("1", 2), ("2", 3)):
        shop.edit_return(return_id, at=f"2026-11-15T0{hour}:00:00Z")
    asked = {"from": "2026-11-15", "to": "2026-11-16", "filter": "updated_at", "pageSize": 1}
    with serve(shop) as loop:
        assert walk(loop, **asked) == ["2", "1", "3"]
        loop.quirks = Quirks(cursor_column="created_at")
        assert walk(loop, **asked) == ["3", "2", "1"]
        loop.quirks = Quirks(order="id")
        assert walk(loop, **asked) == ["1", "2", "3"]


def test_details_differ_from_the_list_in_types_and_names(loop: Loop, shop: Shop) -> None:
    """Ids are integers, date-times lack a zone, reasons have other names."""
    row = next(iter(shop.returns.values()))
    found = get(loop, "/warehouse/return/details", {"return_id": row["id"]}).json()
    assert found["id"] == int(row["id"])
    assert found["provider_order_id"] == int(row["provider_order_id"])
    assert clock.parse(found["created_at"]) == clock.parse(row["created_at"])
    assert "T" not in found["updated_at"]
    item = found["line_items"][0]
    assert item["reason"] == row["line_items"][0]["return_reason"]
    assert "return_reason" not in item
    by_order = {"order_id": row["provider_order_id"]}
    assert (
        get(loop, "/warehouse/return/details", by_order).json()["order_name"] == row["order_name"]
    )


def test_details_without_a_match_are_an_error_under_200(loop: Loop) -> None:
    """The status says yes, the body says no."""
    answer = get(loop, "/warehouse/return/details", {"return_id": 1})
    assert answer.status_code == 200
    assert answer.json() == {"error": {"message": "No return found with this ID."}}
    assert get(loop, "/warehouse/return/details").status_code == 422


def test_presentment_money_is_in_the_shoppers_currency(loop: Loop, shop: Shop) -> None:
    """For orders in another currency only."""
    row = next(row for row in shop.returns.values() if row["multi_currency"])
    asked = {"return_id": row["id"], "currency_type": "presentment"}
    found = get(loop, "/warehouse/return/details", asked).json()
    assert found["currency"] != row["currency"]
    assert found["return_total"] != row["return_total"]


def test_a_return_without_notes_is_422_and_false(loop: Loop, shop: Shop) -> None:
    """With notes it is a bare array, newest first."""
    with_notes = next(iter(shop.notes))
    without = next(return_id for return_id in shop.returns if return_id not in shop.notes)
    answer = get(loop, f"/warehouse/return/{without}/notes")
    assert (answer.status_code, answer.content) == (422, b"false")
    notes = get(loop, f"/warehouse/return/{with_notes}/notes").json()
    moments = [note["created_at"] for note in notes]
    assert moments == sorted(moments, reverse=True)
    assert notes[0].keys() == {"id", "content", "created_at"}


def test_shipping_notices_are_limited_from_2026_10_on(loop: Loop, shop: Shop) -> None:
    """2026-07 and v1 answer any range, with a row for each line item of every state."""
    asked = {"from": "2025-12-01", "to": "2026-11-20"}
    path = "/warehouse/reporting/asn"
    assert get(loop, path, asked).status_code == 422
    for version in ("2026-07", "v1"):
        rows = get(loop, path, asked, version=version).json()
        assert rows == sorted(rows, key=lambda row: clock.parse(row["created_at"]))
        assert len(rows) == len(shop.truth("return_line_items"))
        assert {row["state"] for row in rows} == set(STATES)


def test_shipping_notices_read_a_bad_date_as_1970(loop: Loop, shop: Shop) -> None:
    """Without a word; and by default they answer the last week."""
    path = "/warehouse/reporting/asn"
    everything = get(loop, path, {"from": "soon"}, version="v1").json()
    assert len(everything) == len(shop.truth("advanced_shipping_notices"))
    assert get(loop, path, {"to": "soon"}, version="v1").json() == []
    assert get(loop, path).json() == []
