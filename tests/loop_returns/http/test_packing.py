"""Long lists are packed as they come: nothing is lost of them, and little is held."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loop_returns.http import envelopes, packing
from loop_returns.http.packing import Intake, PackedList

texts = st.text(max_size=8) | st.sampled_from(['},{"id":', '"},{"id":"', "]", "[{", "\\", '"'])
values = st.recursive(
    texts | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
rows = st.builds(
    lambda number, rest: {"id": number, **rest},
    st.integers(),
    st.dictionaries(texts, values, max_size=3),
)
fields = st.dictionaries(st.sampled_from(["a", "data", "returns"]) | texts, values, max_size=3)
documents = st.lists(rows | values, max_size=30) | st.builds(
    lambda before, found, after: {**before, "data": found, **after},
    fields,
    st.lists(rows, max_size=30),
    fields,
)


@pytest.fixture(autouse=True)
def short_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that lists of some rows are long ones."""
    monkeypatch.setattr(packing, "_LONG", 200)
    monkeypatch.setattr(packing, "_PART", 60)


def take_in(text: bytes, step: int) -> packing.Body:
    intake = Intake()
    for start in range(0, len(text), step):
        intake.add(text[start : start + step])
    assert intake.size == len(text)
    body = intake.body()
    if isinstance(body, PackedList):
        assert intake.held >= sum(map(len, body._packed[:-1]))
    return body


@given(
    documents, st.integers(1, 300), st.sampled_from([(",", ":"), (", ", ": "), (" ,\n  ", " : ")])
)
@example([{"id": 1, "items": [{"id": 2}, {"id": 3}] * 9}] * 9, 50, (",", ":"))
@example({"a": 1, "data": [{"id": 1, "items": [{"id": 2}] * 9}] * 20, "b": []}, 50, (",", ":"))
def test_a_body_is_the_same_in_whatever_chunks_it_comes(
    document: Any, step: int, separators: tuple[str, str]
) -> None:
    """In one piece or packed, it parses to what was sent, and each part to some of its rows."""
    text = json.dumps(document, separators=separators).encode()
    body = take_in(text, step)
    assert packing.is_sound(body)
    assert json.loads(packing.whole(body)) == document
    if isinstance(body, PackedList):
        found = document if body.under is None else document[body.under]
        assert [row for part in body for row in json.loads(part)] == found
        assert len(body.around) < len(text)


@given(documents, st.integers(1, 300), st.data())
def test_a_body_that_is_not_sound_is_never_taken_for_one(
    document: Any, step: int, data: st.DataObject
) -> None:
    """Cut short, or with a piece left out or put in, it is as sound as it is in one piece."""
    text = json.dumps(document, separators=(",", ":")).encode()
    start, end = sorted(
        (data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text))))
    )
    damaged = text[:start] + data.draw(st.sampled_from([b"", b",", b"]", b"[", b'"'])) + text[end:]
    body = take_in(damaged, step)
    assert packing.is_sound(body) == envelopes.is_sound(damaged)
    if packing.is_sound(body):
        assert json.loads(packing.whole(body)) == json.loads(damaged)


@pytest.mark.parametrize("under", [None, "asn"])
def test_a_long_list_is_held_packed(monkeypatch: pytest.MonkeyPatch, under: str | None) -> None:
    """Of tens of megabytes, bare or in an envelope, a fraction is held at any time."""
    monkeypatch.undo()
    found = [
        {"id": n, "state": "open", "items": [{"id": i, "sku": "ABC-1"} for i in range(60)]}
        for n in range(14_000)
    ]
    document = found if under is None else {"from": "2026-11-01", under: found, "to": None}
    text = json.dumps(document).encode()
    longest = packing._LONG if under is None else packing._ENVELOPE * packing._LONG
    assert len(text) > 3 / 2 * longest
    intake = Intake()
    most = 0
    for start in range(0, len(text), 65536):
        intake.add(text[start : start + 65536])
        most = max(most, intake.held)
    body = intake.body()
    assert isinstance(body, PackedList)
    assert body.under == under
    assert most < longest + len(body) + 2 * packing._PART
    assert len(body) < len(text) / 10
    assert json.loads(body.whole()) == document


def test_a_list_whose_name_comes_twice_in_its_envelope_is_kept_in_one_piece() -> None:
    """Which of them counts is not for a part to say."""
    rows = json.dumps([{"id": n} for n in range(200)])
    text = f'{{"data":{rows},"data":{rows}}}'.encode()
    body = take_in(text, 64)
    assert not isinstance(body, PackedList)
    assert json.loads(body) == json.loads(text)


def test_a_list_whose_rows_are_not_told_apart_is_kept_in_one_piece() -> None:
    """Where rows open in another way each, or are no objects, nothing is lost."""
    for found in ([[n] for n in range(200)], [{f"name-{n}": "x" * 20} for n in range(50)]):
        body = take_in(json.dumps(found).encode(), 64)
        assert not isinstance(body, PackedList)
        assert json.loads(packing.whole(body)) == found
