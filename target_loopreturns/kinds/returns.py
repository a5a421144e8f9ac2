"""Actions on returns: process, cancel, flag, close, remove line items, note; and fraud reports.

From Loop's pages on the return actions: closed, cancelled and expired are the
end of a return; a return in review is flagged, and is processed only where the
shop's setting "Allow flagged returns to process" is on; only an open return can
be flagged or cancelled; line items leave a return only for a refund or credit,
all in one call, which closes the return. Loop has the last word all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.kind import (
    EMPTY,
    ActionKind,
    AskedAgain,
    Change,
    Clues,
    Finding,
    RuledOut,
    made,
    the_return,
)
from target_loopreturns.kinds.matching import created
from target_loopreturns.kinds.present import Listed, Present, ReturnNow

ENDED = ("closed", "cancelled", "expired")
PROCESSING = "processing"
"""What a return counts as between Loop's queue and its end; not one of Loop's five states."""

_AFTER = {
    "process": PROCESSING,
    "cancel": "cancelled",
    "flag": "review",
    "close": "closed",
    "remove_line_items": "closed",
}
_VERBS = {"remove_line_items": "remove"}


class ReturnActions(ActionKind):
    """One thing done to one return."""

    refuses_in_message = True

    def judge(self, action: Action, present: Present, *, process_flagged: bool) -> Listed | None:
        now = the_return(action, present)
        state, name = now.state, action.name
        if name == "note":
            return None
        if state == PROCESSING:
            raise RuledOut("processing", "the return is being processed, by an action before this")
        if state in ENDED:
            raise RuledOut("ended", f"the return is {state}; Loop does nothing more to it")
        if state not in {"open", "review"}:
            raise RuledOut("unknown_state", f"the return is in a state not known here, '{state}'")
        if state == "review":
            _judge_flagged(name, process_flagged=process_flagged)
        if name == "remove_line_items":
            judge_removal(action, now)
        return None

    def happen(
        self, action: Action, present: Present, row: Listed | None, made: str | None
    ) -> None:
        del row, made
        if action.name in _AFTER:
            now = the_return(action, present)
            present.returns[str(action.return_id)] = replace(now, state=_AFTER[action.name])

    def request(self, actions: Sequence[Action], row: Listed | None, version: str) -> Change:
        del row, version
        action, scope = actions[0], self.endpoint.changes
        verb = _VERBS.get(action.name, action.name)
        path = self.endpoint.at(id=str(action.return_id), action=verb)
        if action.name == "remove_line_items":
            # All in one call: the first call closes the return.
            ids = sorted({one for each in actions for one in each.fields["line_item_ids"]}, key=int)
            params = {"line_item_id": ",".join(ids)}
            return Change("POST", path, scope, params=params, forbids=True)
        body = action.fields.get("details") if action.name == "process" else None
        if action.name == "note":
            body = {"content": action.fields["content"]}
        return Change("POST", path, scope, body=body)

    def is_success(self, action: Action, status: int, body: object) -> bool:
        del action, status
        return body is True

    def is_queued(self, action: Action) -> bool:
        return action.name == "process"

    def is_repeatable(self, action: Action) -> bool:
        # Loop refuses the second: a return has ended, or is flagged.
        return action.name in {"cancel", "flag", "close", "remove_line_items"}

    def was_made(
        self, action: Action, present: Present, clues: Clues, notes: Collection[Listed]
    ) -> Finding:
        if action.name == "note":
            found = created(
                notes, {"content": action.fields["content"]}, clues.before, clues.claimed
            )
            return Finding(found is not None, found)
        now = present.returns.get(str(action.return_id))
        return Finding(None if now is None else _of_return(action, now, overdue=clues.overdue))


class FraudReports(AskedAgain):
    """Reports of fraud; Loop has no list of them, takes one a return, and answers 409 to a second.

    `DELETE /returns/{id}/fraud-report` is known of a connector that was written from
    Loop's OpenAPI files.
    """

    def judge(self, action: Action, present: Present, *, process_flagged: bool) -> Listed | None:
        del process_flagged
        the_return(action, present)
        return None

    def request(self, actions: Sequence[Action], row: Listed | None, version: str) -> Change:
        del row, version
        (action,) = actions
        path = self.endpoint.at(id=str(action.return_id))
        if action.name == "delete":
            return Change("DELETE", path, self.endpoint.changes)
        body = {
            name: value
            for name, value in action.fields.items()
            if name not in {"return_id", "order_name"}
        }
        return Change("POST", path, self.endpoint.changes, body=body)

    def is_success(self, action: Action, status: int, body: object) -> bool:
        if action.name == "delete":
            return status == EMPTY or body is True or body == "Success"
        return made(body) is not None

    def is_gone(self, action: Action) -> bool | None:
        del action
        return True


def judge_removal(action: Action, now: ReturnNow) -> None:
    """Only a refund or a credit can be taken back from a return (page "Remove line items").

    Raises:
        RuledOut: its outcome is another, or it has no such line items.
    """
    parts = (now.outcome or "").split("+")
    if {"exchange", "upsell"} & set(parts):
        raise RuledOut(
            "outcome",
            f"the return's outcome is {now.outcome}; only refunds and credits can be removed",
        )
    missing = [one for one in action.fields["line_item_ids"] if one not in now.line_items]
    if missing:
        raise RuledOut("line_items", f"the return has no line item {', '.join(missing)}")


def _judge_flagged(name: str, *, process_flagged: bool) -> None:
    if name in {"flag", "cancel"}:
        raise RuledOut("flagged", f"the return is in review; Loop will not {name} it")
    if name != "close" and not process_flagged:
        raise RuledOut(
            "flagged",
            "the return is in review; set 'process_flagged' if the shop allows flagged "
            "returns to process",
        )


def _of_return(action: Action, now: ReturnNow, *, overdue: bool) -> bool | None:
    state = now.state
    if action.name == "process":
        known = {"closed": True, "cancelled": False, "expired": False}
        # Queued by Loop, it stays open, or in review, for a while.
        return known.get(state, False if overdue and state in {"open", "review"} else None)
    if action.name == "remove_line_items":
        gone = not now.line_items & set(action.fields["line_item_ids"])
        return True if gone else False if state in {"open", "review"} else None
    after = {"cancel": "cancelled", "close": "closed", "flag": "review"}[action.name]
    if action.name == "flag" and state not in {"open", "review"}:
        return None  # it may have been flagged, and resolved since
    return state == after
