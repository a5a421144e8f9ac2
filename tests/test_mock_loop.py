"""The mock account refuses what Loop refuses, and answers as Loop answers."""

import base64
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from tests.mock_loop import ALL_SCOPES, HOSTILE, Faults, Loop, Quirks, Shop, clock, serve
from tests.mock_loop.limits import Budget
from tests.mock_loop.truth import COMMERCE

STATES = ("open", "closed", "cancelled", "expired", "review")
LIST = "/warehouse/return/list"
NOW = "2026-11-20T00:00:00Z"
SPAN = {"from": "2026-08-01", "to": "2026-11-01", "filter": "created_at"}


def get(
    loop: Loop,
    path: str,
    params: dict[str, Any] | None = None,
    *,
    version: str = "2026-10",
    key: str | None = "test-key",
    **headers: str,
) -> requests.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if key is not None:
        sent["X-Authorization"] = key
    return requests.get(
        f"{loop.url}/api/{version}{path}",
        params=params,
        headers=sent,
        allow_redirects=False,
        timeout=5,
    )


def pages(loop: Loop, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Follow the cursor, sending all parameters again; at most thirty pages."""
    asked = params | {"paginate": "true"}
    for _ in range(30):
        page = get(loop, LIST, asked).json()
        yield page
        if not page["nextPageUrl"]:
            return
        asked["cursor"] = dict(parse_qsl(urlsplit(page["nextPageUrl"]).query))["cursor"]


def walk(loop: Loop, **params: Any) -> list[str]:
    return [row["id"] for page in pages(loop, params) for row in page["returns"]]


@pytest.fixture(scope="module")
def shop() -> Shop:
    """A seeded account that no test changes."""
    return Shop.seeded(returns=600, seed=3, start="2025-12-01", end="2026-11-01", now=NOW)


@pytest.fixture
def loop(shop: Shop) -> Iterator[Loop]:
    with serve(shop) as running:
        yield running


@pytest.fixture
def tied() -> Iterator[Loop]:
    """Nine returns, of which the third to the seventh share a second."""
    made = Shop(now=NOW)
    for number in range(1, 10):
        second = 30 if 3 <= number <= 7 else number + 20 * (number > 7) + 10
        made.add_return(id=str(number), created_at=f"2026-11-10T08:00:{second:02}Z")
    with serve(made) as running:
        yield running


def made(*moments: str) -> Shop:
    """A shop with one return for each moment."""
    result = Shop(now=NOW)
    for number, moment in enumerate(moments, 1):
        result.add_return(id=str(number), created_at=moment)
    return result


# The returns list


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


# Keys, scopes, versions, the budget


def test_a_wrong_key_and_a_missing_scope_are_both_401(loop: Loop) -> None:
    """Not 403; and the body depends on which API refuses."""
    loop.scopes = ALL_SCOPES - {"Returns", "Developer Tools"}
    for path, body in (
        (LIST, {"errors": "Unauthorized."}),
        (
            "/webhooks",
            {
                "error": {
                    "code": "401",
                    "http_code": "GEN-UNAUTHORIZED",
                    "message": "Unauthorized.",
                },
            },
        ),
    ):
        for key in ("test-key", "wrong", None):
            answer = get(loop, path, key=key)
            assert (answer.status_code, answer.json()) == (401, body)
    assert get(loop, "/destinations").status_code == 200


def test_versions_are_those_that_exist(loop: Loop, shop: Shop) -> None:
    """Dated ones, unstable, v1 and latest; another is 404; none means the oldest."""
    for version in ("2026-07", "2026-10", "unstable", "v1", "latest"):
        assert get(loop, "/destinations", version=version).status_code == 200
    assert get(loop, "/destinations", version="2025-01").status_code == 404
    assert get(loop, "/destinations", version="v2").status_code == 404
    nameless = requests.get(
        f"{loop.url}/api/destinations", headers={"X-Authorization": "test-key"}, timeout=5
    )
    assert nameless.json() == {"destinations": shop.truth("destinations")}


def test_the_budget_of_a_key_ends_in_429(loop: Loop) -> None:
    """Requests beyond it are refused, with what is left in the headers of each answer."""
    loop.quirks = Quirks(requests_per_minute=3)
    answers = [get(loop, "/destinations") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == list("21000")
    assert 55 <= int(answers[-1].headers["Retry-After"]) <= 61
    loop.quirks = Quirks(requests_per_minute=3, retry_after=False, ratelimit_headers=False)
    assert not {"Retry-After", "x-ratelimit-limit"} & get(loop, "/destinations").headers.keys()


def test_minutes_slide_or_are_fixed() -> None:
    """A sliding minute frees one place at a time, a fixed one all at once."""
    sliding, fixed = Quirks(requests_per_minute=2), Quirks(requests_per_minute=2, counting="fixed")
    for quirks, expected in (
        (sliding, [True, True, False, True, False]),
        (fixed, [True, True, False, True, True]),
    ):
        budget = Budget()
        taken = [budget.take(quirks, at).allowed for at in (0, 50, 59, 61, 62)]
        assert taken == expected


def test_another_integration_takes_its_part() -> None:
    """What others use of the key's budget is not there for us."""
    quirks = Quirks(requests_per_minute=10, foreign_requests_per_minute=7)
    budget = Budget()
    assert sum(budget.take(quirks, at).allowed for at in range(10)) == 3


# The other endpoints


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


@pytest.mark.parametrize("name", ["allowlists", "blocklists"])
def test_numbered_pages_lead_through_the_lists(loop: Loop, shop: Shop, name: str) -> None:
    """Laravel's paginator; only the single answer carries `created_at`."""
    rows: list[dict[str, Any]] = []
    url = f"{loop.url}/api/2026-10/{name}"
    while url:
        page = requests.get(url, headers={"X-Authorization": "test-key"}, timeout=5).json()
        rows += page["data"]
        url = page["next_page_url"]
    assert rows == shop.truth(name[:-1] + "_items")
    one = get(loop, f"/{name}/{rows[0]['id']}").json()
    assert one == rows[0] | {"created_at": one["created_at"]}
    assert get(loop, f"/{name}/5").json()["code"] == "NOT_FOUND"


def test_unpaged_lists_and_carts(loop: Loop, shop: Shop) -> None:
    """Destinations and webhooks come whole; a cart is known by its token only."""
    assert get(loop, "/destinations").json() == {"destinations": shop.truth("destinations")}
    assert get(loop, "/webhooks").json() == {"webhooks": shop.truth("webhooks")}
    token, cart = next(iter(shop.carts.items()))
    assert get(loop, f"/cart/{token}").json() == {"cart": cart}
    assert get(loop, "/cart/unknown").status_code == 404


def test_label_requests_count_from_but_not_to(loop: Loop, shop: Shop) -> None:
    """`from` is inclusive and `to` exclusive, on `created_at` with its offset."""
    row = shop.truth("label_requests")[3]
    second = clock.parse(row["created_at"])
    at, after = clock.naive(second), clock.naive(second + 1)
    assert row in get(loop, "/label-requests", {"from": at, "to": after}).json()["data"]
    assert row not in get(loop, "/label-requests", {"from": "2025-01-01", "to": at}).json()["data"]


def test_label_requests_page_by_offset(loop: Loop, shop: Shop) -> None:
    """At most 250, 50 by default, without a total."""
    rows: list[dict[str, Any]] = []
    while True:
        page = get(loop, "/label-requests", {"limit": 10, "offset": len(rows)}).json()
        assert page.keys() == {"data"}
        rows += page["data"]
        if len(page["data"]) < 10:
            break
    key = str
    assert sorted(rows, key=key) == sorted(shop.truth("label_requests"), key=key)
    assert get(loop, "/label-requests", {"limit": 251}).status_code == 422
    one = get(loop, f"/label-requests/{rows[0]['id']}").json()
    assert one == rows[0]


def test_happy_returns_links_name_a_path_that_is_none(loop: Loop, shop: Shop) -> None:
    """The links say /list, which is not documented and not there."""
    page = get(loop, "/happy-returns/shipments").json()
    assert page["data"] == shop.truth("happy_returns_shipments")
    assert page["per_page"] == 200
    assert urlsplit(page["first_page_url"]).path.endswith("/happy-returns/shipments/list")
    assert get(loop, "/happy-returns/shipments/list").status_code == 404
    items = [
        item
        for row in page["data"]
        for item in get(loop, f"/happy-returns/shipments/{row['loop_shipment_id']}/items").json()[
            "data"
        ]
    ]
    assert items == shop.truth("happy_returns_shipment_items")
    first = page["data"][0]
    assert (
        get(loop, f"/happy-returns/shipments/{first['happy_returns_shipment_id']}").json() == first
    )


@pytest.mark.parametrize("name", [name for name in COMMERCE if name != "product_variants"])
@pytest.mark.parametrize("sort_order", ["asc", "desc"])
def test_commerce_pages_hold_every_row(loop: Loop, shop: Shop, name: str, sort_order: str) -> None:
    """Cursor links lead through the whole table, in either direction of ids."""
    rows: list[dict[str, Any]] = []
    url = f"{loop.url}/api/2026-10/{name.replace('_', '-')}?limit=250&sort_order={sort_order}"
    while url:
        page = requests.get(url, headers={"X-Authorization": "test-key"}, timeout=5).json()
        rows += page[name]
        url = page["next_page_url"]
    truth = shop.truth(name)
    if "id" in truth[0]:
        truth.sort(key=lambda row: row["id"])
    assert rows == (truth if sort_order == "asc" else truth[::-1])


def test_commerce_limits_are_1_to_250(loop: Loop) -> None:
    """Outside of them the request is refused."""
    for limit in (0, 251, "all"):
        assert get(loop, "/orders", {"limit": limit}).status_code == 422
    assert len(get(loop, "/orders").json()["orders"]) == 50
    assert get(loop, "/orders", {"sort_order": "up"}).status_code == 422


def test_variants_are_listed_by_product(loop: Loop, shop: Shop) -> None:
    """All products' lists together are all variants."""
    rows = [
        row
        for product in shop.truth("products")
        for row in get(loop, f"/products/{product['id']}/product-variants").json()[
            "product_variants"
        ]
    ]
    assert rows == shop.truth("product_variants")


def test_commerce_ids_are_integers_unless_strings_are_asked_for(loop: Loop) -> None:
    """X-Loop-Global-Identifier-Type: string reaches nested ids, too."""
    order = get(loop, "/orders", {"limit": 1}).json()["orders"][0]
    texts = get(loop, "/orders", {"limit": 1}, X_Loop_Global_Identifier_Type="string")
    same = texts.json()["orders"][0]
    assert (str(order["id"]), str(order["customer"]["id"])) == (same["id"], same["customer"]["id"])
    assert get(loop, f"/orders/{order['id']}").json() == {"order": order}
    assert get(loop, f"/orders/external/{order['external_id']}").json() == {"order": order}


# Faults


def test_each_fault_looks_as_it_should(loop: Loop) -> None:
    """Statuses, bodies and broken connections, in the order of a script."""
    statuses = {"429": 429, "429-retry-after": 429, "500": 500, "502": 502, "503": 503}
    statuses |= {"524-html": 524, "html-200": 200, "redirect": 302}
    loop.faults = Faults.script([*statuses, None])
    for kind, status in statuses.items():
        answer = get(loop, "/destinations")
        assert answer.status_code == status
        assert ("<html>" in answer.text) == ("html" in kind or kind == "502")
        assert ("Retry-After" in answer.headers) == (kind == "429-retry-after")
    assert get(loop, "/destinations").json().keys() == {"destinations"}


@pytest.mark.parametrize("kind", ["reset", "close", "truncate", "bad-gzip", "stall"])
def test_broken_connections_break_the_client(loop: Loop, kind: str) -> None:
    """Each ends in an exception of the client, and the next request is healthy."""
    loop.faults = Faults.script([kind], stall_seconds=0.1)
    with pytest.raises(requests.RequestException):
        get(loop, "/destinations")
    assert get(loop, "/destinations").status_code == 200
    assert [request.fault for request in loop.requests] == [kind, None]


def test_hostile_answers_say_200(loop: Loop) -> None:
    """Cut JSON, null, an envelope without its key, a list, every error envelope."""
    loop.faults = Faults.script(["truncate-json", "null", "missing-key", "list-for-object", b"[1]"])
    with pytest.raises(requests.JSONDecodeError):
        get(loop, "/destinations").json()
    assert get(loop, "/destinations").json() is None
    assert get(loop, "/destinations").json() == {}
    assert isinstance(get(loop, "/destinations").json(), list)
    assert get(loop, "/destinations").json() == [1]
    loop.faults = Faults.script(["error-200:9", "error-200:1"])
    assert get(loop, "/destinations").json() is False
    assert get(loop, "/destinations").json() == {"errors": "Unauthorized."}
    loop.faults = Faults(mutate=lambda body: body.replace(b"destinations", b"places"))
    assert get(loop, "/destinations").json().keys() == {"places"}


def test_random_faults_are_seeded() -> None:
    """Equal seeds go wrong alike, at about the rate asked for."""

    def drawn(seed: int) -> list[Any]:
        faults = Faults(rate=0.2, kinds=(*HOSTILE, "500"), seed=seed)
        return [fault and fault.step for fault in (faults.draw("/") for _ in range(1000))]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 150 < sum(step is not None for step in drawn(1)) < 250


# The account


def test_equal_seeds_make_equal_shops(shop: Shop) -> None:
    """A seeded account can be had again."""
    again = Shop.seeded(returns=600, seed=3, start="2025-12-01", end="2026-11-01", now=NOW)
    assert again.returns == shop.returns
    for stream in ("orders", "label_requests", "return_notes", "carts", "allowlist_items"):
        assert again.truth(stream) == shop.truth(stream)


def test_the_seeded_returns_are_as_uneven_as_real_ones() -> None:
    """States in their shares, records of about 3 KB, seasons, and many rows in one second."""
    shop = Shop.seeded(returns=6000, seed=1, now=NOW)
    states = Counter(found.state for found in shop.book)
    assert {state: round(states[state] / 60) for state in STATES} == pytest.approx(
        {"closed": 80, "open": 8, "expired": 5, "cancelled": 5, "review": 2}, abs=1.5
    )
    assert 2700 < sum(len(found.json) for found in shop.book) / 6000 < 3700
    assert all(found.created <= found.updated for found in shop.book)
    assert max(Counter(found.updated for found in shop.book).values()) > 30
    months = Counter(clock.day(found.created)[:7] for found in shop.book)
    assert months["2026-01"] > 2.5 * months["2026-08"]


def test_the_types_and_formats_of_returns_are_mixed(shop: Shop) -> None:
    """Every drift that the reference lists occurs."""
    rows = list(shop.returns.values())
    items = [item for row in rows for item in row["line_items"]]
    endings = {row["created_at"][19:] for row in rows}
    assert endings == {".000Z", "+00:00", "-05:00"}
    assert {type(row["destination_id"]) for row in rows} == {int, str}
    assert {type(row["label_rate"]) for row in rows} == {int, str, type(None)}
    assert {type(row["return_method"]) for row in rows} == {dict, type(None)}
    assert {"N/A"} < {row["label_updated_at"] for row in rows}
    processed = [row["outcomes_processed_at"] for row in rows if row["outcomes_processed_at"]]
    assert {type(one["return_processed"]) for one in processed} == {str, dict}
    assert {" ", "T"} == {item["returned_at"][10] for item in items}
    assert any(item["price"].startswith("-") for item in items)
    assert any('"' in item["return_reason"] for item in items)
    assert {"", "N/A"} < {item["barcode"] for item in items}


def test_streams_join(shop: Shop) -> None:
    """Returns name orders, customers, products and destinations that exist."""
    orders = {str(row["id"]): row for row in shop.truth("orders")}
    emails = {row["email"] for row in shop.truth("customers")}
    products = {row["external_id"] for row in shop.truth("products")}
    destinations = {str(row["id"]) for row in shop.truth("destinations")}
    for row in shop.returns.values():
        order = orders[row["order_id"]]
        assert order["external_id"] == row["provider_order_id"]
        assert order["customer"]["email"] == row["customer"]
        assert row["customer"] in emails
        assert str(row["destination_id"]) in destinations
        assert {item["product_id"] for item in row["line_items"]} <= products


def test_a_change_touches_what_it_says() -> None:
    """The rows that differ afterwards are those named, all stamped just before now."""
    shop = Shop.seeded(returns=400, seed=5, start="2026-01-01", end="2026-11-01", now=NOW)
    before = dict(shop.returns)
    touched = shop.change(200, seed=7)
    after = dict(shop.returns)
    assert touched == {one for one, row in after.items() if before.get(one) != row}
    assert len(touched) == 200
    recent = clock.parse(NOW) - 100
    assert all(recent <= shop.book[one].updated <= clock.parse(NOW) for one in touched)
    moved = [one for one in before if before[one]["state"] != after[one]["state"]]
    assert len(moved) > 20
    shared = Counter(shop.book[one].updated for one in touched)
    assert max(shared.values()) > 40


def test_lists_change_with_rows_gone_and_rows_added() -> None:
    """What is deleted leaves no trace; the changed account is served at once."""
    shop = Shop.seeded(returns=100, now=NOW)
    with serve(shop) as loop:
        done = shop.change_lists(seed=2)
        assert done.keys() >= {"allowlists", "destinations", "webhooks", *COMMERCE}
        ids = {row["id"] for row in get(loop, "/destinations").json()["destinations"]}
        assert not ids & set(done["destinations"]["deleted"])
        assert set(done["destinations"]["added"]) <= ids
        variants = shop.truth("product_variants")
        assert not {row["product"]["id"] for row in variants} & set(done["products"]["deleted"])


def test_returns_can_change_during_a_run(tied: Loop) -> None:
    """The hook runs before each answer, and that answer sees its changes."""

    def hook(number: int, shop: Shop) -> None:
        if number == 1:
            shop.move_return("1", "closed")

    tied.hook = hook
    day = {"from": "2026-11-10", "to": "2026-11-11", "state": "closed"}
    assert [len(get(tied, LIST, day).json()) for _ in range(2)] == [0, 1]


def test_added_returns_are_sent_as_given() -> None:
    """Given fields and dates keep their form, unknown ones are kept, garbled ones are sent."""
    shop = Shop(now=NOW)
    one = shop.add_return(id=7, created_at="2026-11-19T12:00:00+02:00", loyalty={"tier": 2})
    shop.bulk_stamp([one, "7"], at="2026-11-19T23:00:00Z")
    assert shop.returns["7"]["created_at"] == "2026-11-19T12:00:00+02:00"
    assert shop.returns["7"]["loyalty"] == {"tier": 2}
    shop.garble_return("7", "id", total=["?"])
    with serve(shop) as loop:
        row = get(loop, LIST).json()[0]
    assert "id" not in row
    assert row["total"] == ["?"]


def test_personal_values_are_all_that_is_personal(shop: Shop) -> None:
    """Without the personal fields no answer holds any of them; with them, all are found."""
    values = shop.personal_values()
    returns = json.dumps(list(shop.returns.values()), ensure_ascii=False)
    emails = {row["customer"] for row in shop.returns.values()}
    assert emails <= values
    assert all(email in returns for email in emails)
    assert min(map(len, values)) > 5
    for stream in ("destinations", "webhooks", "products", "inventories", "bulk_operations"):
        text = json.dumps(shop.truth(stream), ensure_ascii=False)
        assert not [value for value in values if value in text]


def test_the_clock_obeys() -> None:
    """Scripted time stands still, moves on request, and stamps what changes."""
    shop = made("2026-11-10T00:00:00Z")
    shop.advance(seconds=60)
    assert shop.now() == "2026-11-20T00:01:00Z"
    shop.set_now("2026-12-24")
    assert shop.move_return("1", "expired").updated == clock.parse("2026-12-24")


def test_answers_are_compressed_for_those_who_accept_it(loop: Loop) -> None:
    """And the server's clock may be wrong."""
    assert get(loop, LIST, SPAN).headers["Content-Encoding"] == "gzip"
    plain = get(loop, LIST, SPAN, Accept_Encoding="identity")
    assert "Content-Encoding" not in plain.headers
    loop.quirks = Quirks(gzip=False, date_header_offset=-86400 * 400)
    answer = get(loop, LIST, SPAN)
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Date"] != plain.headers["Date"]


def test_one_command_starts_an_account_that_others_can_steer(tmp_path: Path) -> None:
    """It prints its address, takes orders under /_mock/, and ends on SIGTERM."""
    note = tmp_path / "mock.json"
    command = [sys.executable, "-m", "tests.mock_loop", "--port", "0", "--returns", "50"]
    command += ["--now", NOW, "--state-file", str(note)]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout
        said = json.loads(process.stdout.readline())
        assert json.loads(note.read_text()) == said
        url = said["url"]

        def order(task: str, **given: Any) -> Any:
            return requests.post(f"{url}/_mock/{task}", json=given, timeout=5).json()

        def truth(path: str) -> Any:
            return requests.get(f"{url}/_mock/{path}", timeout=5).json()

        touched = order("change", count=20, seed=7)["touched"]
        rows = truth("returns?fields=id,state,updated_at")
        assert set(touched) <= {row["id"] for row in rows}
        assert rows[0].keys() == {"id", "state", "updated_at"}
        assert "allowlists" in order("change-lists", seed=1)
        assert order("now", now="2026-12-01") == {"now": "2026-12-01T00:00:00Z"}
        assert order("quirks", order="asc", latency=[0, 0.01])["order"] == "asc"
        order("faults", script=["500"])
        answers = [
            requests.get(
                f"{url}/api/v1/destinations", headers={"X-Authorization": said["key"]}, timeout=5
            ).status_code
            for _ in range(2)
        ]
        assert answers == [500, 200]
        assert truth("requests")["by_path"] == {"/api/v1/destinations": {"200": 1, "500": 1}}
        order("reset-requests")
        assert truth("requests")["total"] == 0
        assert len(truth("truth/destinations")) == 2
        assert "errors" in order("quirks", gravity=2)
        assert "errors" in order("quirks", order="sideways")
        process.terminate()
        assert process.wait(timeout=5) == 0
    assert not note.exists()
