"""What actions are about, so that none overtakes another on the same thing."""

from __future__ import annotations

from typing import Any

import pytest

from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.present import Listed
from target_loopreturns.sending.subjects import Troubled
from tests.target_loopreturns.acts import act

TAG: dict[str, Any] = {"type": "product_tag", "value": " VIP"}
ROW = {"id": 5, "type": "product_tag", "value": "vip"}
PLACE: dict[str, Any] = {"type": "donate", "address": {"city": "Reno"}}


@pytest.mark.parametrize(
    ("first", "row", "then", "same"),
    [
        (act(action="note", content="a", line=4), None, act(action="flag"), True),
        (
            act(action="flag"),
            None,
            act("fraud_reports", return_id=7, category="other", comment="x"),
            True,
        ),
        (act(action="flag"), None, act(action="flag", return_id="8"), False),
        (act("blocklist_items", **TAG), None, act("blocklist_items", action="delete", **TAG), True),
        (act("blocklist_items", **TAG), None, act("allowlist_items", **TAG), False),
        (act("blocklist_items", action="delete", id=5), ROW, act("blocklist_items", **TAG), True),
        (
            act("destinations", action="update", id=5, name="B"),
            {"id": 5},
            act("destinations", action="delete", id="5"),
            True,
        ),
        (
            act("destinations", action="create", name="B", **PLACE),
            None,
            act("destinations", action="create", name="C", **PLACE),
            False,
        ),
        (
            act("carts", action="update", token="t", cart=[1]),
            None,
            act("carts", action="delete", token="t"),
            True,
        ),
        (
            act("carts", action="create", cart=[1]),
            None,
            act("carts", action="create", cart=[2]),
            False,
        ),
    ],
)
def test_the_same_thing_is_known_by_return_id_token_or_value(
    first: Action, row: Listed | None, then: Action, *, same: bool
) -> None:
    """Whichever of them the rows name; a reason tells the line."""
    troubled = Troubled()
    troubled.add(first, row)
    assert bool(troubled.cause(then, None)) is same
    assert not same or f"line {first.line}" in troubled.cause(then, None)
