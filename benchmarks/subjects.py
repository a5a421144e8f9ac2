"""What is measured, each in a throwaway environment of its own, as a user installs it.

The environment of a developer will not do: packages that only tests need are found by
libraries of the tap's, and cost a second at each start.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BASELINES = Path(__file__).parent / "baselines"
DLT_GROUP = "bench-dlt"
"""The dependency group that holds dlt, which the project needs for nothing else."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An environment, and where commands are run in it."""

    name: str
    python: str
    folder: Path

    def command(self, *arguments: str) -> list[str]:
        """A command of its Python's."""
        return [self.python, *arguments]

    def tap(self, *arguments: str) -> list[str]:
        """A command of its tap's."""
        return self.command("-m", "tap_loopreturns", *arguments)


def install(folder: Path, revision: str | None = None) -> Subject:
    """Install this checkout, or a revision of it.

    Raises:
        subprocess.CalledProcessError: git does not know the revision, or it cannot be installed.
    """
    name = "today" if revision is None else "before"
    source = ROOT
    if revision is not None:
        source = folder / "source"
        source.mkdir()
        archive = subprocess.run(  # noqa: S603
            ["git", "-C", str(ROOT), "archive", revision],  # noqa: S607
            check=True,
            capture_output=True,
        )
        subprocess.run(["tar", "-x", "-C", str(source)], input=archive.stdout, check=True)  # noqa: S603, S607
    return _environment(name, folder / name, str(source), *_group("bench"))


def install_dlt(folder: Path) -> Subject:
    """Install dlt.

    Raises:
        subprocess.CalledProcessError: it cannot be installed.
    """
    return _environment("dlt", folder / "dlt", *_group(DLT_GROUP))


def _group(name: str) -> list[str]:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    found: list[str] = groups[name]
    return found


def _environment(name: str, folder: Path, *requirements: str) -> Subject:
    sys.stderr.write(f"installing {name} …\n")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)  # noqa: S603
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    constraints = [] if name == "dlt" else ["--constraint", str(ROOT / "constraints.txt")]
    subprocess.run(  # noqa: S603
        [*pip, *constraints, *requirements], check=True, capture_output=True
    )
    return Subject(name, python, folder)
