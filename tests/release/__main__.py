"""Install each extra on each Python at hand, from an index of its own: `python -m tests.release`.

Three ways: pip, pipx and uv, as far as they are installed. A row is what ran, or what did not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.documents import ROOT
from tests.release.index import index, upload

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
BASE = (
    "tap-loopreturns --version",
    "tap-loopreturns-init --help",
    "tap-loopreturns-verify --help",
    "target-loopreturns --version",
    "target-loopreturns-ledger --help",
    "mock-loop --help",
)
EXTRAS = {
    "": BASE,
    "events": (*BASE, "loopreturns-events --help"),
    "report": (*BASE, "loopreturns-report --help"),
    "events,report": (*BASE, "loopreturns-events --help", "loopreturns-report --help"),
}
NAME = "tap-loopreturns"


def pythons() -> Iterator[tuple[str, str | None]]:
    """Each version, and its interpreter where there is one."""
    for version in VERSIONS:
        kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
        yield version, str(kept[-1]) if kept else shutil.which(f"python{version}")


def run(*words: str, **variables: str) -> str:
    """Run a command; what it printed last if it failed, else nothing."""
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env=os.environ | variables
    )
    said = (done.stderr or done.stdout).strip().splitlines()
    return "" if done.returncode == 0 else (said[-1] if said else f"exit code {done.returncode}")


def installed(python: str, extra: str, url: str, folder: Path) -> list[str]:
    """What did not run of an install by pip."""
    wanted = f"{NAME}[{extra}]" if extra else NAME
    run(python, "-m", "venv", str(folder))
    pip = (str(folder / "bin/python"), "-m", "pip", "install", "-q", "--extra-index-url")
    if failed := run(*pip, f"{url}/simple/", wanted):
        return [failed]
    return [failed for one in EXTRAS[extra] if (failed := ran(folder / "bin", one))]


def ran(programs: Path, line: str) -> str:
    name, *words = line.split()
    return run(str(programs / name), *words)


def by_tools(url: str, folder: Path) -> Iterator[tuple[str, str]]:
    """The ways of README that need no environment of one's own."""
    simple = f"{url}/simple/"
    if uvx := shutil.which("uvx", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}"):
        words = (uvx, "--no-cache", "--index", simple, "--from", NAME)
        yield "uvx", run(*words, "tap-loopreturns-init", "--help")
        words = (uvx, "--no-cache", "--index", simple, "--from", f"{NAME}[events]")
        yield "uvx, events", run(*words, "loopreturns-events", "--help")
    if run(sys.executable, "-m", "pipx", "--version") == "":
        places = {"PIPX_HOME": str(folder / "pipx"), "PIPX_BIN_DIR": str(folder / "bin")}
        pip = f"--extra-index-url {simple}"
        words = (sys.executable, "-m", "pipx", "install", "--pip-args", pip)
        failed = run(*words, f"{NAME}[events,report]", **places)
        lines = EXTRAS["events,report"]
        yield "pipx", failed or "; ".join(filter(None, (ran(folder / "bin", one) for one in lines)))


def main() -> None:
    """Build, serve, install, run, tell."""
    failures = 0
    with TemporaryDirectory() as place:
        here = Path(place)
        (here / "packages").mkdir()
        build = (sys.executable, "-m", "build", "--no-isolation", "--outdir", str(here / "dist"))
        if failed := run(*build, str(ROOT)):
            sys.exit(failed)
        with index(here / "packages") as url:
            upload(url, sorted((here / "dist").iterdir()))
            for version, python in pythons():
                for extra, lines in EXTRAS.items():
                    what = f"Python {version}, {extra or 'no extra'}"
                    if not python:
                        print(f"{what}: no such Python here", flush=True)
                        continue
                    broken = installed(python, extra, url, here / f"{version}-{extra}")
                    failures += bool(broken)
                    told = f"FAILED: {broken}" if broken else f"{len(lines)} programs ran"
                    print(f"{what}: {told}", flush=True)
            for way, failed in by_tools(url, here):
                failures += bool(failed)
                print(f"{way}: {f'FAILED: {failed}' if failed else 'ran'}", flush=True)
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
