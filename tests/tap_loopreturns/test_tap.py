"""The plugin: what it offers, what --test says, and when it may be stopped."""

from __future__ import annotations

import ctypes
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from loop_returns.errors import SettingsError
from loopreturns_plugin import config_files
from loopreturns_plugin.sdk import Config
from mock_loop import ALL_SCOPES, Loop
from tap_loopreturns import tap as tap_module
from tap_loopreturns.streams import STREAMS
from tap_loopreturns.tap import TapLoopReturns
from tests import many_shops
from tests.running import settings


def test_it_may_be_stopped_unless_it_is_writing(loop: Loop) -> None:
    """While Loop is awaited, too; but never within a message."""
    tap = TapLoopReturns(config=settings(loop))
    assert tap.may_stop
    tap.run.writer.busy = True
    assert not tap.may_stop


def test_what_it_cannot_do_is_not_offered() -> None:
    """BATCH files would be written without selection and stream maps."""
    offered = {capability.value for capability in TapLoopReturns.capabilities}
    assert "batch" not in offered
    assert offered >= {"catalog", "state", "discover", "stream-maps", "activate-version"}


def test_a_warning_about_settings_is_logged_when_the_tap_is_made(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    """And does not keep it from running."""
    TapLoopReturns(config=settings(loop, api_version="v1"))
    assert [line for line in caplog.messages if "legacy alias of 2026-07" in line]


def test_a_wrong_setting_keeps_it_from_being_made(loop: Loop) -> None:
    """Before anything is asked."""
    with pytest.raises(SettingsError, match="'page_size'"):
        TapLoopReturns(config=settings(loop, page_size=751))
    assert not loop.requests


def test_a_file_that_is_none_is_told_with_its_option(config: Path) -> None:
    """A STATE that is a list would otherwise end in a traceback of the SDK's."""
    with pytest.raises(SettingsError, match="'--state' accepts a file with a JSON object"):
        TapLoopReturns.invoke(
            state=io.StringIO("[1]"), config=Config(config_files.configuration([str(config)]))
        )


@pytest.mark.parametrize("library", [OSError, AttributeError])
def test_another_c_library_is_no_obstacle(
    monkeypatch: pytest.MonkeyPatch, library: type[Exception]
) -> None:
    """That threads share their memory saves some, and is no condition of running."""

    def load(_: object) -> Any:
        raise library

    monkeypatch.setattr(ctypes, "CDLL", load)
    tap_module._share_memory_among_threads()


@pytest.fixture
def config(tmp_path: Path, loop: Loop) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(settings(loop)))
    return path


def test_test_prints_a_line_for_each_stream(config: Path, loop: Loop) -> None:
    """--test says of each that is selected whether it is readable, or which scope to add."""
    runner = CliRunner()
    done = runner.invoke(TapLoopReturns.cli, ["--config", str(config), "--test"])
    on = {s.name for s in STREAMS if s.selected_by_default}
    lines = [f"{s.name}: {'readable' if s.name in on else 'off'}" for s in STREAMS]
    told = done.stdout.splitlines()
    assert done.exit_code == 0
    assert [one for one in told if "nothing to ask" not in one] == [
        line for line in lines if line.partition(":")[0] + ": nothing to ask" not in done.stdout
    ]
    loop.scopes = ALL_SCOPES - {"Orders", "Developer Tools"}
    done = runner.invoke(TapLoopReturns.cli, ["--config", str(config), "--test"])
    assert done.exit_code == 3
    assert "webhooks: not readable, add the scope 'Developer Tools' to the key" in done.stdout
    assert "returns: readable" in done.stdout
    assert "'Orders' for allowlist_items, blocklist_items" in done.stdout.splitlines()[-1]


def test_test_of_nothing_is_no_success(config: Path, tmp_path: Path, loop: Loop) -> None:
    """A catalog that selects nothing is refused, as by a run, and nothing is asked."""
    (tmp_path / "catalog.json").write_text('{"streams": []}')
    options = ["--config", str(config), "--test", "--catalog", str(tmp_path / "catalog.json")]
    done = CliRunner().invoke(TapLoopReturns.cli, options)
    assert "selects no stream" in str(done.exception)
    assert isinstance(done.exception, SettingsError)
    assert (done.stdout, loop.requests) == ("", [])


def test_test_judges_the_streams_of_a_catalog(config: Path, loop: Loop, tmp_path: Path) -> None:
    """Wherever it stands on the line: a key for what is selected is enough."""
    catalog = TapLoopReturns(config={"api_key": "k"}).catalog_dict
    for entry in catalog["streams"]:
        for one in entry["metadata"]:
            one["metadata"]["selected"] = entry["stream"] == "orders"
    (tmp_path / "catalog.json").write_text(json.dumps(catalog))
    loop.scopes = frozenset({"Orders"})
    options = ["--config", str(config), "--test", "--catalog", str(tmp_path / "catalog.json")]
    done = CliRunner().invoke(TapLoopReturns.cli, options)
    assert done.exit_code == 0
    assert "orders: readable" in done.stdout
    assert "returns: off" in done.stdout


def test_test_tells_the_scopes_of_each_of_many_shops(tmp_path: Path) -> None:
    """Those that its key has, and those that it lacks for what is selected; then it fails."""
    path = tmp_path / "config.json"
    with many_shops.served({"north": 5, "south": 5, "west": 5}) as loops:
        path.write_text(json.dumps(many_shops.settings(loops)))
        options = ["--config", str(path), "--test"]
        done = CliRunner().invoke(TapLoopReturns.cli, options)
        assert done.exit_code == 0
        assert len(re.findall("(?m)^.+: has the scopes .*Returns", done.stdout)) == len(loops)
        loops["south"].scopes = ALL_SCOPES - {"Orders"}
        loops["west"].key = "another"
        done = CliRunner().invoke(TapLoopReturns.cli, options)
    told = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert done.exit_code == 10
    assert "lacks" not in told["north"]
    assert "; lacks 'Orders' for " in told["south"]
    assert "the key is refused for all streams" in told["west"]
