"""One virtual environment for each set of requirements, made once and kept.

They stand in `.targets/` of the checkout, or where LOOP_TARGETS_CACHE says.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def cache() -> Path:
    """Where the environments are, and whatever else takes long to make."""
    folder = Path(os.environ.get("LOOP_TARGETS_CACHE") or ROOT / ".targets")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n", "utf-8")
    return folder


def environment(*requirements: str, python: str = sys.executable) -> Path:
    """The folder of the executables of an environment with these requirements.

    Raises:
        subprocess.CalledProcessError: they cannot be installed; its `stderr` says why.
    """
    version = subprocess.run(
        [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    digest = hashlib.sha256("\n".join([version, *requirements]).encode()).hexdigest()[:8]
    name = requirements[0].split("=")[0].rstrip("<>~")
    folder = cache() / f"{name}-{version}-{digest}"
    ready = folder / "ready"
    with (cache() / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, requirements, python)
            ready.touch()
    return folder / "bin"


def _make(folder: Path, requirements: tuple[str, ...], python: str) -> None:
    uv = _uv()
    if uv:
        _run([*uv, "venv", "--python", python, str(folder)])
        _run([*uv, "pip", "install", "--python", str(folder / "bin/python"), *requirements])
    else:
        _run([python, "-m", "venv", str(folder)])
        pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet"]
        _run([*pip, "--disable-pip-version-check", *requirements])


def _uv() -> list[str]:
    """How uv is called, if it is there: it does the same as pip, faster."""
    if found := shutil.which("uv"):
        return [found]
    return [sys.executable, "-m", "uv"] if importlib.util.find_spec("uv") else []


def _run(command: list[str]) -> None:
    environ = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    subprocess.run(command, check=True, capture_output=True, text=True, env=environ)
