"""The command that asks an account which way the open questions fall."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from mock_loop import Loop
from tap_loopreturns.questions import command
from tests.running import settings


def test_it_prints_a_page_for_an_issue_or_lines_of_json(loop: Loop, tmp_path: Path) -> None:
    """From the configuration of the tap; the key is not on the page."""
    file = tmp_path / "config.json"
    file.write_text(json.dumps(settings(loop)))
    done = CliRunner().invoke(command, ["--config", str(file)])
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("# Open questions about Loop's API")
    assert loop.key not in done.stdout
    done = CliRunner().invoke(command, ["--config", str(file), "--format", "json"])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"order", "cursor", "retry_after"} <= {line["name"] for line in lines}
