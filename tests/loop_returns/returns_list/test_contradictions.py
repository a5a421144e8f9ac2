"""Contradictions: what cannot be, if Loop's list of returns is what it says, is told once."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from loop_returns.http.exchange import Answer
from loop_returns.returns_list.answers import Listed, understand
from loop_returns.returns_list.contradictions import Contradictions
from loop_returns.returns_list.windows import Seen, Window
from loop_returns.spans import Span

WINDOW = Window(("open",), Span(100, 200), 99, 200)


def row(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": str(number), "state": "open", "total": "1.00", **fields}


def look_at(tally: Contradictions, rows: list[dict[str, Any]], *seconds: int) -> list[str]:
    seen = Seen(seconds, frozenset(str(one["state"]) for one in rows), more=False)
    checksums = [zlib.crc32(one["total"].encode()) for one in rows]
    return tally.look_at(WINDOW, Listed(rows, checksums, rows, seconds, seen))


def test_the_margin_of_a_window_is_no_contradiction() -> None:
    """A second on each side was asked for, too."""
    tally = Contradictions()
    assert look_at(tally, [row(1), row(2)], 99, 200) == []
    assert not str(tally)


def test_contradictions_are_told_once_and_counted() -> None:
    """The first of each kind with its return, all of them in the end."""
    tally = Contradictions()
    assert "return 2" in "".join(look_at(tally, [row(1), row(2)], 150, 201))
    assert look_at(tally, [row(3)], 98) == []
    (said,) = look_at(tally, [row(1, total="2.00")], 150)
    assert "return 1 twice with different content" in said
    assert "closed" in "".join(look_at(tally, [row(4, state="closed")], 150))
    assert str(tally) == (
        "2 rows outside of their window; 1 windows with a state not asked for; "
        "1 returns unlike at the same updated_at"
    )


@pytest.mark.parametrize("note", ["plain", "a\\u0000b"])
def test_a_change_in_whatever_field_is_noticed(note: str) -> None:
    """Returns are compared whole, be they read quickly or with care."""

    def checksum(**fields: object) -> int:
        head = {"id": "1", "state": "open", "updated_at": "2026-05-05T03:00:00Z"}
        body = json.dumps([head | fields]).replace("NOTE", note).encode()
        answer, window = Answer(body, "/x"), Window(("open",), WINDOW.span, 99, 200, whole=True)
        return understand(answer, window).checksums[0]

    assert checksum(a="NOTE", b=1) == checksum(a="NOTE", b=1)
    assert checksum(a="NOTE", b=1) != checksum(a="NOTE", b=2)


def test_a_change_with_another_updated_at_is_no_contradiction() -> None:
    """That is what updated_at is for."""
    tally = Contradictions()
    look_at(tally, [row(1)], 150)
    assert look_at(tally, [row(1, total="2.00")], 151) == []


def test_what_is_remembered_is_bounded() -> None:
    """A million returns leave no more behind than the latest of them."""
    tally = Contradictions(1000)
    for number in range(20_000):
        look_at(tally, [row(number)], 150)
    assert len(tally._new) + len(tally._old) <= 2002


def test_a_row_with_a_strange_id_is_left_to_the_cleaner() -> None:
    """An object where text is meant does not end the run here."""
    assert look_at(Contradictions(), [row(1) | {"id": {"a": []}}], 150) == []
