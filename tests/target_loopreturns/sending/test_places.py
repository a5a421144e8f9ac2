"""Where ledger and outcomes lie: out of the repository, for their owner alone."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from loop_returns.errors import SettingsError
from target_loopreturns.sending import places
from tests.acting import Desk, returns

FLAG = {"return_id": "1", "action": "flag"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository that knows nothing of the target, as the working directory."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_a_run_leaves_behind_is_no_part_of_the_project(desk: Desk, project: Path) -> None:
    """With the default places, `git status` shows nothing, and no other user reads any of it."""
    ran = desk.run(returns(FLAG), apply=True, ledger=places.LEDGER, outcomes=places.OUTCOMES)
    assert ran.results == {"done": 1}
    status = subprocess.run(
        ["git", "status", "--porcelain"], capture_output=True, text=True, check=True
    )
    assert status.stdout == ""
    assert mode(project / places.HOME) == 0o700
    assert [mode(project / own) for own in (places.LEDGER, places.OUTCOMES)] == [0o600, 0o600]


def test_a_ledger_at_the_earlier_default_goes_on_to_be_used(desk: Desk, project: Path) -> None:
    """What it knows to be done is not done again, until it is moved."""
    note = {"return_id": "1", "action": "note", "content": "once"}
    desk.run(returns(note), apply=True, ledger=places.EARLIER_LEDGER)
    desk.run(returns(note), apply=True, ledger=places.LEDGER)
    assert len(desk.changes()) == 1
    (project / places.EARLIER_LEDGER).rename(project / places.LEDGER)
    desk.run(returns(note), apply=True, ledger=places.LEDGER)
    assert len(desk.changes()) == 1


def test_a_folder_that_cannot_be_made_is_named(project: Path) -> None:
    """One line that says what to mend, before anything is asked."""
    (project / places.HOME).symlink_to("nowhere/at/all")
    with pytest.raises(SettingsError, match="cannot be made"):
        places.make_home(places.LEDGER)
