"""docs/events.md and the examples say what the receiver does."""

from __future__ import annotations

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from loopreturns_events import cli
from loopreturns_events import settings as settings_
from loopreturns_events.figures import Figures
from loopreturns_events.settings import Settings, ShopSettings
from loopreturns_events.store import StoreFigures

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = (ROOT / "docs/events.md").read_text("utf-8")
EXAMPLES = ROOT / "examples/events"


def test_every_setting_is_documented_with_its_default() -> None:
    """The table has each, and no other."""
    table = DOCUMENT.partition("## Settings")[2].partition("\n## ")[0]
    shown = dict(re.findall(r"^\| `([\w.]+)` \| `?([^|`]*?)`? \|", table, re.MULTILINE))
    meant: dict[str, Any] = {
        one.name: "required" if one.default is MISSING else str(one.default)
        for one in fields(Settings)
        if one.name != "shops"
    }
    meant |= {
        f"shops.NAME.{one.name}": "[]" if one.default == () else str(one.default) or "none"
        for one in fields(ShopSettings)
        if one.name != "name"
    }
    assert shown == meant


def test_the_example_can_be_used_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """But for the secret's file, which systemd makes."""
    (tmp_path / "secret").write_text("s3cret\n", "utf-8")
    text = (EXAMPLES / "events.toml").read_text("utf-8")
    found = tomllib.loads(re.sub(r"file:[^\"]*secret", f"file:{tmp_path}/secret", text))
    monkeypatch.setenv("EVENTS_STORE", "postgresql://somewhere/events")
    settings = settings_.check(found)
    assert settings.shops["acme"].secrets == (b"s3cret",)
    assert settings.shops["acme"].address.endswith("/hooks/acme")


def test_every_figure_is_documented() -> None:
    """Those that count, and those of the store."""
    figures = Figures()
    figures.stored = StoreFigures(1, 1, 0, 0, 1, None, {"one": 1})
    names = re.findall(r"^# TYPE loopreturns_events_(\w+) ", figures.text().decode(), re.MULTILINE)
    table = DOCUMENT.partition("## Watch it")[2].partition("\n## ")[0]
    shown = set(re.findall(r"`([a-z_]+)(?:\{\w+\})?`", table))
    assert set(names) <= shown


def test_every_command_that_is_named_exists() -> None:
    """In the document, the examples, and the unit."""
    texts = [DOCUMENT, *(path.read_text("utf-8") for path in EXAMPLES.iterdir())]
    named = re.findall(r"loopreturns-events ((?:subscriptions )?[a-z-]+) --", "\n".join(texts))
    known = set(cli.command.commands)
    known |= {f"subscriptions {name}" for name in cli.subscriptions_.commands}
    assert set(named) <= known
    assert len(set(named)) >= 5
