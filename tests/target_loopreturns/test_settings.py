"""Settings: a wrong one is named with what it accepts, and each stands in the docs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from loop_returns.errors import SettingsError
from target_loopreturns import settings as settings_
from target_loopreturns.actions import schemas
from target_loopreturns.target import TargetLoopReturns


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "'api_key' is missing"),
        ({"api_key": "k", "aply": True}, "'aply' is not known; did you mean 'apply'?"),
        ({"api_key": "k", "apply": "yes"}, "'apply' accepts true or false"),
        ({"api_key": "k", "allow": ["cancel"]}, "'allow' accepts a list of process"),
        ({"api_key": "k", "max_actions": 0}, "'max_actions' accepts a whole number of 1"),
        ({"api_key": "k", "stream_map": {"q": "parcels"}}, "'stream_map' accepts"),
        ({"api_key": "k", "api_url": "http://loop.example"}, "'api_url' must be https"),
        ({"api_key": "k", "outcomes_format": "csv"}, "'outcomes_format' accepts"),
        ({"api_key": "k", "ledger": ""}, "'ledger' accepts the path"),
        ({"api_key": "k", "late_seconds": -1}, "'late_seconds' accepts a whole number from 0"),
        ({"api_key": "k", "hold_hours": "x"}, "'hold_hours' accepts a whole number of 0"),
        ({"api_key": "k", "stop_after_failures": "half"}, "'stop_after_failures' accepts"),
        ({"api_key": "k", "stop_after_failures": "0%"}, "'stop_after_failures' accepts"),
        ({"api_key": "k", "stop_after_failures": "101%"}, "'stop_after_failures' accepts"),
        ({"api_key": "k", "stop_after_failures": -1}, "'stop_after_failures' accepts"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_accepts(settings: dict[str, Any], says: str) -> None:
    """Checked before anything is read."""
    with pytest.raises(SettingsError, match=re.escape(says)):
        TargetLoopReturns(config=settings)


@pytest.mark.parametrize(
    ("given", "name", "meant"),
    [
        ({"apply": "true"}, "apply", True),
        ({"apply": "0"}, "apply", False),
        ({"max_actions": "5"}, "max_actions", 5),
        ({"allow": "process,delete"}, "allow", frozenset({"process", "delete"})),
        ({"allow": ""}, "allow", frozenset()),
    ],
)
def test_text_in_a_file_is_taken_for_what_it_says(
    given: dict[str, Any], name: str, meant: Any
) -> None:
    """As Meltano and shells write truth values, numbers and lists."""
    target = TargetLoopReturns(config={"api_key": "k", **given})
    assert getattr(target.settings, name) == meant


def test_the_page_about_the_target_names_every_setting_and_stream() -> None:
    """docs/target.md has each setting with its default, each kind of action, each exit code."""
    page = (Path(__file__).parents[2] / "docs" / "target.md").read_text("utf-8")
    for name, schema in settings_.CONFIG["properties"].items():
        default = schema.get("default")
        shown = default if isinstance(default, str) else json.dumps(default)
        cell = f"`{shown}`"
        if default is None:
            cell = "required" if name == "api_key" else "none"
        assert f"| `{name}` | {cell} |" in page
    for stream in schemas.KINDS:
        assert f"`{stream}`" in page
        for action in schemas.schema(stream)["properties"]["action"]["enum"]:
            assert f"`{action}`" in page
