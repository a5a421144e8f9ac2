"""Rows that are remembered by their content, in bounded room."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns.errors import SettingsError
from tap_loopreturns.output.fingerprints import Fingerprints, fingerprint

ROWS = st.dictionaries(st.text(), st.none() | st.integers() | st.text(), max_size=4)


@given(st.lists(ROWS))
def test_what_is_shown_is_read_again(rows: list[dict[str, Any]]) -> None:
    """In STATE a text, in the next run the same rows."""
    marks = [fingerprint(row) for row in rows]
    known = Fingerprints.read(Fingerprints(marks).show())
    assert all(mark in known for mark in marks)
    assert len(known) == len(set(marks))


@given(ROWS, ROWS)
def test_rows_have_the_same_fingerprint_where_they_are_the_same(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """In whatever order their fields come."""
    turned = dict(reversed(one.items()))
    assert fingerprint(one) == fingerprint(turned)
    assert (fingerprint(one) == fingerprint(other)) == (one == other)
    assert fingerprint(one, "drop") != fingerprint(one)
    assert fingerprint(msgspec.Raw(b"{}")) == fingerprint({})


def test_the_oldest_are_forgotten() -> None:
    """STATE stays bounded."""
    marks = [fingerprint({"id": number}) for number in range(5)]
    known = Fingerprints(marks[:3], most=2)
    for mark in marks[3:]:
        known.add(mark)
    assert list(known) == marks[3:]


@pytest.mark.parametrize("text", [5, "é", "abc", [], {}])
def test_what_is_none_is_refused_in_one_line(text: object) -> None:
    """A STATE of something else ends in no traceback."""
    if text in ([], {}):
        assert not len(Fingerprints.read(text))
        return
    with pytest.raises(SettingsError):
        Fingerprints.read(text)
