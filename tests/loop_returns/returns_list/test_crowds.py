"""An unpaged answer is whole where a longer one has come, or where it goes on beyond the crowd."""

from __future__ import annotations

from loop_returns.returns_list.crowds import Crowds
from loop_returns.returns_list.learnt import Learnt, Seen
from loop_returns.returns_list.sizing import Lane, Piece
from loop_returns.returns_list.window import Window
from loop_returns.spans import Span, Spans

OPEN = frozenset({"open"})
LANE = Lane(("open",), [])


def window(start: int, end: int, wider: int = 0) -> Window:
    return Window(("open",), Span(start, end), start - 1, end, whole=True, wider=wider)


def seen(*seconds: int) -> Seen:
    return Seen(seconds, OPEN, more=False)


def test_only_an_answer_that_is_shorter_than_another_is_whole() -> None:
    """A limit that had cut this one would have cut the other, too."""
    crowds = Crowds(Learnt(), 750)
    assert not crowds.is_whole(window(0, 9), seen(5, 4, 3))
    assert not crowds.is_whole(window(0, 9), seen(5, 4, 3))
    assert crowds.is_whole(window(0, 9), seen(5, 4))
    assert crowds.is_whole(window(0, 9), seen())


def test_an_answer_with_fewer_rows_of_a_second_than_a_page_had_is_not_whole() -> None:
    """However short it is."""
    crowds = Crowds(Learnt(is_sorted=True, descending=True, longest=2000), 750)
    crowds.around(Seen([5] * 750, OPEN, more=True, cursor=5), 5, 0)
    assert not crowds.is_whole(window(5, 6), seen(*[5] * 700))


def test_a_crowd_is_asked_for_with_more_and_more_beyond_it() -> None:
    """And read another way where even 119 days show no row beyond it."""
    crowds = Crowds(Learnt(is_sorted=True, descending=True), 2)
    one, answer = window(5, 6), seen(5, 5, 5)
    widths = []
    while not crowds.is_whole(one, answer):
        left = crowds.left(LANE, one, answer, Spans([one.span]))
        if left is None:
            break
        (piece,) = left
        assert piece == Piece(Span(5, 6), whole=True, wider=piece.wider)
        widths.append(piece.wider)
        one = window(5, 6, wider=piece.wider)
    assert widths == sorted(set(widths))
    assert 0 < len(widths) < 3
