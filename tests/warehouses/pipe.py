"""The way by the command line: ``tap-loopreturns … | target-…``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.warehouses.venvs import ROOT

TAP = (sys.executable, "-m", "tap_loopreturns")


class LoadError(Exception):
    """The tap or the target failed; with the last that both have said."""


@cache
def _discovered() -> str:
    return subprocess.run(
        [*TAP, "--discover"], check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout


def catalog() -> dict[str, Any]:
    """The catalog with every stream selected, those that are off by default too."""
    found: dict[str, Any] = json.loads(_discovered())
    for stream in found["streams"]:
        for entry in stream["metadata"]:
            if entry["breadcrumb"] == []:
                entry["metadata"]["selected"] = True
    return found


def load(
    settings: Mapping[str, Any],
    target: Sequence[str],
    *,
    state: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    streams: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Load once, and return the last STATE that the target has written.

    Raises:
        LoadError: one of the two did not end well.
    """
    with tempfile.TemporaryDirectory(prefix="loop-load-") as name:
        folder = Path(name)
        given = {"config": settings, "catalog": streams or catalog()}
        if state is not None:
            given["state"] = state
        command = list(TAP)
        for what, content in given.items():
            (folder / what).write_text(json.dumps(content), "utf-8")
            command += [f"--{what}", str(folder / what)]
        with (
            (folder / "tap.err").open("w+") as tap_says,
            (folder / "target.err").open("w+") as target_says,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=tap_says, cwd=ROOT) as tap,
        ):
            done = subprocess.run(
                target,
                check=False,
                stdin=tap.stdout,
                stdout=subprocess.PIPE,
                stderr=target_says,
                env={**os.environ, **(environ or {})},
                cwd=folder,
            )
            if tap.stdout:
                tap.stdout.close()
            if tap.wait() or done.returncode:
                raise LoadError(
                    f"tap ended with {tap.returncode}, target with {done.returncode}\n"
                    f"{_end(folder / 'target.err')}\n{_end(folder / 'tap.err')}"
                )
    last: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return last


def _end(log: Path, lines: int = 15) -> str:
    return "\n".join(line[:1000] for line in log.read_text("utf-8").splitlines()[-lines:])
