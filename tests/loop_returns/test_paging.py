"""The ways of paging: all rows, or an error, whatever Loop does with its links."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop_returns import paging
from loop_returns.errors import LoopRefused, UnexpectedAnswer
from loop_returns.paging import Moved
from tests.loop_returns.lists import FakeClient, Paged, read, rows_of


@given(st.integers(0, 40), st.integers(1, 7), st.one_of(st.none(), st.integers(1, 5)))
@settings(deadline=None)
def test_linked_pages_bring_all_rows(count: int, size: int, empty_at: int | None) -> None:
    """With an empty page in the chain, too; what is asked carries the filters again each time."""
    loop = Paged(count, size)
    loop.empty_at = empty_at
    client = FakeClient(loop.linked)
    assert read(paging.linked, client, {"status": "x"}) == list(range(count))
    for params in client.asked:
        assert params.pop("cursor", "") is not None
        assert params == {"status": "x", "limit": 250, "sort_order": "asc"}


@given(
    st.integers(0, 40), st.integers(1, 7), st.one_of(st.none(), st.integers(2, 5)), st.booleans()
)
@settings(deadline=None)
def test_numbered_pages_bring_all_rows(
    count: int, size: int, empty_at: int | None, total: bool
) -> None:
    """With a total or without, and past an empty page."""
    loop = Paged(count, size)
    loop.empty_at = empty_at
    loop.total = total
    client = FakeClient(loop.numbered)
    assert read(paging.numbered, client, {"from": "x"}) == list(range(count))
    assert [params.pop("page", 1) for params in client.asked] == list(
        range(1, len(client.asked) + 1)
    )
    assert all(params == {"from": "x"} for params in client.asked)


@pytest.mark.parametrize("count", [0, 1, 249, 250, 251, 498, 499, 500, 748, 1000])
def test_offset_pages_bring_all_rows_once(count: int) -> None:
    """At each length near a page's edge."""
    client = FakeClient(Paged(count).offset)
    assert read(paging.offset, client, {"from": "x"}) == list(range(count))
    assert all(params["from"] == "x" for params in client.asked)


@pytest.mark.parametrize("document", [{"data": rows_of(5)}, rows_of(5)])
def test_a_single_answer_brings_all_rows(document: Any) -> None:
    """Under their name, or as a bare list."""
    assert read(paging.single, FakeClient(lambda _: document)) == list(range(5))


def test_a_single_answer_that_links_a_next_page_is_an_error() -> None:
    """Loop documents none there; to stop would lose the rest."""
    document = {"data": rows_of(5), "next_page_url": "https://loop.example/x?page=2"}
    with pytest.raises(UnexpectedAnswer, match="may not be complete"):
        read(paging.single, FakeClient(lambda _: document))


@pytest.mark.parametrize(
    "link",
    [
        "http://elsewhere.example/things?cursor={}",
        "https://api.loopreturns.com@elsewhere.example/?cursor={}",
        "//elsewhere.example/?cursor={}",
        "?cursor={}&state=open",
        "ftp://loop.example/etc?page=9&cursor={}",
    ],
)
def test_a_link_is_never_followed(link: str) -> None:
    """Of a link to another host, path or scheme, only the cursor is taken: all rows arrive."""
    loop = Paged(20)
    loop.links = lambda sent: link.format(parse_qs(urlsplit(sent).query)["cursor"][0])
    assert read(paging.linked, FakeClient(loop.linked)) == list(range(20))


def test_a_repeated_cursor_is_an_error() -> None:
    """Loop leads in a circle: not an endless run, and not a list that is taken for complete."""
    loop = Paged(20)
    first: list[str] = []

    def again(link: str) -> str:
        first.append(link)
        return first[0]

    loop.links = again
    with pytest.raises(UnexpectedAnswer, match="repeats a cursor"):
        read(paging.linked, FakeClient(loop.linked))


@pytest.mark.parametrize("link", ["https://loop.example/x", "https://loop.example/x?cursor=", "x"])
def test_a_link_without_a_cursor_is_an_error(link: str) -> None:
    """The rest cannot be read, and that is said."""
    loop = Paged(20)
    loop.links = lambda _: link
    client = FakeClient(loop.linked)
    with pytest.raises(UnexpectedAnswer, match="without a cursor"):
        read(paging.linked, client)
    assert len(client.asked) == 1


@pytest.mark.parametrize("total", [True, False])
def test_numbered_pages_that_do_not_end_are_an_error(total: bool) -> None:
    """A Loop that gives the same page for ever is found out."""
    answer: dict[str, Any] = {"data": [], "next_page_url": "https://loop.example/x?page=2"}
    answer |= {"total": 3} if total else {}
    with pytest.raises(UnexpectedAnswer, match="more pages than there are rows"):
        read(paging.numbered, FakeClient(lambda _: answer))


def test_a_page_number_that_is_ignored_is_noticed() -> None:
    """The first page, given again as the second, does not pass for it."""
    loop = Paged(6)
    with pytest.raises(Moved):
        read(paging.numbered, FakeClient(lambda params: loop.numbered({**params, "page": 1})))


@pytest.mark.parametrize("total", [{}, [], True, "many", 1.5, "9" * 5000])
def test_a_total_that_is_no_number_is_an_error(total: Any) -> None:
    """It is what tells whether rows were missed."""
    document = {"data": rows_of(2), "total": total, "next_page_url": None}
    with pytest.raises(UnexpectedAnswer, match="total"):
        read(paging.numbered, FakeClient(lambda _: document))


def test_a_total_as_text_counts() -> None:
    """Laravel's `from` and `last_page` are documented as text."""
    document = {"data": rows_of(2), "total": "2", "next_page_url": None}
    assert read(paging.numbered, FakeClient(lambda _: document)) == [0, 1]
    with pytest.raises(Moved):
        read(paging.numbered, FakeClient(lambda _: {**document, "total": "3"}))


def remove_first(loop: Paged, answer: int) -> None:
    if answer == 1:
        del loop.rows[0]


def add_first(loop: Paged, answer: int) -> None:
    if answer == 1:
        loop.rows.insert(0, {"id": -1})


def swap(loop: Paged, answer: int) -> None:
    if answer == 1:  # one goes and one comes, so that the total stays
        del loop.rows[0]
        loop.rows.append({"id": 999})


@pytest.mark.parametrize("change", [remove_first, add_first])
@pytest.mark.parametrize("way", ["numbered", "offset"])
def test_a_list_that_slides_while_it_is_read_is_noticed(
    change: Callable[[Paged, int], None], way: str
) -> None:
    """Rows that come or go before a page's edge make it begin elsewhere: read it again."""
    loop = Paged(600)
    loop.before = change
    with pytest.raises(Moved):
        read(getattr(paging, way), FakeClient(getattr(loop, way)))


def test_an_offset_page_that_begins_elsewhere_is_noticed_though_the_length_is_the_same() -> None:
    """One row has gone and one has come."""
    loop = Paged(600)
    loop.before = swap
    with pytest.raises(Moved):
        read(paging.offset, FakeClient(loop.offset))


@given(st.integers(0, 3), st.integers(0, 40), st.lists(st.integers(0, 39), max_size=4))
@settings(deadline=None)
def test_rows_that_go_from_a_linked_list_make_none_be_passed_over(
    at: int, count: int, gone: list[int]
) -> None:
    """A cursor is a place among ids: what stays is read, whatever is deleted meanwhile."""
    loop = Paged(count)

    def delete(loop: Paged, answer: int) -> None:
        if answer == at:
            loop.rows = [row for row in loop.rows if row["id"] not in gone]

    loop.before = delete
    assert set(range(count)) - set(gone) <= set(read(paging.linked, FakeClient(loop.linked)))


SHAPELESS: list[Any] = [
    *[None, False, 1, "", {}, [1], [[]]],
    *[{"things": []}, {"data": None}, {"data": {}}, {"data": [None]}],
]


@pytest.mark.parametrize("way", ["single", "numbered", "linked", "offset"])
@pytest.mark.parametrize("document", SHAPELESS, ids=repr)
def test_an_answer_in_no_known_shape_is_an_error_in_every_way(way: str, document: Any) -> None:
    """At the first page, and at a later one; never an empty list."""
    with pytest.raises(UnexpectedAnswer):
        read(getattr(paging, way), FakeClient(lambda _: document))
    if way == "single":
        return
    loop = Paged(600)
    answers = iter([getattr(loop, way)({"offset": 0, "limit": 250}), document])
    with pytest.raises(UnexpectedAnswer):
        read(getattr(paging, way), FakeClient(lambda _: next(answers)))


@pytest.mark.parametrize("way", ["single", "numbered", "linked", "offset"])
def test_an_error_under_200_is_recognised_in_every_way(way: str) -> None:
    """At a later page too, where rows have been given away."""
    error = {"error": {"message": "Something went wrong."}}
    with pytest.raises(LoopRefused):
        read(getattr(paging, way), FakeClient(lambda _: error))
    if way != "single":
        loop = Paged(600)
        answers = iter([getattr(loop, way)({"offset": 0, "limit": 250}), error])
        with pytest.raises(LoopRefused):
            read(getattr(paging, way), FakeClient(lambda _: next(answers)))


@pytest.mark.parametrize("cap", [10, 50, 100])
def test_offset_pages_bring_all_rows_where_loop_gives_fewer_than_were_asked_for(cap: int) -> None:
    """A first page of a round number is not taken for the last one."""
    loop = Paged(234)
    answer = lambda params: loop.offset({**params, "limit": min(cap, params["limit"])})  # noqa: E731
    assert read(paging.offset, FakeClient(answer)) == list(range(234))


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("gone", [0, 4, 8])
def test_a_row_that_slid_past_unseen_is_noticed(gone: int, total: bool) -> None:
    """One row goes, another comes, the total stays: a later row stood on no page that was read."""
    loop = Paged(20)
    loop.total = total

    def change(_: Paged, answers: int) -> None:
        if answers == gone // 3 + 1:
            loop.rows = [row for row in loop.rows if row["id"] != gone] + [{"id": 99}]

    loop.before = change
    with pytest.raises(Moved):
        read(paging.steady, FakeClient(loop.numbered))


def test_a_steady_list_is_read_as_it_is() -> None:
    """Asked for once more, nothing has changed."""
    client = FakeClient(Paged(20).numbered)
    assert read(paging.steady, client) == list(range(20))
    assert len(client.asked) == 7 + 6
    client = FakeClient(Paged(3).numbered)
    assert read(paging.steady, client) == [0, 1, 2]
    assert len(client.asked) == 1


def test_a_full_page_that_does_not_say_whether_more_follow_is_an_error() -> None:
    """Some samples of Loop's show no link; the rest must not be taken for deleted."""
    client = FakeClient(lambda _: {"data": rows_of(250)})
    with pytest.raises(UnexpectedAnswer, match="whether a next page follows"):
        read(paging.linked, client)
    assert (
        len(
            read(paging.linked, FakeClient(lambda _: {"data": rows_of(249), "next_page_url": None}))
        )
        == 249
    )


def test_a_cursor_that_is_a_time_alone_is_an_error() -> None:
    """Rows that share the second at a page's edge would be passed over, and taken for deleted."""
    cursor = {"created_at": "2026-01-01 10:00:00", "_pointsToNextItems": True}
    token = base64.b64encode(json.dumps(cursor).encode()).decode()
    document = {"data": rows_of(3), "next_page_url": f"https://loop.example/?cursor={token}"}
    with pytest.raises(UnexpectedAnswer, match="a time alone"):
        read(paging.linked, FakeClient(lambda _: document))
