"""The returns list of the mock account: dates, states, pages, cursors."""

import base64
import json
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from mock_loop import Loop, Quirks, Shop, clock, serve
from tests.mock_loop.asking import LIST, SPAN, STATES, get, made, pages, walk


def test_cursor_pages_by_id_and_second_hold_every_return(loop: Loop, shop: Shop) -> None:
    """With a tie-breaker in the cursor, all pages together hold all returns of the span."""
    loop.quirks = Quirks(cursor_column="id")
    first, last = clock.parse(SPAN["from"]), clock.parse(SPAN["to"])
    for state in STATES:
        found = walk(loop, **SPAN, state=state, pageSize=7)
        truth = [one.id for one in shop.book if first <= one.created <= last and one.state == state]
        assert sorted(found) == sorted(truth)


@pytest.mark.parametrize("order", ["desc", "asc"])
def test_rows_that_share_the_second_at_a_page_edge_are_skipped(tied: Loop, order: Any) -> None:
    """The documented cursor is a timestamp alone, so the rest of a second is lost."""
    tied.quirks = Quirks(order=order)
    found = walk(tied, **{"from": "2026-11-10", "to": "2026-11-11"}, pageSize=4)
    assert len(found) == len(set(found)) < 9
    assert len(walk(tied, **{"from": "2026-11-10", "to": "2026-11-11"}, pageSize=9)) == 9


@pytest.mark.parametrize("order", ["desc", "asc"])
@pytest.mark.parametrize("column", ["id", "opaque"])
def test_cursors_with_a_tie_breaker_skip_nothing(tied: Loop, order: Any, column: Any) -> None:
    """Where the cursor knows the row, ties at page edges are safe."""
    tied.quirks = Quirks(order=order, cursor_column=column)
    found = walk(tied, **{"from": "2026-11-10", "to": "2026-11-11"}, pageSize=2)
    assert found == sorted(found, reverse=order == "desc")
    assert len(found) == 9


def test_the_cursor_decodes_as_the_documented_sample(tied: Loop) -> None:
    """Base64url JSON with the filtered column, to the second, without a zone."""
    page = next(pages(tied, {"from": "2026-11-10", "to": "2026-11-11", "pageSize": 1}))
    query = dict(parse_qsl(urlsplit(page["nextPageUrl"]).query))
    padded = query["cursor"] + "=" * (-len(query["cursor"]) % 4)
    assert json.loads(base64.urlsafe_b64decode(padded)) == {
        "created_at": "2026-11-10 08:00:39",
        "_pointsToNextItems": True,
    }


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


def test_pages_can_be_read_backwards(tied: Loop) -> None:
    """The previous link of the second page leads to the first."""
    tied.quirks = Quirks(cursor_column="id", next_link_drops=())
    chain = pages(tied, {"from": "2026-11-10", "to": "2026-11-11", "pageSize": 4})
    first, second = next(chain), next(chain)
    back = requests.get(
        second["previousPageUrl"], headers={"X-Authorization": "test-key"}, timeout=5
    ).json()
    assert back["returns"] == first["returns"]
    assert back["previousPageUrl"] is None


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


def test_hostile_chains(tied: Loop) -> None:
    """Empty pages, short pages, repeated and missing cursors, other hosts: each on demand."""
    asked = {"from": "2026-11-10", "to": "2026-11-11", "pageSize": 4}

    def sizes(**quirks: Any) -> list[int]:
        tied.quirks = Quirks(cursor_column="id", **quirks)
        return [len(page["returns"]) for page in pages(tied, asked)]

    assert sizes() == [4, 4, 1]
    assert sizes(empty_page_at=1) == [0, 4, 4, 1]
    assert sizes(empty_page_at=2) == [4, 0, 4, 1]
    assert sizes(page_cap=3) == [3, 3, 3]
    assert sizes(repeat_cursor=True) == [4] * 30
    tied.quirks = Quirks(next_link_without_cursor=True)
    assert "cursor" not in next(pages(tied, asked))["nextPageUrl"]
    tied.quirks = Quirks(next_link_host="elsewhere.example")
    assert next(pages(tied, asked))["nextPageUrl"].startswith("https://elsewhere.example/api/v1/")
    tied.quirks = Quirks(paginate_ignored=True)
    assert len(get(tied, LIST, asked | {"paginate": "true"}).json()) == 9


def test_a_cursor_of_another_column_is_a_server_error(tied: Loop) -> None:
    """Laravel throws when the cursor lacks the column that it sorts by."""
    asked = {"from": "2026-11-10", "to": "2026-11-11", "paginate": "true", "pageSize": 1}
    link = get(tied, LIST, asked).json()["nextPageUrl"]
    cursor = dict(parse_qsl(urlsplit(link).query))["cursor"]
    answer = get(tied, LIST, asked | {"filter": "updated_at", "cursor": cursor})
    assert (answer.status_code, answer.json()) == (500, {"message": "Server Error"})
