"""What the scripts share: a virtual environment of their own, made with what Python brings."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_BIN = "Scripts" if os.name == "nt" else "bin"


class Environment:
    """A virtual environment in a folder of the checkout, made when it is first asked for."""

    def __init__(self, name: str) -> None:
        self.folder = ROOT / name
        if not (self.folder / "pyvenv.cfg").exists():
            say(f"making a virtual environment in {name}/")
            venv.create(self.folder, with_pip=True)
            # Dependency groups need a pip newer than the one that Python brings.
            self.run("python", "-m", "pip", "install", "--quiet", "--upgrade", "pip>=25.1")

    def program(self, name: str) -> str:
        """The path of one of its programs."""
        return str(self.folder / _BIN / name)

    def install(self, *what: str) -> None:
        """Install packages."""
        say(f"installing {' '.join(what)}")
        self.run("python", "-m", "pip", "install", "--quiet", *what)

    def run(self, program: str, *arguments: str, **variables: str) -> None:
        """Run one of its programs in the checkout; leave with its code where it fails."""
        paths = os.pathsep.join((str(self.folder / _BIN), os.environ.get("PATH", "")))
        environment = {**os.environ, "PATH": paths, **variables}
        code = subprocess.run(
            [self.program(program), *arguments], cwd=ROOT, env=environment, check=False
        ).returncode
        if code:
            sys.exit(code)


def say(line: str) -> None:
    """Say what is being done."""
    print(f"\n==> {line}", flush=True)
