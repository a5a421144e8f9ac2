"""Was a change made whose answer was lost? What Loop has now may tell. Pure."""

from __future__ import annotations

from collections.abc import Collection

from target_loopreturns import kinds
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.kind import Clues, Finding
from target_loopreturns.kinds.present import Listed, Present


def is_repeatable(action: Action) -> bool:
    """Whether the same request may come twice, one of them late, and nothing is done twice.

    Loop refuses the second of some (a return has ended, or is flagged; an id is gone).
    Creations and updates are carried out as often as they come.
    """
    return kinds.of(action).is_repeatable(action)


def can_tell(action: Action) -> bool:
    """Whether there is anything in Loop to look at: not for fraud reports and new carts."""
    return kinds.of(action).can_tell(action)


def was_made(
    action: Action, present: Present, clues: Clues, *, notes: Collection[Listed] = ()
) -> Finding:
    """Look for what an action should have changed (see `ActionKind.was_made`)."""
    return kinds.of(action).was_made(action, present, clues, notes)
