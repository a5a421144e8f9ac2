"""Endpoints: each path once, for readers and writers, and what "there is nothing" looks like."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns import endpoints
from loop_returns.endpoints import CART, RETURN_DETAILS, RETURN_NOTES, Endpoint
from loop_returns.errors import LoopRefused, UnexpectedAnswer
from loop_returns.http.client import Client
from loop_returns.http.exchange import Account
from loop_returns.http.pacing import Pacer
from mock_loop import ALL_SCOPES, Faults, Loop, Shop
from mock_loop.errors import ENVELOPES
from tap_loopreturns.streams import STREAMS
from target_loopreturns import kinds

ONE_BY_ONE = {
    name
    for name, one in vars(endpoints).items()
    if isinstance(one, Endpoint) and (one is endpoints.LABEL_REQUEST or "/external/" in one.path)
}
ROOT = Path(__file__).parents[2]
ALL = {name: one for name, one in vars(endpoints).items() if isinstance(one, Endpoint)}


@pytest.fixture
def client(loop: Loop) -> Iterator[Client]:
    account = Account(loop.url, "2026-10", loop.key, patience=0)
    client = Client(account, Pacer(1_000_000), sleep=lambda _: None)
    yield client
    client.close()


@pytest.mark.parametrize("name", ["allowlist_items", "blocklist_items", "destinations", "webhooks"])
def test_reader_and_writer_of_a_thing_share_its_endpoint(name: str) -> None:
    """The stream that reads a list and the action that changes it cannot disagree about it."""
    stream = next(stream for stream in STREAMS if stream.name == name)
    assert stream.endpoint is kinds.BY_NAME[name].endpoint


def test_a_cart_is_read_where_it_is_made() -> None:
    """Below the path of its making, with the same scope."""
    assert CART.at(token="t") == f"{endpoints.CARTS.path}/t"
    assert (CART.scope, CART.changes) == (endpoints.CARTS.scope, endpoints.CARTS.changes)


def test_no_other_file_names_a_path() -> None:
    """A path that Loop changes is changed in one line."""
    paths = {one.path.partition("{")[0].rstrip("/") for one in ALL.values()}
    found = [
        f"{path.name}: {node.value!r}"
        for package in (
            "loop_returns",
            "loopreturns_plugin",
            "tap_loopreturns",
            "target_loopreturns",
        )
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if path.name != "endpoints.py" and isinstance(node, ast.Constant)
        if str(node.value).partition("?")[0].rstrip("/") in paths
    ]
    assert not found


def test_every_scope_is_one_of_loops_settings_page() -> None:
    """Spelt as there, so that whoever reads a message finds the box to tick."""
    assert {one.scope for one in ALL.values()} | {one.changes for one in ALL.values()} == ALL_SCOPES
    assert endpoints.DESTINATIONS.changes == "Destinations (Write)"
    assert endpoints.WEBHOOKS.changes == endpoints.WEBHOOKS.scope


@given(st.text(min_size=1))
def test_a_name_never_leaves_its_place_in_the_path(text: str) -> None:
    """No slash, question mark or dot segment in an id reaches another endpoint."""
    text = text.encode(errors="replace").decode()
    made = RETURN_NOTES.at(id=text)
    assert made.count("/") == RETURN_NOTES.path.count("/")
    assert not set("?#% ").intersection(made) - {"%"}


def refusal(status: int, body: object) -> LoopRefused:
    return LoopRefused("GET /x: refused", status=status, body=body)


@pytest.mark.parametrize(
    ("endpoint", "status", "body", "nothing"),
    [
        (RETURN_NOTES, 422, False, True),
        (RETURN_NOTES, 422, {"message": "The given data was invalid."}, False),
        (RETURN_NOTES, 422, None, False),
        (RETURN_NOTES, 404, {"errors": {"code": "NOT_FOUND"}}, False),
        (RETURN_NOTES, 200, {"error": "No notes"}, False),
        (RETURN_DETAILS, 200, {"error": {"message": "No return found with this ID."}}, True),
        (RETURN_DETAILS, 404, {"errors": {"code": "NOT_FOUND"}}, True),
        (RETURN_DETAILS, 404, None, False),
        (RETURN_DETAILS, 404, {"message": "The route could not be found."}, False),
        (RETURN_DETAILS, 422, {"message": "No return policy is set up."}, False),
        (CART, 404, {"message": "The route could not be found."}, False),
        (CART, 404, None, False),
        (RETURN_DETAILS, 200, {"message": "Server Error"}, False),
        (RETURN_DETAILS, 422, {"errors": {"return_id": ["is required"]}}, False),
        (CART, 404, {"errors": {"code": "NOT_FOUND"}}, True),
        (CART, 200, {"errors": {"message": "Cart not found.", "code": "NOT_FOUND"}}, True),
        (CART, 200, {"errors": {"message": "No cart found for the provided token."}}, True),
        (CART, 200, {"errors": {"message": "A variant was not found."}}, False),
        (CART, 200, {"errors": {"message": "Session not found"}}, False),
        (CART, 422, {"errors": {"message": "Cart not found."}}, False),
    ],
)
def test_nothing_is_told_from_any_other_refusal(
    endpoint: Endpoint, status: int, body: object, nothing: bool
) -> None:
    """Taken for nothing, an error of another kind would lose rows, or settle an action wrongly."""
    assert endpoint.is_nothing(refusal(status, body)) is nothing


@pytest.mark.parametrize(
    "name", sorted(set(ALL) - {"RETURN_NOTES", "RETURN_DETAILS", "CART", "CARTS", *ONE_BY_ONE})
)
def test_elsewhere_no_refusal_means_nothing(name: str) -> None:
    """A list that is refused is not an empty one, whatever the body says."""
    for body in (*ENVELOPES, None, "Cart not found.", "No return found"):
        for status in (200, 400, 404, 422):
            assert not ALL[name].is_nothing(refusal(status, body))


@pytest.mark.parametrize("name", sorted(ONE_BY_ONE))
def test_one_thing_is_missing_only_where_loop_says_so(name: str) -> None:
    """404 in Loop's words; an address that does not exist says nothing of the thing."""
    is_nothing = ALL[name].is_nothing
    assert is_nothing(refusal(404, {"code": "NOT_FOUND", "message": "Not found."}))
    assert not is_nothing(refusal(404, {"message": "The route could not be found."}))
    assert not is_nothing(refusal(404, None))
    assert not is_nothing(refusal(422, {"errors": {"code": "NOT_FOUND"}}))


def test_what_loop_has_is_read_and_what_it_has_not_is_none(
    client: Client, loop: Loop, shop: Shop
) -> None:
    """Against the account: notes, details and carts, there or not."""
    noted, token = next(iter(shop.notes)), next(iter(shop.carts))
    bare = next(one for one in shop.returns if one not in shop.notes)
    assert RETURN_NOTES.read(client, id=noted) == shop.notes[noted]
    assert RETURN_NOTES.read(client, id=bare) is None
    assert RETURN_DETAILS.read(client, {"return_id": noted})["id"] == int(noted)
    assert RETURN_DETAILS.read(client, {"return_id": "1"}) is None
    assert CART.read(client, token=token) == {"cart": shop.carts[token]}
    assert CART.read(client, token="gone") is None
    assert [request.status for request in loop.requests] == [200, 422, 200, 200, 200, 200]


@pytest.mark.parametrize("which", [2, 4, 10])
def test_another_error_under_200_is_an_error(client: Client, loop: Loop, which: int) -> None:
    """It is neither rows nor nothing."""
    loop.faults = Faults.script([f"error-200:{which}"])
    with pytest.raises(LoopRefused):
        CART.read(client, token="t")


def test_a_null_is_neither_rows_nor_nothing(client: Client, loop: Loop) -> None:
    """Taken for nothing, a cart would be removed from the warehouse."""
    loop.faults = Faults.script([b"null"])
    with pytest.raises(UnexpectedAnswer):
        CART.read(client, token="t")


def test_what_is_no_list_has_no_pages(client: Client) -> None:
    """Asked for its pages it says so, rather than to bring none."""
    with pytest.raises(TypeError, match="is no list"):
        next(RETURN_DETAILS.pages(client))


def test_the_pages_of_a_list_hold_its_rows(client: Client, shop: Shop) -> None:
    """Paging, path and the name of the rows belong together."""
    for endpoint, table in (
        (endpoints.ALLOWLIST, "allowlist_items"),
        (endpoints.DESTINATIONS, "destinations"),
        (endpoints.LOCATIONS, "locations"),
        (endpoints.LABEL_REQUESTS, "label_requests"),
        (endpoints.HAPPY_RETURNS_SHIPMENTS, "happy_returns_shipments"),
    ):
        rows: list[Any] = [row for page in endpoint.pages(client) for row in page]
        assert sorted(rows, key=str) == sorted(shop.truth(table), key=str) != []
