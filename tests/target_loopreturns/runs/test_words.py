"""What a run of the target says, and when."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acting import Desk, returns, told

FLAG = {"return_id": "1", "action": "flag"}


def test_the_log_tells_what_is_done_now_from_what_was_before(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Each action is "done" when it is; the same rows again are "done before, nothing sent"."""
    caplog.set_level(logging.INFO)
    rows = [FLAG, {"return_id": "1", "action": "note", "content": "seen"}]
    desk.run(returns(*rows), apply=True)
    first, caplog_text = list(caplog.messages), caplog.text
    assert "line 2: flag return 1 (open): done" in first
    assert "line 3: note return 1 (review): done" in first
    assert any(line.startswith("2 done; 2 requests sent.") for line in first)
    assert "would be done" not in caplog_text
    caplog.clear()
    desk.run(returns(*rows), apply=True)
    assert any(line.startswith("2 done before; nothing sent.") for line in caplog.messages)
    assert not [line for line in caplog.messages if line.endswith(": done")]


def test_a_plan_tells_what_was_done_before(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """So that an empty plan is not taken for rows that were not understood."""
    desk.run(returns(FLAG), apply=True)
    desk.run(returns(FLAG))
    assert "1 done before" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_state_that_cannot_be_passed_on_is_no_wrong_setting(desk: Desk, tmp_path: Path) -> None:
    """The actions were done: exit code 7, one line, and the outcomes say so."""
    config = tmp_path / "c.json"
    config.write_text(json.dumps(desk.config(apply=True)))
    (tmp_path / "in").write_text("\n".join(returns(FLAG, state=1)))
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "target_loopreturns", "--config", str(config), "--input",
             str(tmp_path / "in")],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert ran.returncode == 7
    assert "STATE cannot be passed on" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert [row["outcome"] for row in told(tmp_path / "outcomes.jsonl")] == ["done"]
