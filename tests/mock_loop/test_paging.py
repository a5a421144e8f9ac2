"""The ways in which the mock cuts a list into pages, with all that may go wrong between them."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from mock_loop import Loop, Quirks, Shop, clock
from mock_loop.paging import Cursor, cut
from tests.mock_loop.asking import LIST, SPAN, STATES, get, pages, walk


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


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99)), unique=True), st.integers(1, 7))
def test_pages_after_the_last_key_hold_every_row_once(
    rows: list[tuple[int, int]], size: int
) -> None:
    """In both directions, where the key knows the whole row."""
    rows.sort()
    for descending in (False, True):
        found: list[tuple[int, int]] = []
        more = True
        while more:
            page, more = cut(rows, size, found[-1] if found else None, descending=descending)
            found += page
        assert found == (rows[::-1] if descending else rows)


def test_a_cursor_that_is_none_begins_again() -> None:
    """As Laravel does; an opaque one is understood by the server that gave it alone."""
    tokens: dict[str, Any] = {}
    cursor = Cursor({"id": 5}, forwards=False)
    assert Cursor.decode(cursor.encode(), tokens) == cursor
    opaque = cursor.encode_opaque(tokens)
    assert Cursor.decode(opaque, tokens) is cursor
    for text in (None, "", "?", "bm8", opaque):
        assert Cursor.decode(text, {}) is None
