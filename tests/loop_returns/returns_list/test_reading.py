"""The one reading of the list of returns: whoever reads it keeps the same rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from loop_returns import times
from loop_returns.errors import Incomplete, UnexpectedAnswer
from loop_returns.http.client import Client
from loop_returns.http.exchange import Account
from loop_returns.http.pacing import Pacer
from loop_returns.returns_list import answers
from loop_returns.returns_list.reading import Portion, ReturnsReading
from loop_returns.spans import Spans
from loop_returns.times import DAY
from mock_loop import Faults, Loop, Quirks, Shop
from mock_loop.book import STATES

END = times.second("2026-12-01")
YEAR = Spans([(times.second("2026-01-01"), END)])
ALL = dict.fromkeys(STATES, YEAR)


@pytest.fixture
def read(loop: Loop) -> Iterator[Callable[..., list[Portion]]]:
    client = Client(Account(loop.url, "2026-10", loop.key, patience=0), Pacer(1_000_000))

    def read(missing: Mapping[str, Spans] = ALL, **others: Any) -> list[Portion]:
        given = {"page_size": 40, "workers": 4, **others}
        return list(ReturnsReading(client, missing, **given))

    yield read
    client.close()


def read_out(
    loop: Loop, missing: Mapping[str, Spans] = ALL, **others: Any
) -> tuple[list[Portion], Incomplete | None]:
    """What a reading yields before it ends, and the error that it ends with."""
    client = Client(
        Account(loop.url, "2026-10", loop.key, patience=others.pop("patience", 0)),
        Pacer(1_000_000),
        sleep=lambda _: None,
    )
    portions: list[Portion] = []
    try:
        given = {"page_size": 40, "workers": 4, **others}
        portions.extend(ReturnsReading(client, missing, **given))
    except Incomplete as error:
        return portions, error
    finally:
        client.close()
    return portions, None


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


def test_a_return_older_than_asked_for_is_kept_and_its_window_is_not_believed(
    loop: Loop, shop: Shop
) -> None:
    """Loop sent it, so it is delivered; but what else it left out of that answer is not known."""
    stray = {**next(iter(shop.returns.values())), "id": "77", "updated_at": "2020-01-01T00:00:00Z"}

    def smuggle(body: bytes) -> bytes:
        document = json.loads(body)
        document["returns" if isinstance(document, dict) else 0].append(stray)
        return json.dumps(document).encode()

    loop.faults = Faults(mutate=smuggle)
    portions, error = read_out(loop, {"open": Spans([(END - 50 * DAY, END)])})
    assert ids(portions)["77"] == len(portions)
    assert "2020-01-01" in str(error)


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
