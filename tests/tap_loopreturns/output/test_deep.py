"""When a list is read from its beginning, and what of that is unfinished."""

from __future__ import annotations

from typing import Any

import pytest

from loop_returns.errors import SettingsError
from loop_returns.spans import Spans
from tap_loopreturns.output.deep import DeepReading

NOW = 1_790_000_000
OUT = Spans([(NOW - 500, NOW - 100)])


def test_one_is_due_when_its_days_have_passed() -> None:
    """Never where it is switched off, and not while one is unfinished."""
    found = DeepReading(NOW - 700)
    assert found.is_due(700, NOW)
    assert not found.is_due(701, NOW)
    assert not found.is_due(0, NOW)
    assert not found.begun(OUT, NOW - 700).is_due(700, NOW)


def test_a_stream_without_one_begins_to_count_now() -> None:
    """The first reading is deep itself."""
    assert DeepReading.read({}, now=NOW) == DeepReading(NOW)


def test_an_unfinished_one_is_remembered_with_what_had_been_out() -> None:
    """The next run goes on with it, and knows what is new and what is read again."""
    begun = DeepReading(NOW - 700).begun(OUT, NOW)
    assert DeepReading.read({"deep": begun.entry()}, now=NOW + 5) == begun
    assert (begun.since, begun.out) == (NOW - 700, OUT)
    assert begun.finished() == DeepReading(NOW)


@pytest.mark.parametrize("deep", [5, [1], {"at": 1}, {"at": "soon"}, {"out": [1]}, {"out": 5}])
def test_what_is_none_is_refused_in_one_line(deep: Any) -> None:
    """A STATE of something else ends in no traceback."""
    with pytest.raises(SettingsError):
        DeepReading.read({"deep": deep}, now=NOW)
