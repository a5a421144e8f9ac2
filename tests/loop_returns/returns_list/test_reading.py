"""The one reading of the list of returns: whoever reads it keeps the same rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from loop_returns import times
from loop_returns.errors import UnexpectedAnswer
from loop_returns.http.client import Account, Client
from loop_returns.http.pacing import Pacer
from loop_returns.returns_list import answers
from loop_returns.returns_list.reading import Portion, ReturnsReading
from loop_returns.spans import Spans
from mock_loop import Faults, Loop, Quirks, Shop
from mock_loop.book import STATES

YEAR = Spans([(times.second("2026-01-01"), times.second("2026-12-01"))])
ALL = dict.fromkeys(STATES, YEAR)


@pytest.fixture
def read(loop: Loop) -> Iterator[Callable[..., list[Portion]]]:
    client = Client(Account(loop.url, "2026-10", loop.key, patience=0), Pacer(1_000_000))

    def read(missing: Mapping[str, Spans] = ALL, **others: Any) -> list[Portion]:
        given = {"page_size": 40, "workers": 4, **others}
        return list(ReturnsReading(client, missing, **given))

    yield read
    client.close()


def ids(portions: list[Portion]) -> Counter[str]:
    return Counter(str(head["id"]) for portion in portions for _, head in portion.heads())


@pytest.mark.parametrize("order", ["desc", "asc", "id"])
@pytest.mark.parametrize("workers", [1, 8])
def test_every_return_is_kept_once(
    loop: Loop, shop: Shop, read: Callable[..., list[Portion]], order: Any, workers: int
) -> None:
    """However Loop sorts them and however many requests are under way."""
    loop.quirks = Quirks(requests_per_minute=None, order=order)
    assert ids(read(workers=workers)) == Counter(list(shop.returns))


def test_rows_and_heads_are_of_the_same_returns(read: Callable[..., list[Portion]]) -> None:
    """Whoever looks at the head alone sees what whoever reads the whole row does."""
    for portion in read():
        rows = [(second, answers.parsed(row)["id"]) for second, row in portion.rows()]
        assert rows == [(second, head["id"]) for second, head in portion.heads()]


def test_what_is_proven_is_all_that_was_missing(read: Callable[..., list[Portion]]) -> None:
    """The credit of all portions together is what was asked for, state by state."""
    proven: dict[str, Spans] = {}
    for portion in read():
        for state, spans in portion.proof.credit.items():
            proven[state] = proven.get(state, Spans()) | spans
    assert proven == ALL


def test_where_nothing_is_missing_nothing_is_asked(
    loop: Loop, read: Callable[..., list[Portion]]
) -> None:
    """No state, or no stretch of one."""
    assert read({}) == read({"open": Spans()}) == []
    assert not loop.requests


def test_a_return_outside_of_its_window_is_kept_and_told(
    loop: Loop, shop: Shop, read: Callable[..., list[Portion]]
) -> None:
    """Loop sent it, so it is delivered; and a line says once that what it sends does not add up."""
    stray = {**next(iter(shop.returns.values())), "id": "77", "updated_at": "2020-01-01T00:00:00Z"}

    def smuggle(body: bytes) -> bytes:
        document = json.loads(body)
        document["returns" if isinstance(document, dict) else 0].append(stray)
        return json.dumps(document).encode()

    loop.faults = Faults(mutate=smuggle)
    told: list[str] = []
    portions = read({"open": YEAR}, on_contradiction=told.append, page_size=750)
    assert ids(portions)["77"] == len(portions)
    assert len([line for line in told if "77" in line]) == 1


def test_a_row_of_the_second_beside_a_window_is_left_to_its_own_window(
    shop: Shop, read: Callable[..., list[Portion]]
) -> None:
    """Windows are sent a second wider on each side; what that lets in is not kept twice."""
    found = shop.add_return("78", "open", updated_at="2026-06-01T00:00:00Z")
    first = Spans([(YEAR.reach(0), found.updated)])
    second = Spans([(found.updated, found.updated + 5)])
    assert ids(read({"open": first}))["78"] == 0
    assert ids(read({"open": second}))["78"] == 1


def test_an_answer_that_is_none_ends_the_reading(
    loop: Loop, read: Callable[..., list[Portion]]
) -> None:
    """Loudly: half a list is not what was asked for."""
    loop.faults = Faults.script([None, "missing-key"])
    with pytest.raises(UnexpectedAnswer):
        read()
