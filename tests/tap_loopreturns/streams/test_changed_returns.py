"""Which returns changed, and on which days they were made."""

from __future__ import annotations

from typing import Any

import pytest

from loop_returns import times
from loop_returns.errors import SettingsError
from loop_returns.spans import Span
from loop_returns.times import DAY
from mock_loop import Loop
from tap_loopreturns.streams.changed_returns import ChangedReturns
from tap_loopreturns.streams.notices import AdvancedShippingNotices
from tap_loopreturns.tap import TapLoopReturns
from tests.running import settings

NOTICES = "advanced_shipping_notices"
BOOKMARK = {"replication_key": "created_at", "replication_key_value": "2026-11-20T00:00:00Z"}


def changed(loop: Loop, **entry: Any) -> ChangedReturns:
    state = {"bookmarks": {NOTICES: BOOKMARK | entry}}
    tap = TapLoopReturns(config=settings(loop), state=state)
    stream = tap.streams[NOTICES]
    assert isinstance(stream, AdvancedShippingNotices)
    return ChangedReturns(stream)


def day(text: str) -> int:
    return times.second(text)


OWED = {"2026-03-01": ["1", "2"], "2026-03-03": ["3"], "2026-05-01": ["4"], "2026-06-01": []}


def test_days_that_are_near_together_are_asked_for_in_one(loop: Loop) -> None:
    """Each request has a day's margin on either side, so that a gap costs less than a request."""
    found = changed(loop, owed=OWED)
    assert found.lists(most_days=100) == [
        Span(day("2026-03-01"), day("2026-03-04")),
        Span(day("2026-05-01"), day("2026-05-02")),
        Span(day("2026-06-01"), day("2026-06-02")),
    ]
    assert [days.length // DAY for days in found.lists(most_days=1)] == [1, 1, 1, 1]


def test_the_returns_of_a_day_are_known_unless_there_were_too_many(loop: Loop) -> None:
    """Then all rows of the day are taken."""
    found = changed(loop, owed=OWED)
    march, _, june = found.lists(most_days=100)
    assert found.ids(march) == {"1", "2", "3"}
    assert found.ids(june) == set()
    assert found.count == 5
    found.settle(march)
    assert found.count == 2


@pytest.mark.parametrize("entry", [{"owed": 5}, {"owed": {"soon": []}}, {"changes": [1]},
                                   {"changes": {"covered": 5}}])  # fmt: skip
def test_what_cannot_be_read_is_refused_in_one_line(loop: Loop, entry: dict[str, Any]) -> None:
    """A STATE of something else ends in no traceback."""
    with pytest.raises(SettingsError):
        changed(loop, **entry)
