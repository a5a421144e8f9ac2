"""Was a change made whose answer was lost? What Loop has now may tell. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from target_loopreturns.actions.action import Action
from target_loopreturns.planning import rules
from target_loopreturns.planning.account_now import Listed, Present, ReturnNow
from target_loopreturns.planning.matching import holds

_TELLING = ("type", "value", "name", "topic", "trigger", "url", "content")
"""Fields that tell what was made; in others, such as addresses, Loop may change more."""
_REPEATABLE = ("cancel", "flag", "close", "remove_line_items", "delete")


@dataclass(frozen=True, slots=True)
class Clues:
    """What is known of a request, beside the account now.

    Attributes:
        before: Loop's ids of the like that was there before a creation; None: not known.
        claimed: Loop's ids of what other actions have made.
        target_id: Loop's id of what was to be changed or deleted.
        overdue: Loop has had the time that it may take to process a return.
    """

    before: Collection[str] | None = None
    claimed: Collection[str] = ()
    target_id: str | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """True: it was made. False: it is not there. None: Loop does not tell."""

    made: bool | None
    target_id: str | None = None
    """Of what was made, where a creation was found."""


def is_repeatable(action: Action) -> bool:
    """Whether the same request may come twice, one of them late, and nothing is done twice.

    Loop refuses the second of these (a return has ended, or is flagged; an id is gone).
    It takes one fraud report a return, and answers 409 to a second. Creations and
    updates are carried out as often as they come.
    """
    return action.name in _REPEATABLE or action.stream == "fraud_reports"


def can_tell(action: Action) -> bool:
    """Whether there is anything in Loop to look at: not for fraud reports and new carts."""
    made_cart = action.stream == "carts" and action.name == "create"
    return not made_cart and action.stream != "fraud_reports"


def like(rows: Collection[Listed], fields: Mapping[str, Any]) -> frozenset[str]:
    """Loop's ids of rows like one that would be made from these fields."""
    telling = {name: value for name, value in fields.items() if name in _TELLING}
    return frozenset(
        str(row["id"]) for row in rows if "id" in row and holds(row, telling, loosely=True)
    )


def was_made(  # noqa: PLR0911  one for each kind
    action: Action, present: Present, clues: Clues, *, notes: Collection[Listed] = ()
) -> Finding:
    """Look for what an action should have changed.

    Args:
        action: What was asked for.
        present: The account now.
        clues: What is known of the request.
        notes: Of its return, if the action is a note.
    """
    if action.stream == "fraud_reports":
        return Finding(made=False)  # asking again tells
    if action.name == "note":
        return _created(notes, {"content": action.fields["content"]}, clues)
    if action.stream == "return_actions":
        now = present.returns.get(str(action.return_id))
        return Finding(None if now is None else _of_return(action, now, overdue=clues.overdue))
    if not can_tell(action):
        return Finding(None)
    if action.name == "create":
        return _created(present.lists[action.stream], action.fields, clues)
    if action.name == "delete" and clues.target_id and action.stream != "carts":
        ids = {str(row.get("id")) for row in present.lists[action.stream]}
        return Finding(clues.target_id not in ids)
    return Finding(_is_so(action, present))


def _is_so(action: Action, present: Present) -> bool:
    try:
        rules.ExpectedAccount(present).judge(action)
    except rules.NothingToDo:
        return True
    except rules.Refused:
        return False
    return False


def _created(rows: Collection[Listed], fields: Mapping[str, Any], clues: Clues) -> Finding:
    """What is like it, was not there before, and is no other action's, is this one's."""
    others = {*(clues.before or ()), *clues.claimed}
    mine = sorted(like(rows, fields) - others, key=lambda own: (len(own), own))
    return Finding(bool(mine), mine[0] if mine else None)


def _of_return(action: Action, now: ReturnNow, *, overdue: bool) -> bool | None:
    state = now.state
    if action.name == "process":
        known = {"closed": True, "cancelled": False, "expired": False}
        # Queued by Loop, it stays open, or in review, for a while.
        return known.get(state, False if overdue and state in {"open", "review"} else None)
    if action.name == "remove_line_items":
        gone = not now.line_items & set(action.fields["line_item_ids"])
        return True if gone else False if state in {"open", "review"} else None
    made = {"cancel": "cancelled", "close": "closed", "flag": "review"}[action.name]
    if action.name == "flag" and state not in {"open", "review"}:
        return None  # it may have been flagged, and resolved since
    return state == made
