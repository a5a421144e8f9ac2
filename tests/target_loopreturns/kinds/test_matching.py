"""Rows of Loop's are found again by what Loop keeps of a value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from target_loopreturns.kinds.matching import holds, merged

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufffd"))


@given(text=TEXT, blanks=st.sampled_from(["", " ", "\t\n", "\u3000", "\0", "\u200b"]))
def test_what_is_trimmed_is_the_same(text: str, blanks: str) -> None:
    """Blanks around it and NUL in it are not kept by Loop."""
    assert holds({"name": text.strip()}, {"name": f"{blanks}{text}{blanks}"})


@given(text=st.text("abcXYZ 019é", min_size=1), more=st.sampled_from("abz9é"))
def test_more_letters_are_another_text(text: str, more: str) -> None:
    """However loosely it is looked at."""
    assert not holds({"name": text}, {"name": text + more}, loosely=True)


@pytest.mark.parametrize(
    ("row", "fields", "exact", "loose"),
    [
        ({"name": "A"}, {"name": "a"}, False, True),
        ({"type": "email", "value": "A@b.c"}, {"type": "email", "value": "a@B.C"}, True, True),
        ({"type": "product_tag", "value": "VIP"}, {"value": "vip"}, False, True),
        ({"url": "https://a.b"}, {"url": "https://a.b/"}, False, True),
        ({"content": "a  b"}, {"content": "a b"}, False, True),
        ({"content": "ab"}, {"content": "a b"}, False, False),
        ({"id": 5}, {"id": "5"}, True, True),
        ({"id": 5}, {"id": Decimal("5.0")}, True, True),
        ({"enabled": 1}, {"enabled": True}, True, True),
        ({"enabled": None}, {"enabled": False}, False, False),
        ({}, {"zip": None}, True, True),
        ({"zip": ""}, {"zip": None}, True, True),
        ({"zip": "None"}, {"zip": None}, False, False),
        ({"address": None}, {"address": {"city": "Reno"}}, False, False),
        ({"address": {"city": "Reno", "zip": "1"}}, {"address": {"city": "Reno"}}, True, True),
    ],
)
def test_a_row_has_what_the_fields_say(
    row: dict[str, Any], fields: dict[str, Any], *, exact: bool, loose: bool
) -> None:
    """Letter case counts, but in e-mail addresses and where a lost creation is looked for."""
    assert holds(row, fields) is exact
    assert holds(row, fields, loosely=True) is loose


def test_merging_keeps_what_the_fields_leave_out() -> None:
    """Also in objects; the row itself is not changed."""
    row = {"name": "A", "address": {"city": "Reno", "zip": "1"}}
    assert merged(row, {"address": {"zip": "2"}}) == {
        "name": "A",
        "address": {"city": "Reno", "zip": "2"},
    }
    assert row["address"] == {"city": "Reno", "zip": "1"}
    assert merged({"address": None}, {"address": {"zip": "2"}}) == {"address": {"zip": "2"}}
