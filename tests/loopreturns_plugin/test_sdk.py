"""What is private of singer-sdk, and what is made of it: environment, log, STATE."""

from __future__ import annotations

import logging

import pytest

from loop_returns.errors import LoopReturnsError
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


@pytest.mark.parametrize(
    "setting", [{"states": "open"}, {"states": "open, review"}, {"page_size": "500"}]
)
def test_text_in_a_file_is_taken_as_from_the_environment(setting: dict[str, str]) -> None:
    """The SDK's own check, which knows no such kindness, judges its own settings alone."""
    tap = TapLoopReturns(config={"api_key": "k", **setting})
    assert tap.run.settings.states[0] == "open"


@pytest.mark.parametrize(
    ("setting", "named"),
    [({"states": 5}, "'states'"), ({"stream_maps": "open"}, "['stream_maps']")],
)
def test_what_is_wrong_in_a_file_is_one_line_that_names_it(
    setting: dict[str, object], named: str
) -> None:
    """The tap's own settings and the SDK's alike."""
    with pytest.raises(LoopReturnsError) as error:
        TapLoopReturns(config={"api_key": "k", **setting})
    assert named in str(error.value)
    assert "\n" not in str(error.value)
