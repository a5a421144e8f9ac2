"""The returns of a shop, found by time, by state and by order."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mock_loop import clock
from mock_loop.book import COLUMNS, ReturnBook
from tests.mock_loop.asking import STATES

SOME = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(STATES), st.integers(0, 50), st.integers(0, 50)),
    max_size=30,
)
START = clock.parse("2026-01-01")


def row(number: int, state: str, created: int, updated: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "state": state,
        "created_at": clock.millis(START + created),
        "updated_at": clock.offset(START + updated),
        "order_name": f"#{number % 5}",
    }


@given(SOME, st.integers(0, 50), st.integers(0, 50), st.sets(st.sampled_from(STATES)))
def test_what_is_between_two_seconds_is_found_whatever_happened_before(
    changes: list[tuple[int, str, int, int]], first: int, last: int, states: set[str]
) -> None:
    """Added, changed and moved in any order, as a plain search over all returns finds it."""
    book = ReturnBook()
    for change in changes:
        book.put(row(*change))
    for column in COLUMNS:
        found = book.between(states, column, START + first, START + last)
        assert found == sorted(
            (one.at(column), one.id)
            for one in book
            if one.state in states and START + first <= one.at(column) <= START + last
        )


@given(SOME)
def test_filled_at_once_it_is_as_filled_one_by_one(
    changes: list[tuple[int, str, int, int]],
) -> None:
    """A million returns are indexed once, not a million times."""
    rows = [row(*change) for change in {change[0]: change for change in changes}.values()]
    at_once, singly = ReturnBook(), ReturnBook()
    at_once.fill(rows)
    for one in rows:
        singly.put(one)
    everything = (STATES, "updated_at", 0, START * 2)
    assert at_once.between(*everything) == singly.between(*everything)  # type: ignore[arg-type]
    assert list(at_once) == list(singly)


def test_the_latest_return_of_an_order_answers_for_it() -> None:
    """By its name; an order without a return has none."""
    book = ReturnBook()
    book.put(row(1, "open", 0, 0))
    book.put(row(6, "open", 0, 0))
    found = book.of_order("#1")
    assert found
    assert found.id == "6"
    assert book.of_order("#99") is None


def test_a_row_is_a_copy_and_a_join_is_json() -> None:
    """Whoever changes a row that was read changes nothing in the account."""
    book = ReturnBook()
    found = book.put(row(1, "open", 0, 0))
    found.row()["state"] = "closed"
    assert found.row()["state"] == "open"
    assert json.loads(book.join(["1", "1"])) == [found.row()] * 2
    assert json.loads(book.join([])) == []
