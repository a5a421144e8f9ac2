"""How taps and the program that runs them know of each other."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from loopreturns_plugin.stopping import Stopped
from mock_loop import Loop
from tap_loopreturns import supervised
from tests.running import run_tap, settings


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv(supervised.FOLDER, str(tmp_path))
    return tmp_path


def test_a_process_is_known_while_it_reads(folder: Path) -> None:
    """And no longer, so that nothing else is sent a signal."""
    with supervised.announced() as asked:
        assert (asked, supervised.processes(folder)) == (None, [os.getpid()])
    assert supervised.processes(folder) == []


def test_a_tap_that_begins_after_the_wish_to_stop_reads_nothing(folder: Path, loop: Loop) -> None:
    """Meltano may begin with the next tap of a run; it ends like one that was stopped."""
    (folder / supervised.STOP).write_text("15")
    ran = run_tap(settings(loop), fails=True)
    assert isinstance(ran.error, Stopped)
    assert ran.error.code == 143
    assert not ran.records("returns")


def test_a_run_that_ended_itself_says_that_there_is_more(folder: Path, loop: Loop) -> None:
    """`stop_after_seconds` ends it with exit code 0; one that came to its end leaves no word."""
    run_tap(settings(loop, stop_after_seconds=1000))
    assert not (folder / supervised.UNFINISHED).exists()
    ran = run_tap(
        settings(loop, stop_after_seconds=1, page_size=1),
        fails=True,
        prepare=lambda tap: setattr(tap.run, "_answered_at", time.monotonic() - 2),
    )
    assert isinstance(ran.error, Stopped)
    assert ran.error.code == 0
    assert (folder / supervised.UNFINISHED).exists()


def test_without_the_program_nothing_is_left_anywhere(
    loop: Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor where its folder is gone."""
    monkeypatch.delenv(supervised.FOLDER, raising=False)
    run_tap(settings(loop))
    monkeypatch.setenv(supervised.FOLDER, str(tmp_path / "gone"))
    run_tap(settings(loop))
    assert list(tmp_path.iterdir()) == []
