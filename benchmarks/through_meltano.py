"""The first row of a run, through Meltano where there is one, or by the tap alone."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

from benchmarks.measure import RETURNS, Failed
from benchmarks.subjects import ROOT, Subject

_PATIENCE = 300.0
"""Seconds."""


def find() -> Path | None:
    """Meltano's command, among the environments that tests of real targets have made."""
    cache = Path(os.environ.get("LOOP_TARGETS_CACHE") or ROOT / ".targets")
    found = sorted(cache.glob("meltano-*/bin/meltano"))
    return found[-1] if found else None


def first_row(meltano: Path | None, subject: Subject, config: Path) -> float:
    """Seconds until the first row of `returns` has reached the loader.

    Raises:
        Failed: none came.
    """
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        if meltano is None:
            return _watch(subject.tap("--config", str(config)), project, None)
        seen = project / "seen"
        _write_project(project, subject, config, seen)
        command = [str(meltano), "run", "tap-loopreturns", "target-watch"]
        return _watch(command, project, seen)


def _write_project(project: Path, subject: Subject, config: Path, seen: Path) -> None:
    shipped = yaml.safe_load((ROOT / "meltano/tap-loopreturns.yml").read_text("utf-8"))
    settings = json.loads(config.read_text("utf-8"))
    tap = shipped | {"pip_url": None, "executable": "./tap.sh", "config": settings}
    target = {
        "name": "target-watch",
        "namespace": "target_watch",
        "pip_url": None,
        "executable": "./target.sh",
    }
    content = {
        "default_environment": "dev",
        "project_id": "benchmark",
        "send_anonymous_usage_stats": False,
        "environments": [{"name": "dev"}],
        "plugins": {"extractors": [tap], "loaders": [target]},
    }
    (project / "meltano.yml").write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    _script(project / "tap.sh", subject.tap())
    _script(project / "target.sh", [sys.executable, str(Path(__file__)), str(seen)])


def _script(path: Path, command: Sequence[str]) -> None:
    path.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', "utf-8")
    path.chmod(0o755)


def _watch(command: list[str], folder: Path, seen: Path | None) -> float:
    """Run a command until the first row is out, or in the file that the loader makes."""
    environ = os.environ | {"MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false"}
    began = time.monotonic()
    with (
        (folder / "log").open("w+") as log,
        subprocess.Popen(  # noqa: S603
            command,
            cwd=folder,
            env=environ,
            stdout=log if seen else subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            found = _file(process, seen) if seen else _line(process)
            seconds = time.monotonic() - began
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        if not found:
            log.seek(0)
            raise Failed(f"no row of returns came: {log.read()[-500:]}")
    return seconds


def _file(process: subprocess.Popen[bytes], seen: Path) -> bool:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None and not seen.exists():
        time.sleep(0.02)
    return seen.exists()


def _line(process: subprocess.Popen[bytes]) -> bool:
    return any(is_first(line) for line in process.stdout or ())


def is_first(line: bytes) -> bool:
    """Whether a line is a row of `returns`."""
    return b'"RECORD"' in line[:20] and any(mark in line[:80] for mark in RETURNS)


if __name__ == "__main__":  # the loader of the project
    for line in sys.stdin.buffer:
        if is_first(line):
            Path(sys.argv[1]).touch()
