"""Spoilt answers: right data or a loud error; `python -m tests.proofs.fuzz` tries 100,000."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from loop_returns.http import envelopes
from tests.proofs import fuzz
from tests.sampling import examples

COUNT = examples(2500)


def test_spoilt_answers_bring_right_data_or_a_loud_error() -> None:
    """Of thousands, read as in a run: no traceback, nothing lost, and no empty success."""
    figures = fuzz.run(range(COUNT))
    print("\n".join(figures.lines()))
    assert not figures.faults
    assert figures.cases == COUNT
    # The cases are worth something: many are read all the same, many are refused, in many ways.
    kinds = figures.kinds
    assert kinds["right: as the answer was"] > COUNT / 25
    assert kinds["right: asked again"] > COUNT / 50
    assert kinds["told: UncleanRecord"] > COUNT / 25
    assert kinds["told: UnexpectedAnswer"] > COUNT / 25
    assert kinds["told: LoopRefused"] > COUNT / 100
    assert len(figures.spoilt_by) == 5


def test_equal_seeds_spoil_alike() -> None:
    """A case that fails can be looked at again by its number."""
    body = b'{"returns": [{"id": "1", "total": "5.00"}], "nextPageUrl": null}'
    once, again = ([fuzz.Spoiler(seed)(body) for seed in range(300)] for _ in range(2))
    assert once == again
    assert len(set(once)) > 200


@pytest.fixture
def spoilt() -> Iterator[fuzz.Fuzz]:
    found = fuzz.Fuzz()
    yield found
    found.client.close()


def test_the_oracle_notices_a_row_that_is_passed_over(
    spoilt: fuzz.Fuzz, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tap that drops the last row of each list would be found out."""
    spoilt.honest("customers")
    real = envelopes.rows
    monkeypatch.setattr(envelopes, "rows", lambda *a, **k: real(*a, **k)[:-1])
    for body in bodies(spoilt, "customers"):
        assert "1 rows lost" in fault_of(spoilt, "customers", body)


def test_the_oracle_notices_an_empty_success(
    spoilt: fuzz.Fuzz, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tap that takes an unknown answer for an empty list would be found out."""
    spoilt.honest("customers")
    monkeypatch.setattr(envelopes, "rows", lambda *_, **__: [])
    monkeypatch.setattr(envelopes, "next_link", lambda *_, **__: None)
    assert "succeeded without it" in fault_of(spoilt, "customers", b'{"people": []}')


def test_the_oracle_notices_an_amount_that_was_changed(
    spoilt: fuzz.Fuzz, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tap that rounds would be found out."""
    spoilt.honest("orders")
    real = envelopes.parse

    def rounded(body: bytes, where: str) -> object:
        document = real(body, where)
        document["orders"][0]["total_price"]["amount"] += 1
        return document

    monkeypatch.setattr(envelopes, "parse", rounded)
    (body, *_) = bodies(spoilt, "orders")
    assert "rows lost" in fault_of(spoilt, "orders", body)


def bodies(found: fuzz.Fuzz, stream: str) -> list[bytes]:
    """The answer of a list, as it is, and with a field that it did not have."""
    sent: list[bytes] = []

    def keep(body: bytes) -> bytes:
        sent.append(body)
        return body

    read(found, stream, keep)
    return [sent[0], sent[0].replace(b'"id"', b'"extra": "new", "id"', 1)]


def fault_of(found: fuzz.Fuzz, stream: str, body: bytes) -> str:
    """What the oracle says of a run that was given this answer."""
    read(found, stream, lambda _: body)
    return found._judge(stream).fault


def read(found: fuzz.Fuzz, stream: str, spoiler: fuzz.Spoiling) -> None:
    found.client.begin(0, spoiler)
    found._read(stream)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ({"a": "2026-10-05T02:00:00.000Z"}, ["2026-10-05 02:00:00"], True),
        ({"a": "2026-10-05T02:00:00+02:00"}, ["2026-10-05T00:00:00Z"], True),
        ({"a": "2026-10-05T02:00:01Z"}, ["2026-10-05T02:00:00Z"], False),
        ({"a": 12}, ["12"], True),
        ({"a": Decimal("1.50")}, ["1.5"], True),
        ({"a": "1.50"}, ["1.51"], False),
        ({"a": None, "b": "", "c": [{}]}, [], True),
        ({"a": "x"}, ["X"], False),
    ],
)
def test_the_oracle_knows_equal_values_in_other_forms(
    one: object, other: object, equal: bool
) -> None:
    """Instants and numbers, however they are spelt."""
    assert (fuzz.leaves(one) == fuzz.leaves(other)) == equal
