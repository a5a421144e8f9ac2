"""What could not be read, or is not believed, is told with where it is and why."""

from __future__ import annotations

import pytest

from loop_returns.errors import Incomplete
from loop_returns.returns_list.learnt import Seen
from loop_returns.returns_list.unread import Unread
from loop_returns.returns_list.window import Window
from loop_returns.spans import Span, Spans

OPEN = frozenset({"open"})
NOW = 1_800_000_000
WINDOW = Window(("open",), Span(NOW - 90_000, NOW - 80_000), NOW - 90_001, NOW - 80_000)


@pytest.fixture
def unread() -> Unread:
    return Unread({"open": Spans([(0, NOW)])})


@pytest.mark.parametrize(
    ("stray", "more", "is_strange"),
    [
        (NOW - 85_000, False, False),
        (NOW - 90_002, False, True),
        (NOW - 70_000, False, True),
        (NOW - 60, False, False),
        (NOW - 60, True, True),
    ],
)
def test_a_row_of_another_time_is_strange_unless_it_has_just_changed(
    unread: Unread, stray: int, more: bool, is_strange: bool
) -> None:
    """Loop may show a change that it made after it had found the row; not a page full of them."""
    seen = Seen([stray], OPEN, more=more)
    assert unread.is_strange(WINDOW, seen) is is_strange
    assert ("open" in unread.spans) is is_strange


def test_three_strange_answers_say_that_no_answer_can_be_believed(unread: Unread) -> None:
    """All that was asked for counts as missing."""
    seen = Seen([5], OPEN, more=False)
    assert unread.is_strange(WINDOW, seen)
    assert unread.is_strange(WINDOW, seen)
    with pytest.raises(Incomplete) as caught:
        unread.is_strange(WINDOW, seen)
    assert caught.value.spans == {"open": Spans([(0, NOW)])}


def test_a_row_without_a_date_leaves_open_what_lies_between_its_neighbours(
    unread: Unread,
) -> None:
    """In a list that is not in order, or at an end of it, the whole window."""
    seconds = [NOW - 80_001 - 10 * n for n in range(12)]
    proven = WINDOW.span
    middle = Seen(seconds, OPEN, more=False, unplaced=[("7", 3)])
    assert unread.without_date(WINDOW, middle, proven) == Spans([(seconds[3], seconds[2] + 1)])
    end = Seen(seconds, OPEN, more=False, unplaced=[("7", 12)])
    assert unread.without_date(WINDOW, end, proven) == Spans([proven])
    mixed = Seen([*seconds[6:], *seconds[:6]], OPEN, more=False, unplaced=[("7", 3)])
    assert unread.without_date(WINDOW, mixed, proven) == Spans([proven])


def test_a_state_that_no_answer_to_its_name_shows_is_missing_if_others_come(
    unread: Unread,
) -> None:
    """Where nothing else comes either, there are none."""
    unread.take_in_states("open", frozenset())
    unread.raise_if_any()
    unread.take_in_states("open", frozenset({"closed"}))
    with pytest.raises(Incomplete, match="open returns: asked for by name"):
        unread.raise_if_any()


def test_one_line_names_the_first_of_many(unread: Unread) -> None:
    """With how many more there are."""
    for _ in range(50):
        unread.add(WINDOW, "Loop answered 524")
    with pytest.raises(Incomplete, match="and 47 more") as caught:
        unread.raise_if_any()
    assert "\n" not in str(caught.value)
