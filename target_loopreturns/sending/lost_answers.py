"""Was a change made whose answer was lost? What Loop has now may tell. Pure."""

from __future__ import annotations

from target_loopreturns.actions.action import Action
from target_loopreturns.planning import rules
from target_loopreturns.planning.account_now import Present, ReturnNow


def was_made(  # noqa: PLR0911  one for each kind
    action: Action, present: Present, *, notes: int = 0, overdue: bool = False
) -> bool | None:
    """True: it was. False: it surely was not, and may be asked for again. None: who knows.

    Args:
        action: What was asked for.
        present: The account now.
        notes: How many notes of these words the return has, beyond those known to be others.
        overdue: Loop has had the time that it may take to process a return.
    """
    if action.stream == "fraud_reports":
        # There is no list of reports, but Loop takes one a return, and answers 409 to a second.
        return False
    if action.name == "note":
        return notes > 0
    if action.stream == "return_actions":
        now = present.returns.get(str(action.return_id))
        return None if now is None else _of_return(action, now, overdue=overdue)
    if action.stream == "carts" and action.name == "create":
        return None  # Loop has no list of carts; its token was in the lost answer
    try:
        rules.ExpectedAccount(present).judge(action)
    except rules.NothingToDo:
        return True
    except rules.Refused:
        return False
    return False


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
