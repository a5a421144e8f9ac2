"""A release: built the same twice, and rehearsed from the tag to the installed package."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.documents import ROOT
from tests.release.index import index, upload

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
VERSION = "9.8.7"
ME = ("-c", "user.name=maintainers", "-c", "user.email=maintainers@localhost")


def checkout(folder: Path) -> Path:
    """The files of this checkout, committed, elsewhere."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not in a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for words in (["init", "-q"], ["add", "--all"], [*ME, "commit", "-q", "-m", "all"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


def built(source: Path, to: Path) -> list[Path]:
    """Wheel and sdist, with the tools that are installed."""
    when = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=source, capture_output=True, text=True, check=True
    ).stdout.strip()
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(to), str(source)],
        check=True, capture_output=True, env={**os.environ, "SOURCE_DATE_EPOCH": when},
    )  # fmt: skip
    return sorted(to.iterdir())


def digests(files: list[Path]) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def archives(source: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return built(source, tmp_path_factory.mktemp("dist"))


def test_whoever_builds_gets_the_same_bytes(
    source: Path, archives: list[Path], tmp_path: Path
) -> None:
    """From another folder, with files of other times and rights of the owner alone."""
    again = tmp_path / "elsewhere"
    shutil.copytree(source, again)
    for path in again.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert digests(built(again, tmp_path / "dist")) == digests(archives)
    assert {path.suffix for path in archives} == {".whl", ".gz"}


def test_the_archives_hold_what_they_should_and_nothing_else(archives: list[Path]) -> None:
    """The wheel has the packages and schemas; the sdist has tests and documents, too."""
    wheel = zipfile.ZipFile(next(path for path in archives if path.suffix == ".whl")).namelist()
    tops = {name.split("/")[0] for name in wheel}
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]
    meant = set(packages["build"]["targets"]["wheel"]["packages"])
    assert {top for top in tops if not top.endswith(".dist-info")} == meant
    assert "tap_loopreturns/schemas/returns.json" in wheel
    with tarfile.open(next(path for path in archives if path.suffix == ".gz")) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"README.md", "LICENSE", "SECURITY.md", "docs/index.md", "tests/conftest.py"} <= names
    assert not [name for name in names if ".venv" in name or name.endswith(".pyc")]


def test_the_index_is_told_all_that_it_shows(archives: list[Path]) -> None:
    """`twine check --strict`, and each field that a page of the index has."""
    subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *map(str, archives)],
        check=True, capture_output=True,
    )  # fmt: skip
    for field in ("description", "readme", "license", "keywords", "requires-python"):
        assert PROJECT[field], field
    assert set(PROJECT["urls"]) == {"Repository", "Documentation", "Changelog", "Issues"}
    versions = {f"Programming Language :: Python :: 3.{minor}" for minor in range(11, 15)}
    assert versions <= set(PROJECT["classifiers"])


def test_a_release_goes_from_the_tag_to_the_installed_package(source: Path, tmp_path: Path) -> None:
    """One command, one upload to an index of its own, and the programs of what came from it."""
    there = tmp_path / "checkout"
    shutil.copytree(source, there)
    environ = os.environ | {f"GIT_{who}_{what}": "maintainers" for who in ("AUTHOR", "COMMITTER")
                            for what in ("NAME", "EMAIL")}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "scripts/release.py", VERSION],
        cwd=there, env=environ | {"PYTHONPATH": str(there)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    tags = subprocess.run(["git", "tag"], cwd=there, capture_output=True, text=True, check=True)
    assert tags.stdout.split() == [f"v{VERSION}"]
    files = built(there, tmp_path / "dist")
    (tmp_path / "packages").mkdir()
    with index(tmp_path / "packages") as url:
        upload(url, files)
        pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--index-url", f"{url}/simple/"]
        target = ["--target", str(tmp_path / "installed"), f"tap-loopreturns=={VERSION}"]
        subprocess.run([*pip, *target], check=True, capture_output=True)
    for program in PROJECT["scripts"]:
        ran = subprocess.run(
            [sys.executable, str(tmp_path / "installed/bin" / program), "--help"],
            cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, (program, ran.stderr)
