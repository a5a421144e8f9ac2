"""What a run could not read is told at its end, with the exit code that the table says."""

from __future__ import annotations

import pytest

from loop_returns.errors import (
    Incomplete,
    LoopRefused,
    LoopReturnsError,
    LoopUnavailable,
    Redirected,
    UncleanRecord,
    UnexpectedAnswer,
)
from tap_loopreturns.missing import Missing


def ended(*errors: LoopReturnsError) -> LoopReturnsError:
    missing = Missing()
    for number, error in enumerate(errors):
        missing.add(f"stream{number}", error, answered=number)
    with pytest.raises(LoopReturnsError) as caught:
        missing.raise_if_any()
    return caught.value


def test_a_lone_failure_ends_the_run_as_it_is() -> None:
    """With its own kind and exit code."""
    assert ended(error := UnexpectedAnswer("not a list")) is error


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([LoopUnavailable("a"), LoopUnavailable("b")], 4),
        ([LoopRefused("a", status=404), LoopRefused("b", status=422)], 5),
        ([UnexpectedAnswer("a"), UncleanRecord("b")], 6),
        ([LoopUnavailable("a"), LoopRefused("b", status=404)], 6),
    ],
)
def test_several_failures_are_named_by_stream(errors: list[LoopReturnsError], code: int) -> None:
    """Their exit code is the one that they share, else 6: some could not be read."""
    end = ended(*errors)
    assert isinstance(end, Incomplete)
    assert end.exit_code == code
    assert str(end) == "stream0: a stream1: b"


def test_where_nothing_is_missing_nothing_is_raised() -> None:
    """A sound run ends well."""
    missing = Missing()
    missing.raise_if_any()
    assert not missing


def test_what_concerns_all_streams_is_not_put_off() -> None:
    """A second outage with no answer since the first; Loop at another address."""
    missing = Missing()
    missing.add("one", LoopUnavailable("down"), answered=5)
    with pytest.raises(LoopUnavailable, match="still down"):
        missing.add("two", LoopUnavailable("still down"), answered=5)
    with pytest.raises(Redirected):
        missing.add("three", Redirected("elsewhere"), answered=9)
