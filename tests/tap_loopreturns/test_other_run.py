"""Two runs at once of the same account are told of, in one line; a lone one says nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mock_loop import Loop
from tests.running import run_tap, settings


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder for temporary files, also of other processes."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@contextmanager
def other_process(loop: Loop, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another run of the tap, which has written its first record and waits to be read."""
    config = tmp_path / "config.json"
    config.write_text(json.dumps(settings(loop)))
    command = [sys.executable, "-m", "tap_loopreturns", "--config", str(config)]
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout
        for line in process.stdout:
            if '"RECORD"' in line:
                break
        yield process
        process.kill()


def told(loop: Loop, caplog: pytest.LogCaptureFixture, **others: Any) -> list[str]:
    """What a run says of another one."""
    caplog.clear()
    run = run_tap(settings(loop, **others), select=["returns", "return_notes"])
    assert run.records("returns")
    return [line for line in caplog.messages if "Another run" in line]


def test_another_run_is_told_of_until_it_is_gone_however_it_ends(
    loop: Loop, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """The second one names the streams that both read, and reads on; a kill leaves no lock."""
    with other_process(loop, tmp_path) as process:
        (line,) = told(loop, caplog)
        assert "is reading returns of the same account" in line
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert list(tmp_path.glob(".tap-loopreturns-*.lock"))
        assert not told(loop, caplog)


def test_workers_that_share_a_history_are_no_such_runs(
    loop: Loop, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Their stretches do not overlap."""
    with other_process(loop, tmp_path):
        assert not told(loop, caplog, end_date="2026-11-19")


def test_where_no_file_can_be_written_the_run_is_as_ever(
    loop: Loop,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """In a container without a writable disk nothing is noticed, and nothing fails."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    assert not told(loop, caplog)
