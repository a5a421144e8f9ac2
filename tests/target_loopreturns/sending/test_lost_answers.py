"""What may be asked for again after a lost answer, and what is looked for first."""

from __future__ import annotations

import pytest

from target_loopreturns.actions.action import Action
from target_loopreturns.sending import lost_answers
from tests.target_loopreturns.acts import act

REPORT = act("fraud_reports", return_id="7", category="item-is-worn")


@pytest.mark.parametrize(
    ("action", "repeatable", "tells"),
    [
        (act(action="cancel"), True, True),
        (act(action="process"), False, True),
        (act(action="note", content="a"), False, True),
        (REPORT, True, False),
        (act("blocklist_items", action="delete", id=3), True, True),
        (act("blocklist_items", type="order", value="#1"), False, True),
        (act("destinations", action="update", id=3, name="A"), False, True),
        (act("carts", action="create", cart=[1]), False, False),
        (act("carts", action="delete", token="a"), True, True),
    ],
)
def test_only_what_loop_does_once_is_repeated_at_once(
    action: Action, *, repeatable: bool, tells: bool
) -> None:
    """What Loop would do twice waits until the first request cannot come any more."""
    assert lost_answers.is_repeatable(action) is repeatable
    assert lost_answers.can_tell(action) is tells
