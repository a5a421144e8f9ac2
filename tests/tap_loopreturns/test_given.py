"""Catalog and STATE as people give them: taken where they mean something, else one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from loop_returns.errors import SettingsError
from mock_loop import Loop
from tap_loopreturns import given
from tap_loopreturns.tap import TapLoopReturns
from tests.running import run_tap, settings

BOOKMARK = {"replication_key": "updated_at", "replication_key_value": "2026-11-01T00:00:00Z"}


def run(loop: Loop, folder: Path, **files: Any) -> Result:
    """The command with files of these contents as options."""
    options = ["--config", str(folder / "config.json")]
    (folder / "config.json").write_text(json.dumps(settings(loop)))
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
        options += [f"--{name}", str(folder / name)]
    return CliRunner().invoke(TapLoopReturns.cli, options)


def catalog(*selected: str, **changes: Any) -> dict[str, Any]:
    """A catalog that selects these streams; `changes` are made to the entries of streams."""
    found: dict[str, Any] = TapLoopReturns(config={"api_key": "k"}).catalog_dict
    for entry in found["streams"]:
        for one in entry["metadata"]:
            one["metadata"]["selected"] = entry["stream"] in selected
        entry.update(changes.get(entry["stream"], {}))
    return found


@pytest.mark.parametrize(
    "found",
    [
        {"bookmarks": {"returns": BOOKMARK}},
        {"type": "STATE", "value": {"bookmarks": {"returns": BOOKMARK}}},
        {"singer_state": {"bookmarks": {"returns": BOOKMARK}}},
        {"completed": {"singer_state": {"bookmarks": {"returns": BOOKMARK}}}, "partial": {}},
    ],
)
def test_a_state_is_taken_in_any_of_its_wrappings(
    loop: Loop, tmp_path: Path, found: dict[str, Any]
) -> None:
    """Bare, as a message, as `meltano state get` prints it, as Meltano keeps it."""
    ran = run(loop, tmp_path, state=found, catalog=catalog("returns"))
    assert ran.exit_code == 0, ran.output
    asked = [request.query["from"] for request in loop.requests if "list" in request.path]
    assert min(asked) >= "2026-10-31"


@pytest.mark.parametrize(
    ("found", "word"),
    [
        ({"type": "RECORD", "stream": "returns", "record": {}}, "RECORD"),
        ({"completed": {}, "partial": {"singer_state": {}}}, "meltano state get"),
        ({"api_key": "k"}, "'api_key', without bookmarks"),
        ({"bookmarks": [1]}, "'bookmarks' are none"),
        ({"bookmarks": {"webhooks": [1]}}, "webhooks"),
        ({"bookmarks": {"issues": {}, "commits": {}}}, "'issues', 'commits'"),
        ({"bookmarks": {"orders": {"replication_key": "updated_at"}}}, "are of 'orders'"),
        ({"bookmarks": {"returns": {"created_at": "2026-01-01"}}}, "returns"),
        ({"bookmarks": {"returns": "2026-01-01"}}, "returns"),
    ],
)
def test_a_state_of_something_else_is_no_silent_whole_reading(
    loop: Loop, tmp_path: Path, found: dict[str, Any], word: str
) -> None:
    """It ends the run in one line that names what it is, before anything is asked of Loop."""
    ran = run(loop, tmp_path, state=found, catalog=catalog("returns"))
    assert isinstance(ran.exception, SettingsError)
    assert "'--state'" in str(ran.exception)
    assert word in str(ran.exception)
    assert not loop.requests


def test_bookmarks_of_unknown_streams_beside_known_ones_are_kept(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    """As of a stream that a newer version has: one warning, and they stay in STATE."""
    state = {"bookmarks": {"webhooks": {"x": 1}, "later": {"x": 1}}}
    ran = run_tap(settings(loop), select=["destinations"], state=state)
    assert ran.state["bookmarks"]["later"] == {"x": 1}
    assert "unknown streams" in caplog.text


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (catalog(), "selects no stream"),
        ({"streams": []}, "selects no stream"),
        ({"streams": "returns"}, "is no Singer catalog"),
        ({}, "is no Singer catalog"),
        (catalog("returns", returns={"key_properties": ["order_id"]}), "the key order_id; it is"),
        (
            catalog("returns", returns={"replication_key": "created_at"}),
            "the replication key created_at; it is updated_at",
        ),
        (catalog("orders", orders={"replication_key": "id"}), "it has none, and is read whole"),
        (
            catalog("returns", returns={"tap_stream_id": "retruns", "stream": "retruns"}),
            "did you mean 'returns'?",
        ),
    ],
)
def test_a_catalog_that_means_nothing_here_is_no_empty_success(
    loop: Loop, tmp_path: Path, found: dict[str, Any], word: str
) -> None:
    """Nothing selected, unknown streams, other keys: one line, and nothing is asked of Loop."""
    ran = run(loop, tmp_path, catalog=found)
    assert isinstance(ran.exception, SettingsError)
    assert "'--catalog'" in str(ran.exception)
    assert word in str(ran.exception)
    assert not loop.requests


def test_a_catalog_that_names_no_keys_leaves_them(loop: Loop, tmp_path: Path) -> None:
    """Written by hand, or reduced: the table is still keyed as it must be."""
    found = catalog("webhooks", webhooks={"key_properties": []})
    for entry in found["streams"]:
        entry["metadata"][0]["metadata"].pop("table-key-properties", None)
    ran = run(loop, tmp_path, catalog=found)
    messages = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert messages[0]["key_properties"] == ["id"]


def test_an_empty_state_is_a_first_run() -> None:
    """As `echo '{}'` makes it, and as Meltano has it before the first run."""
    assert given.state_in({}) == {}
    assert given.state_in({"singer_state": {}}) == {}
