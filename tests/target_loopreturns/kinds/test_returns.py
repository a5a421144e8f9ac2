"""Loop's rules on returns, known before Loop is asked, and what a look at a return tells."""

from __future__ import annotations

from typing import Any

import pytest

from target_loopreturns.kinds.kind import Clues
from target_loopreturns.kinds.present import Present, ReturnNow
from target_loopreturns.sending.lost_answers import was_made
from tests.acting import AFTER
from tests.target_loopreturns.acts import STATES, act, judged, one


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", ["process", "cancel", "flag", "close", "remove_line_items"])
def test_only_the_transitions_that_loop_makes_are_planned(state: str, name: str) -> None:
    """Every state with every action: planned where Loop does it, elsewhere refused."""
    ids: dict[str, Any] = {"line_item_ids": ["1"]} if name == "remove_line_items" else {}
    (planned,) = judged(one(state), act(action=name, **ids))
    allowed = (state, name) in AFTER or (state, name) == ("open", "remove_line_items")
    assert planned.outcome.result == ("planned" if allowed else "refused")
    assert allowed or (planned.outcome.code and state in planned.told.replace("review", state))


@pytest.mark.parametrize("state", STATES)
def test_a_note_is_taken_in_any_state(state: str) -> None:
    """No rule of Loop's keeps a note from a return that has ended."""
    (planned,) = judged(one(state), act(action="note", content="hello"))
    assert planned.outcome.result == "planned"


@pytest.mark.parametrize("name", ["process", "remove_line_items"])
def test_flagged_returns_are_processed_only_where_the_shop_allows_it(name: str) -> None:
    """`process_flagged` says that Loop's own setting is on."""
    ids: dict[str, Any] = {"line_item_ids": ["1"]} if name == "remove_line_items" else {}
    (planned,) = judged(one("review"), act(action=name, **ids), flagged=True)
    assert planned.outcome.result == "planned"


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        ("refund", "planned"),
        ("credit", "planned"),
        (None, "planned"),
        ("exchange", "refused"),
        ("upsell", "refused"),
        ("exchange+refund", "refused"),
    ],
)
def test_only_refunds_and_credits_can_be_removed(outcome: str | None, result: str) -> None:
    """Where the outcome is not known, Loop decides."""
    (planned,) = judged(one("open", outcome), act(action="remove_line_items", line_item_ids=["1"]))
    assert planned.outcome.result == result


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
