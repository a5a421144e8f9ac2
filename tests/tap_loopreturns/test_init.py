"""`tap-loopreturns-init` leads from a key to a configuration that works."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from loop_returns.errors import AccessError, SettingsError
from mock_loop import ALL_SCOPES, Loop
from tap_loopreturns import init
from tap_loopreturns.streams import STREAMS
from tests.running import run_tap

ON = [stream.name for stream in STREAMS if stream.selected_by_default]


@pytest.fixture(autouse=True)
def _no_key_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(init.KEY_VARIABLE, raising=False)


def call(loop: Loop, folder: Path, *more: str, typed: str = "", **environ: str) -> Result:
    words = ["--config", str(folder / "config.json"), "--api-url", loop.url, *more]
    ran = CliRunner().invoke(init.command, words, input=typed, env=environ)
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    return ran


def written(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    return found


def test_key_and_start_are_all_it_takes(loop: Loop, tmp_path: Path) -> None:
    """What is written reads the account, and nobody else can read it."""
    ran = call(loop, tmp_path, typed=f"{loop.key}\n2026-01-01\n")
    assert written(tmp_path) == {
        "api_url": loop.url, "api_key": loop.key, "start_date": "2026-01-01",
    }  # fmt: skip
    assert (tmp_path / "config.json").stat().st_mode & 0o777 == 0o600
    assert len(run_tap(written(tmp_path)).records("returns")) == len(loop.shop.book)
    assert all(f"{name}: " in ran.stderr for name in ON)
    assert loop.key not in ran.output


def test_nothing_is_asked_where_all_is_given(loop: Loop, tmp_path: Path) -> None:
    """For a script: the key from the environment, the start as an option."""
    call(loop, tmp_path, "--start-date", "2026-02-01", **{init.KEY_VARIABLE: loop.key})
    assert written(tmp_path)["start_date"] == "2026-02-01"
    with pytest.raises(SettingsError, match="start_date"):
        call(loop, tmp_path, "--replace", "--start-date", "soon", **{init.KEY_VARIABLE: loop.key})


def test_what_cannot_be_used_is_asked_for_again(loop: Loop, tmp_path: Path) -> None:
    """With a line that says what is wrong."""
    ran = call(loop, tmp_path, typed=f"a b\n{loop.key}\nyesterday\n2026-03-01\n")
    assert written(tmp_path)["start_date"] == "2026-03-01"
    assert "Setting 'api_key' holds a space" in ran.stderr
    assert "Setting 'start_date'" in ran.stderr


def test_streams_without_a_scope_are_named_and_left_out_of_the_snippet(
    loop: Loop, tmp_path: Path
) -> None:
    """The rest is there, for Meltano, and without the key."""
    loop.scopes = ALL_SCOPES - {"Orders"}
    ran = call(loop, tmp_path, typed=f"{loop.key}\n\n")
    assert "allowlist_items: not readable, add the scope 'Orders' to the key" in ran.stderr
    text = (tmp_path / init.SNIPPET).read_text("utf-8")
    (plugin,) = yaml.safe_load(text)["plugins"]["extractors"]
    left_out = {"allowlist_items.*", "blocklist_items.*"}
    assert plugin["select"] == [f"{name}.*" for name in ON if f"{name}.*" not in left_out]
    assert {"name": "api_key", "kind": "string", "sensitive": True} in plugin["settings"]
    assert plugin["config"].keys() == {"api_url", "start_date"}
    assert loop.key not in text


def test_a_key_that_is_refused_writes_nothing(loop: Loop, tmp_path: Path) -> None:
    """Wrong, or without any scope: the same line says both."""
    with pytest.raises(AccessError, match=r"'api_key' is wrong.*Nothing was written"):
        call(loop, tmp_path, typed="another-key\n\n")
    assert list(tmp_path.iterdir()) == []


def test_a_configuration_that_is_there_is_kept(loop: Loop, tmp_path: Path) -> None:
    """Unless it is to be replaced; nothing is asked before that is known."""
    (tmp_path / "config.json").write_text("{}", "utf-8")
    with pytest.raises(SettingsError, match="there already; --replace"):
        call(loop, tmp_path)
    assert written(tmp_path) == {}
    call(loop, tmp_path, "--replace", typed=f"{loop.key}\n\n")
    assert written(tmp_path)["api_key"] == loop.key
