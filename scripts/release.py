"""Make a release: `python scripts/release.py 1.2.3`.

Sets the version, dates the entry of CHANGELOG.md, holds the code against the last release, keeps
what this one promises and writes for the next (tests/upgrades/released), commits and tags. Pushing
the tag does the rest: the workflow builds, checks and publishes.

`python scripts/release.py --artefacts FOLDER`, in a checkout of the tag, is what the workflow does:
wheel, sdist, bill of materials and digests, from the tag alone.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
import venv
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import bill_of_materials
from build import ROOT, build

CHANGELOG = ROOT / "CHANGELOG.md"
PROJECT = ROOT / "pyproject.toml"


def main() -> None:
    """Make a release, or its artefacts."""
    if sys.argv[1:2] == ["--artefacts"]:
        artefacts(Path(sys.argv[2]))
    elif len(sys.argv) == 2 and re.fullmatch(r"\d+\.\d+\.\d+", sys.argv[1]):  # noqa: PLR2004
        release(sys.argv[1])
    else:
        sys.exit("Say which version: python scripts/release.py 1.2.3")


def release(version: str) -> None:
    """Commit and tag a version."""
    if git("status", "--porcelain"):
        sys.exit("The checkout has changes that are not committed; commit them first.")
    if f"v{version}" in git("tag").split():
        sys.exit(f"v{version} is released already.")
    entry = re.search(
        r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", read(CHANGELOG), re.MULTILINE | re.DOTALL
    )
    if not entry or not entry[1].strip():
        sys.exit("CHANGELOG.md has nothing under [Unreleased]; write what users get.")
    python("-m", "tests.upgrades")
    today = datetime.now(UTC).date().isoformat()
    replace(CHANGELOG, r"^## \[Unreleased\]\n", f"## [Unreleased]\n\n## [{version}] - {today}\n")
    replace(PROJECT, r'^version = "[^"]*"$', f'version = "{version}"')
    python("-m", "tests.upgrades", "--write")
    git("commit", "--all", "--message", f"Version {version}")
    git("tag", "--annotate", f"v{version}", "--message", f"Version {version}")
    print(f"Committed and tagged. To publish: git push --atomic origin HEAD v{version}")


def artefacts(folder: Path) -> None:
    """Everything that a release consists of, in a folder, and a line about each."""
    version = tomllib.loads(read(PROJECT))["project"]["version"]
    if git("describe", "--tags", "--exact-match") != f"v{version}":
        sys.exit(f"This checkout is not that of the tag v{version}.")
    if not re.search(
        rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", read(CHANGELOG), re.MULTILINE
    ):
        sys.exit(f"CHANGELOG.md has no dated entry for {version}.")
    folder.mkdir(parents=True, exist_ok=True)
    built = build(folder)
    python("-m", "twine", "check", "--strict", *map(str, built))
    wheel = next(path for path in built if path.suffix == ".whl")
    with TemporaryDirectory() as place:
        venv.create(place, with_pip=True)
        installed = f"{place}/bin/python"
        constraints = ("--constraint", str(ROOT / "constraints.txt"))
        subprocess.run(
            [installed, "-m", "pip", "install", "-q", *constraints, f"{wheel}[events,report]"],
            check=True,
        )
        bill_of_materials.bill(installed, folder / "sbom.cdx.json")
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in files]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n", "utf-8")
    print("\n".join(sums))


def read(path: Path) -> str:
    """A file's text."""
    return path.read_text("utf-8")


def replace(path: Path, pattern: str, text: str) -> None:
    """Replace the one place in a file that a pattern names."""
    new, count = re.subn(pattern, text, read(path), flags=re.MULTILINE)
    if count != 1:
        sys.exit(f"{path.name} has {count} places where one was meant: {pattern}")
    path.write_text(new, "utf-8")


def python(*words: str) -> None:
    """Run Python in the checkout; leave with its code where it fails."""
    code = subprocess.run([sys.executable, *words], cwd=ROOT, check=False).returncode
    if code:
        sys.exit(code)


def git(*words: str) -> str:
    """What git answers; leave where it fails."""
    done = subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


if __name__ == "__main__":
    main()
