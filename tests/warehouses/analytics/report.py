"""The report, made by its command and opened in a browser, each in an environment of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

from tests.warehouses import venvs
from tests.warehouses.analytics import browse

PROJECT = tomllib.loads((venvs.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SELENIUM = "selenium>=4.20,<5"


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `loopreturns-report` with what the extra brings."""
    python = venvs.environment(*PROJECT["optional-dependencies"]["report"]) / "python"
    return subprocess.run(
        [str(python), "-m", "loopreturns_report", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=venvs.ROOT,
    )


def browser() -> tuple[str, str] | None:
    """Chromium and its driver, where this machine has them."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    return (chromium, driver) if chromium and driver else None


def look(file: Path, pictures: Path, programs: tuple[str, str]) -> dict[str, Any]:
    """What the report shows, asks for and says in a browser."""
    python = venvs.environment(SELENIUM) / "python"
    done = subprocess.run(
        [str(python), browse.__file__, file.as_uri(), str(pictures), *programs],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found
