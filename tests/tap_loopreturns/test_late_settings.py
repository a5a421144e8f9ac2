"""What is read again, and what of it is sent, is settable."""

from __future__ import annotations

import pytest

from loop_returns.errors import SettingsError
from mock_loop import Loop
from tap_loopreturns.late_settings import LATE
from tap_loopreturns.settings import CONFIG
from tests.running import run_tap, settings


def test_the_settings_of_late_changes_are_the_taps() -> None:
    """Each is a setting of the tap, with a default that docs/late-changes.md tells of."""
    names = {setting.name for setting in LATE}
    assert names <= CONFIG.to_dict()["properties"].keys()
    assert {"trailing_days", "deep_reading_days", "send_unchanged"} <= names


def test_a_word_that_is_no_choice_is_refused(loop: Loop) -> None:
    """One line that names the setting."""
    with pytest.raises(SettingsError, match="send_unchanged"):
        run_tap(settings(loop, send_unchanged="perhaps"))
