"""A delivery's signature, and what is told of its body, for whatever bytes it has."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopreturns_events import signature
from loopreturns_events.delivery import Named, named

SECRETS = st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4, unique=True)


@given(body=st.binary(), secrets=SECRETS, place=st.integers(0, 3))
def test_any_of_several_secrets_may_have_signed(
    body: bytes, secrets: list[bytes], place: int
) -> None:
    """As while Loop changes from one to another."""
    claimed = signature.parse(signature.sign(body, secrets[place % len(secrets)]))
    assert claimed
    assert signature.matches(body, claimed, secrets)


@given(body=st.binary(), other=st.binary(), secrets=SECRETS, guess=st.binary(max_size=40))
def test_another_body_or_another_secret_never_matches(
    body: bytes, other: bytes, secrets: list[bytes], guess: bytes
) -> None:
    """Nor does anything match where there is no secret."""
    claimed = signature.parse(signature.sign(body, secrets[0]))
    assert claimed
    assert signature.matches(other, claimed, secrets) == (other == body)
    guessed = signature.parse(signature.sign(body, guess))
    assert guessed
    # A key of HMAC is filled up with zeros, so these are one and the same.
    same = guess.rstrip(b"\0") in {secret.rstrip(b"\0") for secret in secrets}
    assert signature.matches(body, guessed, secrets) == same
    assert not signature.matches(body, claimed, [])


@given(given=st.text())
def test_a_header_of_any_text_is_a_signature_or_none(given: str) -> None:
    """What is none is refused before anything is kept of it."""
    claimed = signature.parse(given)
    assert claimed is None or len(claimed) == 32


@pytest.mark.parametrize(
    ("said", "return_id"),
    [
        ({"topic": "return", "trigger": "return.created", "id": "1673"}, "1673"),
        ({"topic": "return", "id": 1673}, "1673"),
        ({"topic": "return.processing", "return_id": 1673}, "1673"),
        ({"topic": "label", "return_id": "12345", "order_id": "1"}, "12345"),
        ({"topic": "label", "id": 12345}, "12345"),
        ({"topic": "label.request", "id": "5fc3126e-68c5", "return_id": 1001}, "1001"),
        ({"topic": "label_request", "id": 6340, "return_id": 1001}, "1001"),
        ({"topic": "giftcard", "id": None, "return_id": "23456"}, "23456"),
        ({"topic": "restock", "id": 12345}, None),
        ({"topic": "happy.returns.shipment", "loop_shipment_id": 123}, None),
        ({"topic": "return", "id": {"a": 1}}, None),
        ({"topic": ["return"], "id": 1}, None),
    ],
)
def test_the_return_that_a_body_names_is_found(said: dict[str, Any], return_id: str | None) -> None:
    """Under the name that its topic has for it, in all editions of Loop's documentation."""
    found = named(json.dumps(said).encode())
    assert found.return_id == return_id
    assert found.topic == (said["topic"] if isinstance(said["topic"], str) else None)


@given(body=st.binary() | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_a_body_of_any_kind_can_be_looked_at(body: bytes) -> None:
    """It says something, or nothing."""
    assert isinstance(named(body), Named)
