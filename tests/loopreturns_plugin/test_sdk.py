"""What is private of singer-sdk, and what is made of it: environment, log, STATE."""

from __future__ import annotations

import logging

import pytest

from loopreturns_plugin.sdk import keep_calm, read_environment
from tap_loopreturns.settings import CONFIG
from tap_loopreturns.tap import TapLoopReturns

KNOWN = CONFIG.to_dict()["properties"]


def test_every_setting_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them is left out."""
    for name in KNOWN:
        monkeypatch.setenv(f"TAP_LOOPRETURNS_{name.upper()}", "5")
    assert set(read_environment(KNOWN, "TAP_LOOPRETURNS_")) == set(KNOWN)


def test_a_number_in_the_environment_that_is_none_is_passed_on_as_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The settings' own check says what is wrong; the SDK would end in a traceback."""
    monkeypatch.setenv("TAP_LOOPRETURNS_PAGE_SIZE", "many")
    monkeypatch.setenv("TAP_LOOPRETURNS_PII", "drop")
    assert read_environment(KNOWN, "TAP_LOOPRETURNS_") == {"page_size": "many", "pii": "drop"}


def test_the_sdks_repeated_lines_are_passed_over_unless_debugging(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What the plugins say better is left out, everything else is there, once however often set."""
    calm = logging.getLogger("test-calm")
    calm.setLevel(logging.INFO)
    keep_calm(calm)
    keep_calm(calm)
    calm.info("Beginning sync of %s", "returns")
    calm.info("Something that nobody knows")
    debugging = logging.getLogger("test-debugging")
    debugging.setLevel(logging.DEBUG)
    keep_calm(debugging)
    debugging.info("Beginning sync of %s", "returns")
    assert caplog.messages == ["Something that nobody knows", "Beginning sync of returns"]
    assert len(calm.filters) == 1


def test_the_sdks_first_lines_are_passed_over_too(caplog: pytest.LogCaptureFixture) -> None:
    """It tells of the environment before it checks the settings."""
    caplog.set_level(logging.INFO)
    TapLoopReturns(config={"api_key": "k"})
    assert not [line for line in caplog.messages if "env var" in line]
