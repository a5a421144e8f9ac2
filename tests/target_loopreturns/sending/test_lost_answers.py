"""What a look at Loop tells of a change whose answer was lost."""

from __future__ import annotations

import pytest

from target_loopreturns.planning.account_now import Present, ReturnNow
from target_loopreturns.sending.lost_answers import Clues, was_made
from tests.target_loopreturns.acts import act, one


@pytest.mark.parametrize(
    ("name", "state", "made"),
    [
        ("process", "closed", True),
        ("process", "open", None),
        ("process", "review", None),
        ("process", "cancelled", False),
        ("cancel", "cancelled", True),
        ("cancel", "open", False),
        ("cancel", "closed", False),
        ("flag", "review", True),
        ("flag", "open", False),
        ("flag", "closed", None),
        ("close", "closed", True),
        ("close", "open", False),
    ],
)
def test_a_look_tells_what_became_of_a_lost_answer(
    name: str, state: str, made: bool | None
) -> None:
    """Made, surely not made, or not known: only the second may be asked for again."""
    assert was_made(act(action=name), one(state), Clues()).made is made


def test_processing_is_repeated_only_when_loop_has_had_its_time() -> None:
    """Still open after `queue_minutes`, a return was not processed by a request that got lost."""
    assert was_made(act(action="process"), one("open"), Clues(overdue=True)).made is False


def test_removed_items_are_looked_for_in_the_return() -> None:
    """Gone: made. There, in an open return: not made. There, in an ended one: not known."""
    remove = act(action="remove_line_items", line_item_ids=["1", "2"])
    gone = Present(returns={"7": ReturnNow("closed", "refund", frozenset({"3"}))})
    assert was_made(remove, gone, Clues()).made is True
    assert was_made(remove, one("open"), Clues()).made is False
    assert was_made(remove, one("closed"), Clues()).made is None


def test_a_cart_whose_token_was_lost_cannot_be_looked_for() -> None:
    """Loop has no list of carts, so its creation is never repeated."""
    assert was_made(act("carts", action="create", cart=[1]), Present(), Clues()).made is None
