"""How Loop says that there is nothing: the same to readers and to writers."""

from __future__ import annotations

from typing import Any

import pytest

from loop_returns.endpoints import CART
from loop_returns.errors import LoopRefused
from loop_returns.http.exchange import Reply
from target_loopreturns.actions.action import Action
from target_loopreturns.sending import api_calls

GONE: list[tuple[int, Any]] = [
    (404, {"errors": {"code": "NOT_FOUND"}}),
    (200, {"errors": {"code": "NOT_FOUND"}}),
    (200, {"error": {"message": "Cart not found."}}),
    (200, {"code": "NOT_FOUND", "message": "Not found.", "error": True}),
    (200, {"errors": {"message": "No cart found for the provided token."}}),
    (200, {"errors": {"message": "No cart found for the provided token.", "code": "NOT_FOUND"}}),
    (200, {"errors": ["No cart was found for this token"]}),
]
OTHER: list[tuple[int, Any]] = [
    (404, None),
    (404, {"message": "The route v0/cart could not be found."}),
    (500, {"errors": {"message": "No cart found for the provided token."}}),
    (422, {"errors": {"message": "Cart is empty."}}),
    (200, {"errors": {"message": "Cart is empty."}}),
    (200, {"errors": {"message": "Variant ID 777777 not found."}}),
    (200, {"errors": {"message": "No variant found for the provided token."}}),
    (200, {"errors": {"message": "No cart could be opened; try again."}}),
    (200, {"errors": {"code": "UNEXPECTED_ERROR"}}),
]


@pytest.mark.parametrize(("status", "body", "gone"), [
    *((*said, True) for said in GONE), *((*said, False) for said in OTHER),
])  # fmt: skip
def test_a_cart_is_gone_to_reader_and_writer_alike(status: int, body: Any, gone: bool) -> None:
    """In all of Loop's words, and in no other: a variant that was not found is another matter."""
    assert CART.is_nothing(LoopRefused("", status=status, body=body)) == gone
    action = Action("carts", "key", "delete", {"token": "t"})
    told = api_calls.outcome(action, Reply(status, body))
    if gone and body is not None:
        assert told is None  # it looks, and finds that there is no such cart
    assert told is None or told.result in {"refused", "failed"}
