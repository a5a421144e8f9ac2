"""What must not be done of an approved plan. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from target_loopreturns.actions.action import Action
from target_loopreturns.actions.outcomes import Outcome
from target_loopreturns.planning import moved
from target_loopreturns.planning.plan_file import Approved

Key = tuple[str, str]


def withheld(
    approved: Approved, met: Mapping[Key, moved.Met], sent: Collection[Key]
) -> dict[Key, Outcome]:
    """What was not to be done, or whose thing is otherwise than when it was planned.

    Args:
        approved: The plan.
        met: What each action that is left meets now, by its key.
        sent: Actions that are done, by requests; those of this plan have moved things themselves.
    """
    done: dict[str, list[Action]] = {}
    for action in approved.actions:
        if action.key in sent:
            done.setdefault(_thing(action), []).append(action)
    found = {}
    for action in approved.actions:
        if action.key not in met:
            continue
        verdict = approved.verdicts[action.key]
        before, own = approved.met[action.key], done.get(_thing(action), ())
        if verdict.result != "planned":
            found[action.key] = verdict
        elif change := _change(action, before, met[action.key], own):
            found[action.key] = Outcome("refused", change, "moved")
    return found


def _change(action: Action, before: moved.Met, now: moved.Met, own: Collection[Action]) -> str:
    """What has moved, beside what the plan itself has done to the same thing."""
    change = moved.moved(before, now)
    if not own or not change:
        return change
    if not action.return_id:
        return ""  # what is left of an earlier row's change is not told apart here
    return "" if now.get("state") in moved.expected_state(before, own) else change


def _thing(action: Action) -> str:
    return action.return_id or action.stream
