"""The budget of a key, as Loop may count it."""

from __future__ import annotations

from mock_loop import Quirks
from mock_loop.limits import Allowance


def test_minutes_slide_or_are_fixed() -> None:
    """A sliding minute frees one place at a time, a fixed one all at once."""
    sliding, fixed = Quirks(requests_per_minute=2), Quirks(requests_per_minute=2, counting="fixed")
    for quirks, expected in (
        (sliding, [True, True, False, True, False]),
        (fixed, [True, True, False, True, True]),
    ):
        budget = Allowance()
        taken = [budget.take(quirks, at).allowed for at in (0, 50, 59, 61, 62)]
        assert taken == expected


def test_another_integration_takes_its_part() -> None:
    """What others use of the key's budget is not there for us."""
    quirks = Quirks(requests_per_minute=10, foreign_requests_per_minute=7)
    budget = Allowance()
    assert sum(budget.take(quirks, at).allowed for at in range(10)) == 3
