"""The refusals of Loop, each in its own shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_loop import errors
from mock_loop.errors import ENVELOPES
from mock_loop.responses import Response


def test_no_two_envelopes_are_the_same() -> None:
    """Each is a shape of its own that a client has to know."""
    texts = [json.dumps(envelope, sort_keys=True) for envelope in ENVELOPES]
    assert len(set(texts)) == len(texts) >= 9


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (errors.unauthorized(gateway=True), 401),
        (errors.unauthorized(gateway=False), 401),
        (errors.invalid("from", "The from is invalid."), 422),
        (errors.not_found(), 404),
        (errors.not_found_in_errors(), 404),
        (errors.no_such_return(), 200),
        (errors.no_notes(), 422),
        (errors.throttled(), 429),
        (errors.server_error(), 500),
        (errors.server_error(503), 503),
        (errors.method_not_allowed(), 405),
    ],
)
def test_a_refusal_has_its_status_and_a_body_of_json(refusal: Response, status: int) -> None:
    """A missing return is told under 200, missing notes with a bare false."""
    assert refusal.status == status
    assert refusal.content_type == "application/json"
    json.loads(refusal.body)


def test_every_shape_of_refusal_is_among_the_envelopes() -> None:
    """So that faults which pick from them spoil answers with all that Loop may send."""
    known = {_shape(envelope) for envelope in ENVELOPES}
    for refusal in (
        errors.unauthorized(gateway=True),
        errors.unauthorized(gateway=False),
        errors.invalid("from", "The from is invalid."),
        errors.not_found(),
        errors.not_found_in_errors(),
        errors.no_such_return(),
        errors.no_notes(),
        errors.server_error(),
    ):
        assert _shape(json.loads(refusal.body)) in known


def _shape(value: Any) -> str:
    """The names in a body and the kinds of its values."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{_shape(one)}" for name, one in sorted(value.items())) + "}"
    if isinstance(value, list):
        return f"[{','.join(sorted({_shape(one) for one in value}))}]"
    return type(value).__name__
