"""The way through Meltano: ``meltano run tap-loopreturns target-…`` in a project of its own."""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.warehouses import pipe, venvs

MELTANO = "meltano==4.4.1"
MELTANO_S3 = MELTANO.replace("=", "[s3]=", 1)
"""With what keeps STATE in an object store."""
DEFINITION = venvs.ROOT / "meltano" / "tap-loopreturns.yml"


def meltano(
    *arguments: str,
    project: Path,
    environ: Mapping[str, str] | None = None,
    requirement: str = MELTANO,
) -> subprocess.CompletedProcess[str]:
    """Call Meltano in a project; the tap under test and its Python come first on PATH."""
    bin_ = venvs.environment(requirement)
    paths = [str(bin_), str(Path(sys.executable).parent), os.environ["PATH"]]
    return subprocess.run(
        [bin_ / "meltano", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=project,
        env={
            **os.environ,
            "PATH": os.pathsep.join(paths),
            "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
            "NO_COLOR": "1",
            "COLUMNS": "300",
            **(environ or {}),
        },
    )


def definition() -> dict[str, Any]:
    """The plugin definition that is shipped, with this checkout's tap in place of a release."""
    found: dict[str, Any] = yaml.safe_load(DEFINITION.read_text("utf-8"))
    return {**found, "pip_url": None, "executable": "bin/tap-loopreturns"}


def script(path: Path, *command: str) -> None:
    """An executable that is this command: what is made elsewhere is not installed again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', "utf-8")
    path.chmod(0o755)


def start(project: Path, plugins: Mapping[str, Any], more: Mapping[str, Any] | None = None) -> None:
    """Write a project with these plugins, none of which Meltano has to install."""
    project.mkdir(parents=True, exist_ok=True)
    content = {
        "requires_meltano": ">=4.4,<5",
        "default_environment": "dev",
        "project_id": "tap-loopreturns-test",
        "send_anonymous_usage_stats": False,
        "environments": [{"name": "dev"}],
        "plugins": plugins,
        **(more or {}),
    }
    (project / "meltano.yml").write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    tap = f'cd {shlex.quote(str(venvs.ROOT))} && exec {shlex.join(pipe.TAP)} "$@"'
    script(project / "bin/tap-loopreturns", "/bin/sh", "-c", tap, "tap-loopreturns")


class Project:
    """A Meltano project with the tap and one loader; `load` runs it once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = ""
        """What the last run has said."""

    def load(
        self,
        settings: Mapping[str, Any],
        target: Sequence[str],
        *,
        state: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Load once; STATE is kept by Meltano, which is asked for it afterwards.

        Raises:
            LoadError: the run failed.
        """
        del state
        at = target.index("--config")  # which Meltano gives to the loader itself
        loader = {
            "name": "target-under-test",
            "namespace": "target_under_test",
            "executable": "bin/target",
            "config": json.loads(Path(target[at + 1]).read_text("utf-8")),
            "env": dict(environ or {}),
        }
        tap = definition() | {"config": dict(settings), "select": ["*.*"]}
        start(self.folder, {"extractors": [tap], "loaders": [loader]})
        script(self.folder / "bin/target", *target[:at], *target[at + 2 :])
        done = meltano("run", "tap-loopreturns", "target-under-test", project=self.folder)
        self.log = done.stdout + done.stderr
        if done.returncode:
            raise pipe.LoadError(self.log[-3000:])
        return self.state()

    def state(self) -> dict[str, Any]:
        """What Meltano has remembered."""
        with sqlite3.connect(self.folder / ".meltano/meltano.db") as database:
            ((text,),) = database.execute("select completed_state from state").fetchall()
        found: dict[str, Any] = json.loads(text)["singer_state"]
        return found
