"""What answers teach: an order counts only where the page's own cursor agrees with it."""

from __future__ import annotations

import pytest

from loop_returns.returns_list.learnt import Learnt, Seen

OPEN = frozenset({"open"})


@pytest.mark.parametrize(
    ("seconds", "cursor", "known"),
    [
        ([9, 7, 5], 5, True),
        ([5, 7, 9], 9, True),
        ([9, 5, 7], 7, False),
        ([9, 7, 5], None, False),
        ([9, 7, 5], 7, False),
        ([5, 5, 5], 5, False),
    ],
)
def test_a_page_is_sorted_only_where_its_cursor_and_all_rows_say_so(
    seconds: list[int], cursor: int | None, known: bool
) -> None:
    """Rows of one second say nothing of the direction."""
    assert Learnt().order_by(Seen(seconds, OPEN, more=True, cursor=cursor)) is known


def test_a_list_that_was_once_out_of_order_is_never_taken_for_sorted_again() -> None:
    """Nor is one that turns round."""
    learnt = Learnt()
    assert learnt.order_by(Seen([9, 7], OPEN, more=True, cursor=7))
    assert not learnt.order_by(Seen([7, 9], OPEN, more=True, cursor=9))
    assert not learnt.order_by(Seen([5, 3], OPEN, more=True, cursor=3))
