"""Settings about events: a wrong one is one line that names it."""

from __future__ import annotations

from typing import Any

import pytest

from loop_returns.errors import SettingsError
from tap_loopreturns.events_settings import check_events

DEFAULTS = {
    "events_shop": "",
    "events_reader": "tap-loopreturns",
    "refresh": "dates",
    "reconcile_hours": 24,
}


def test_without_a_store_there_are_no_events() -> None:
    """Nothing else is needed, and nothing is read."""
    assert check_events(DEFAULTS) is None


def test_what_is_set_is_taken_and_the_address_is_not_shown() -> None:
    """The address of a database may hold a password."""
    given = {"events_store": "postgresql://u:secret@h/d", "events_shop": "acme"}
    found = check_events(DEFAULTS | given | {"refresh": "events", "reconcile_hours": "6"})
    assert found
    assert (found.shop, found.refresh, found.reconcile) == ("acme", True, 6 * 3600)
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"events_store": "mysql://h/d"}, "events_store"),
        ({"events_store": 7}, "events_store"),
        ({"events_store": "e.db", "events_shop": 7}, "events_shop"),
        ({"events_store": "e.db", "events_reader": "a b"}, "events_reader"),
        ({"refresh": "events"}, "events_store"),
        ({"refresh": "events", "events_store": "e.db"}, "events_shop"),
        ({"refresh": "always"}, "refresh"),
        ({"reconcile_hours": -1}, "reconcile_hours"),
    ],
)
def test_a_wrong_value_is_named(given: dict[str, Any], named: str) -> None:
    """In one line, without an address that may hold a password."""
    with pytest.raises(SettingsError) as caught:
        check_events(DEFAULTS | given)
    assert f"'{named}'" in str(caught.value)
    assert "\n" not in str(caught.value)
