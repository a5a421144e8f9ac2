"""Install each extra on each Python at hand, from an index of its own: `python -m tests.release`.

By pip, pipx and uv. A row is what ran, or what did not.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.documents import ROOT
from tests.release.index import index, upload
from tests.release.installing import EXTRAS, NAME, broken, by_pip, places, programs, run

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
ALL = EXTRAS[-1]


def pythons() -> Iterator[tuple[str, str | None]]:
    """Each version, and its interpreter where there is one."""
    for version in VERSIONS:
        kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
        yield version, str(kept[-1]) if kept else shutil.which(f"python{version}")


def by_tools(url: str, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The ways of README that need no environment of one's own."""
    tools = Path(sys.executable).parent
    for way, install in (
        ("pipx install", (str(tools / "pipx"), "install")),
        ("uv tool install", (str(tools / "uv"), "tool", "install")),
    ):
        own = folder / way.split()[0]
        failed = run(*install, f"{NAME}[{ALL}]", **places(url, own))
        yield way, [failed] if failed else broken(own / "bin", ALL)
    uvx = (str(tools / "uv"), "tool", "run", "--from")
    each = [(f"{NAME}[{ALL}]", name) for name in programs(ALL)]
    variables = places(url, folder / "uvx")
    yield (
        "uvx",
        [
            failed
            for package, name in each
            if (failed := run(*uvx, package, name, "--help", **variables))
        ],
    )


def tell(what: str, failures: list[str], count: int) -> int:
    """Print a row; 1 if something did not run."""
    print(f"{what}: {f'FAILED: {failures}' if failures else f'{count} programs ran'}", flush=True)
    return bool(failures)


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
                for extra in EXTRAS:
                    what = f"Python {version}, {extra or 'no extra'}"
                    if python:
                        said = by_pip(python, extra, url, here / f"{version}-{extra}")
                        failures += tell(what, said, len(programs(extra)))
                    else:
                        print(f"{what}: no such Python here", flush=True)
            for way, said in by_tools(url, here):
                failures += tell(f"{way}, {ALL}", said, len(programs(ALL)))
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
