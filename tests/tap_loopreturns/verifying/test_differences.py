"""What differs between two tables: told once, and of what kind."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns.spans import Span
from tap_loopreturns.verifying.differences import WarehouseRow, by_day, differences
from tap_loopreturns.verifying.loop_rows import Key, LoopRow

SPAN = Span(10, 20)
TABLES = st.dictionaries(st.integers(1, 6).map(lambda one: (str(one),)), st.integers(5, 25))


def rows(table: dict[Key, int]) -> dict[Key, LoopRow]:
    return {key: LoopRow(date) for key, date in table.items()}


def held(table: Mapping[Key, int | None]) -> dict[Key, WarehouseRow]:
    return {key: WarehouseRow(date) for key, date in table.items()}


def test_each_kind_of_difference_is_told() -> None:
    """Missing, extra, stale, ahead; in this order, with both dates."""
    loop = rows({("1",): 11, ("2",): 12, ("3",): 13, ("4",): 14})
    found = differences(loop, held({("2",): 11, ("3",): 14, ("4",): 14, ("5",): 15}), SPAN)
    assert [(one.kind, one.key, one.row and one.row.date, one.warehouse) for one in found] == [
        ("missing", ("1",), 11, None),
        ("extra", ("5",), None, 15),
        ("stale", ("2",), 12, 11),
        ("ahead", ("3",), 13, 14),
    ]


@given(TABLES, TABLES)
def test_nothing_else_differs(loop: dict[Key, int], warehouse: dict[Key, int]) -> None:
    """Every row that lies in the span and is not the same in both, is told; no other one is."""
    told = {one.key for one in differences(rows(loop), held(warehouse), SPAN)}
    assert told == {
        key
        for key in {*loop, *warehouse}
        if loop.get(key) != warehouse.get(key) and SPAN.holds(loop.get(key, warehouse.get(key, 0)))
    }


def test_a_row_that_changed_after_the_span_is_no_difference() -> None:
    """The warehouse's last run could not know of it."""
    assert differences(rows({("1",): 20}), held({("1",): 12}), SPAN) == []


def test_a_row_without_a_date_is_compared() -> None:
    """It is stale where the other one has a date."""
    (found,) = differences({("1",): LoopRow(11)}, held({("1",): None}), SPAN)
    assert found.kind == "stale"
    assert differences({("1",): LoopRow(None)}, held({("1",): None}), SPAN) == []


@pytest.mark.parametrize(
    ("shown", "kinds"),
    [(("open", ""), []), ((None, None), []), ((), []), (("closed", None), ["stale"])],
)
def test_a_row_whose_date_stays_is_told_by_what_shows_its_change(
    shown: tuple[str | None, ...], kinds: list[str]
) -> None:
    """Where the warehouse was asked for it."""
    found = differences(
        {("1",): LoopRow(11, shown=("open", ""))}, {("1",): WarehouseRow(11, shown)}, SPAN
    )
    assert [one.kind for one in found] == kinds


def test_rows_are_counted_by_the_day_of_their_date() -> None:
    """In the order of days; those without one come first."""
    assert by_day(iter([86_400, 3, None, 86_401])) == {"": 1, "1970-01-01": 1, "1970-01-02": 2}
