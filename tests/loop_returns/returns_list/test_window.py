"""A window: which state it names, and what it did not ask for."""

from __future__ import annotations

from loop_returns.returns_list.window import Window
from loop_returns.spans import Span


def test_one_state_is_named_and_three_are_not() -> None:
    """Asked without a state, Loop answers open, closed and expired returns."""
    assert Window(("open",), Span(5, 9), 4, 9).state == "open"
    assert Window(("open", "closed", "expired"), Span(5, 9), 4, 9).state is None


def test_what_wide_bounds_let_in_was_asked_for() -> None:
    """Both bounds may be included."""
    window = Window(("open",), Span(5, 9), 4, 9)
    assert [second for second in range(12) if window.excludes(second)] == [0, 1, 2, 3, 10, 11]
