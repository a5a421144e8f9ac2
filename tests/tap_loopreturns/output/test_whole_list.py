"""A list that the target has is not sent again; any other is."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns.times import DAY
from tap_loopreturns.output import whole_list
from tap_loopreturns.output.whole_list import WholeList, known_list

PAGES = st.lists(st.lists(st.fixed_dictionaries({"id": st.integers(0, 3)}), max_size=3), max_size=3)


def read(pages: list[list[Any]], known: str | None) -> tuple[WholeList, list[Any]]:
    """A reading, and what it wrote by itself."""
    out: list[Any] = []
    listed = WholeList(known, out.extend)
    for page in pages:
        listed.take(page)
    return listed, out


@given(PAGES, PAGES)
def test_a_list_is_known_where_its_rows_are_the_same(one: list[Any], other: list[Any]) -> None:
    """In the same order, however they are paged; else all of it is written."""
    first, out = read(one, None)
    rows, others = list(chain(*one)), list(chain(*other))
    assert out == rows
    assert not first.is_known
    again, out = read(other, known_list(first.entry("a", 0), "a", 60))
    assert not out
    assert again.is_known == (rows == others)
    again.release()
    assert out == others
    assert not again.is_known


def test_a_long_list_is_written_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held back is bounded."""
    monkeypatch.setattr(whole_list, "_HELD", 3)
    first, _ = read([[{"id": 1}, {"id": 2}], [{"id": 3}, {"id": 4}]], None)
    again, out = read([[{"id": 1}, {"id": 2}], [{"id": 3}, {"id": 4}]], first.entry("a", 0)["list"])
    assert len(out) == 4
    assert not again.is_known


def test_after_a_day_or_by_another_writer_a_list_is_sent_anyway() -> None:
    """A killed run may have left rows in the target of a list that is again what it was."""
    entry = read([[{"id": 1}]], None)[0].entry("a", 1_000_000)
    assert known_list(entry, "a", 1_000_000 + DAY - 1)
    assert known_list(entry, "a", 1_000_000 + DAY) is None
    assert known_list(entry, "a", 999_999) is None
    assert known_list(entry, "b", 1_000_000) is None
    for none in (None, 5, {}, {"of": "a"}, {"of": "a", "list": "x", "at": 5}):
        assert known_list(none, "a", 1_000_000) is None
