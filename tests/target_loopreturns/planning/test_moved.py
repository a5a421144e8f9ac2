"""What an action was planned on is told apart from what it meets now."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from target_loopreturns.kinds.present import Listed, Present, ReturnNow
from target_loopreturns.planning.moved import expected_state, moved, planned_on
from tests.target_loopreturns.acts import ITEMS, act

_RETURNS = st.none() | st.builds(
    ReturnNow,
    state=st.sampled_from(["open", "review", "closed"]),
    outcome=st.sampled_from(["refund", "exchange", None]),
    line_items=st.sampled_from([ITEMS, frozenset({"1"})]),
    total=st.sampled_from(["1.00", "2.00", None]),
)


@given(_RETURNS, _RETURNS)
def test_a_return_has_moved_where_anything_that_counts_is_otherwise(
    before: ReturnNow | None, now: ReturnNow | None
) -> None:
    """Its state, outcome, line items or total; and where nothing is, it has not."""
    flag = act(action="flag")
    told = [planned_on(flag, Present(returns={"7": one})) for one in (before, now)]
    assert bool(moved(*told)) == (before != now)


def test_what_has_moved_is_told_without_what_rows_hold() -> None:
    """A return's state with its values, an entry's row without."""
    delete = act("blocklist_items", action="delete", id="3")
    rows: list[list[Listed]] = [
        [{"id": 3, "value": one}] for one in ("a@shop.example", "b@shop.example")
    ]
    told = [planned_on(delete, Present(lists={"blocklist_items": one})) for one in rows]
    assert moved(*told) == "planned on other rows; now other rows"


def test_the_plans_own_actions_are_no_move() -> None:
    """Flagged, it is in review; processed, it may be anywhere on Loop's way to the end."""
    assert expected_state({"state": "open"}, [act(action="flag")]) == {"review"}
    assert expected_state({"state": "open"}, [act(action="process")]) == {
        "open",
        "review",
        "closed",
    }
