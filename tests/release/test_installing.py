"""The documents' commands that install, run as they are written, against an index of our own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.documents import blocks, page, section
from tests.release.index import index, upload
from tests.release.installing import EXTRAS, NEEDS, PROJECT, broken, places, programs
from tests.release.test_release import built, checkout

NEXT = "9.8.7"


@dataclass
class Newcomer:
    """A machine on which nothing is installed yet."""

    folder: Path
    variables: dict[str, str]

    def run(self, lines: str) -> str:
        """What lines of a document print; it must not fail."""
        done = subprocess.run(
            ["bash", "-euc", lines], cwd=self.folder, env={**os.environ, **self.variables},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def version(self, program: str) -> str:
        """What an installed program says that it is."""
        return self.run(f"{program} --version")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """This release, and the next one."""
    here = tmp_path_factory.mktemp("releases")
    source = checkout(here / "source")
    version: str = PROJECT["version"]
    found = {version: built(source, here / version)}
    project = source / "pyproject.toml"
    text = project.read_text("utf-8").replace(f'version = "{version}"', f'version = "{NEXT}"')
    project.write_text(text, "utf-8")
    return {**found, NEXT: built(source, here / NEXT)}


@pytest.fixture
def served(releases: dict[str, list[Path]], tmp_path: Path) -> Iterator[str]:
    """An index that has this release."""
    (tmp_path / "packages").mkdir()
    with index(tmp_path / "packages") as url:
        upload(url, releases[PROJECT["version"]])
        yield url


@pytest.fixture
def desk(served: str, tmp_path: Path) -> Newcomer:
    """An environment of one's own comes first on its PATH, for the commands by pip alone."""
    made = Newcomer(tmp_path, places(served, tmp_path))
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "own"], check=True)
    made.variables["PATH"] = f"{tmp_path / 'own/bin'}{os.pathsep}{made.variables['PATH']}"
    return made


def test_every_program_is_tried_and_is_in_the_documents() -> None:
    """What pyproject.toml declares is what the installs run, what README lists, and install.md."""
    declared = set(PROJECT["scripts"])
    assert set(programs(EXTRAS[-1])) == declared
    assert set(NEEDS) <= declared
    assert {extra for one in EXTRAS for extra in one.split(",") if extra} == set(
        PROJECT["optional-dependencies"]
    )
    table = section("install.md", "Programs and extras")
    assert set(re.findall(r"`([\w-]+)`", table)) >= declared | set(NEEDS.values())
    listed = re.findall(r"^\| `([\w-]+)` \|", page("README.md"), re.MULTILINE)
    assert sorted(listed) == sorted(declared)


@pytest.mark.parametrize("document", ["README.md", "install.md"])
def test_it_is_installed_as_the_documents_say(desk: Newcomer, document: str) -> None:
    """By pipx, by uv, and all of it by pip: each way, every program that it brings runs."""
    (lines,) = (one for one in blocks(page(document), "shell") if one.startswith("pipx install"))
    by_pipx, by_uv, by_pip = lines.splitlines()
    ways = {by_pipx: ("bin", ""), by_uv: ("bin", ""), by_pip: ("own/bin", "events,report")}
    for line, (place, extras) in ways.items():
        shutil.rmtree(desk.folder / "bin", ignore_errors=True)
        desk.run(line)
        assert broken(desk.folder / place, extras) == [], line


def test_a_program_is_run_once_without_installing_it(desk: Newcomer) -> None:
    """By uvx and by pipx, as install.md says."""
    for line in blocks(page("install.md"), "shell")[1].splitlines():
        assert "Usage: tap-loopreturns-init" in desk.run(f"{line} --help")


def test_it_is_upgraded_as_the_page_says(
    desk: Newcomer, served: str, releases: dict[str, list[Path]]
) -> None:
    """Each way of installing it has its way to the next version."""
    upgrades = blocks(page("upgrading.md"), "shell")[0].splitlines()
    for way, line in zip(("pipx", "uv tool", "pip"), upgrades, strict=True):
        assert line.startswith(way)
        shutil.rmtree(desk.folder / "bin", ignore_errors=True)
        shutil.rmtree(desk.folder / "packages")
        (desk.folder / "packages").mkdir()
        upload(served, releases[PROJECT["version"]])
        desk.run(f"{way} install tap-loopreturns")
        assert PROJECT["version"] in desk.version("tap-loopreturns")
        upload(served, releases[NEXT])
        # uv believes for ten minutes what an index has said.
        desk.variables["UV_CACHE_DIR"] = str(desk.folder / "cache of a later day")
        desk.run(line)
        assert NEXT in desk.version("tap-loopreturns"), line


def test_the_receiver_is_installed_as_its_page_says(desk: Newcomer) -> None:
    """In a folder of its own; here another one than the page's."""
    lines = blocks(page("events.md"), "shell")[0].replace("/opt", str(desk.folder))
    desk.run(lines)
    assert broken(desk.folder / "loopreturns-events/bin", "events") == []
