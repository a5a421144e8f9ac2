"""The job that users copy: its steps, run as they are written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.warehouses import venvs

JOB = venvs.ROOT / "examples/github-actions.yml"


def test_the_job_to_copy_succeeds_step_by_step(tmp_path: Path) -> None:
    job = yaml.safe_load(JOB.read_text("utf-8"))["jobs"]["load"]
    uses = [step for step in job["steps"] if "uses" in step]
    assert uses[0]["with"]["path"] == "tap-loopreturns"
    (tmp_path / "tap-loopreturns").symlink_to(venvs.ROOT)
    python = tmp_path / "bin/python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    environ = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    said = []
    try:
        for step in job["steps"]:
            if "run" in step and not step.get("if"):
                done = run(step["run"], tmp_path, environ)
                assert done.returncode == 0, (step["name"], done.stdout, done.stderr[-3000:])
                said.append(done.stdout)
    finally:
        stop = next(step for step in job["steps"] if step.get("if") == "always()")
        assert run(stop["run"], tmp_path, environ).returncode == 0
    assert " returns with " in said[-1]


def run(commands: str, folder: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a step as its runner would."""
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", commands],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env=environ,
    )
