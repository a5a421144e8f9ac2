"""The ways to install a release, and the programs that each brings."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.documents import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NAME: str = PROJECT["name"]
NEEDS = {"loopreturns-events": "events", "loopreturns-report": "report"}
"""The extra without which a program only says that it is missing."""
EXTRAS = ("", "events", "postgres", "report", "events,report,postgres")


def programs(extra: str) -> list[str]:
    """The programs that run with these extras: all of pyproject.toml that need no other."""
    given = {"", *extra.split(",")}
    return [name for name in PROJECT["scripts"] if NEEDS.get(name, "") in given]


def run(*words: str, **variables: str) -> str:
    """Run a command; what it printed last if it failed, else nothing."""
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env=os.environ | variables
    )
    said = (done.stderr or done.stdout).strip().splitlines()
    return "" if done.returncode == 0 else (said[-1] if said else f"exit code {done.returncode}")


def broken(folder: Path, extra: str) -> list[str]:
    """What the programs in a folder said that did not run."""
    each = (run(str(folder / name), "--help") for name in programs(extra))
    return [said for said in each if said]


def by_pip(python: str, extra: str, url: str, folder: Path) -> list[str]:
    """What did not run of an install by pip into an environment of its own."""
    run(python, "-m", "venv", str(folder))
    pip = (str(folder / "bin/python"), "-m", "pip", "install", "-q", "--extra-index-url")
    if failed := run(*pip, f"{url}/simple/", f"{NAME}[{extra}]" if extra else NAME):
        return [failed]
    return broken(folder / "bin", extra)


def places(url: str, folder: Path) -> dict[str, str]:
    """Variables by which pip, pipx and uv take packages from an index, and install in a folder."""
    simple = f"{url}/simple/"
    bin_ = str(folder / "bin")
    return {
        "PIP_EXTRA_INDEX_URL": simple,
        "UV_INDEX": simple,
        "PIPX_HOME": str(folder / "pipx"),
        "PIPX_BIN_DIR": bin_,
        "UV_TOOL_DIR": str(folder / "uv"),
        "UV_TOOL_BIN_DIR": bin_,
        "UV_CACHE_DIR": str(folder / "cache"),
        "PATH": os.pathsep.join((bin_, str(Path(sys.executable).parent), os.environ["PATH"])),
    }
