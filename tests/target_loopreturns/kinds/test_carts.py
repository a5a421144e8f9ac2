"""Carts are known by their token alone."""

from __future__ import annotations

from target_loopreturns.kinds.kind import Clues
from target_loopreturns.kinds.present import Present
from target_loopreturns.sending.lost_answers import was_made
from tests.target_loopreturns.acts import act, judged


def test_a_cart_is_only_changed_where_it_is_there_and_otherwise() -> None:
    """Unknown: refused, or nothing to delete. With the same variants: done already."""
    present = Present(carts={"a": [1, 2], "b": None})
    rows = [
        act("carts", action="update", token="a", cart=[1, 2]),
        act("carts", action="update", token="a", cart=[2]),
        act("carts", action="update", token="b", cart=[2]),
        act("carts", action="delete", token="b"),
    ]
    results = [row.outcome.result for row in judged(present, *rows)]
    assert results == ["done", "planned", "refused", "done"]


def test_a_cart_whose_token_was_lost_cannot_be_looked_for() -> None:
    """Loop has no list of carts, so its creation is never repeated."""
    assert was_made(act("carts", action="create", cart=[1]), Present(), Clues()).made is None
