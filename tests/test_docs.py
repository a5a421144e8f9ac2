"""The documents, the plugin definitions, the examples and the code say the same."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from loop_returns import errors
from mock_loop import Loop
from tap_loopreturns.streams import STREAMS
from tap_loopreturns.tap import TapLoopReturns
from target_loopreturns.settings import CONFIG as TARGET_CONFIG
from tests.documents import ROOT, blocks, page, section
from tests.running import settings
from tests.warehouses.destinations import NAMES
from tests.warehouses.destinations.base import Destination

README = page("README.md")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
REPOSITORY: str = PROJECT["project"]["urls"]["Repository"]
PLUGINS = ("tap-loopreturns", "target-loopreturns")

# What MeltanoHub's schema of extractors allows.
CAPABILITIES = {
    "properties", "catalog", "discover", "state", "about", "stream-maps", "schema-flattening",
    "activate-version", "batch", "test", "log-based", "structured-logging",
}  # fmt: skip
KINDS = {
    "string", "integer", "boolean", "array", "object", "options", "date_iso8601", "email", "file",
    "password", "oauth", "hidden",
}  # fmt: skip


def loaded(name: str) -> Any:
    """A YAML file of the checkout."""
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def of_project(name: str) -> dict[str, Any]:
    """A plugin as meltano.yml has it."""
    plugins = loaded("meltano.yml")["plugins"]
    return next(one for one in plugins["extractors"] + plugins["loaders"] if one["name"] == name)


def published() -> list[Path]:
    """The files that say where the repository is."""
    names = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/*.md", "meltano/*.yml",
             "examples/*", ".github/workflows/*", "meltano.yml")  # fmt: skip
    return [path for name in names for path in ROOT.glob(name) if path.is_file()]


def test_documents_and_definitions_are_those_of_the_code() -> None:
    """What a script writes is up to date: nobody has forgotten to run it."""
    done = subprocess.run(
        [sys.executable, "scripts/sync_docs.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", PLUGINS)
def test_meltano_knows_every_setting_and_capability(name: str) -> None:
    """meltano.yml and the plugin definition offer the same, which is what --about offers."""
    plugin, definition = of_project(name), loaded(f"meltano/{name}.yml")
    assert plugin["settings"] == definition["settings"]
    assert plugin["capabilities"] == definition["capabilities"]
    properties = TARGET_CONFIG["properties"]
    if name == "tap-loopreturns":
        about = TapLoopReturns._get_about_info()
        properties = about.settings["properties"]
        known = {one.value for one in about.capabilities}
        assert set(plugin["capabilities"]) - {"test"} == known
    assert [one["name"] for one in plugin["settings"]] == list(properties)


@pytest.mark.parametrize("name", PLUGINS)
def test_the_definitions_are_complete_for_meltanohub(name: str) -> None:
    """Every field that MeltanoHub shows is there, in words that it knows."""
    found = loaded(f"meltano/{name}.yml")
    for field in ("name", "namespace", "variant", "label", "description", "docs", "domain_url",
                  "repo", "pip_url", "executable", "logo_url", "keywords", "maintenance_status",
                  "settings_group_validation", "prereq", "next_steps", "usage"):  # fmt: skip
        assert found[field], field
    assert set(found["capabilities"]) <= CAPABILITIES
    assert found["settings_group_validation"][0] == ["api_key"]
    for setting in found["settings"]:
        assert setting["kind"] in KINDS, setting
        assert setting["label"], setting
        assert setting["description"], setting
    sensitive = {setting["name"] for setting in found["settings"] if setting.get("sensitive")}
    secrets = {"pii_hash_key", "events_store"} if name == PLUGINS[0] else {"ledger"}
    assert sensitive == {"api_key", "shops"} | secrets


def test_what_is_selected_are_the_streams_that_are_on() -> None:
    """README's command, meltano.yml and the definition name each stream that is on, and no other.

    A rule such as `!orders.*` would win over `meltano select … orders` for ever.
    """
    on = [f"{stream.name}.*" for stream in STREAMS if stream.selected_by_default]
    assert 0 < len(on) < len(STREAMS)
    assert of_project("tap-loopreturns")["select"] == on
    definition = loaded("meltano/tap-loopreturns.yml")
    assert definition["select"] == on
    for text in (README, definition["usage"]):
        (given,) = re.findall(r"config set tap-loopreturns _select '([^']*)'", text)
        assert json.loads(given) == on


def test_the_repository_has_one_address() -> None:
    """Every file names the address that pyproject.toml says, and plugins come from there."""
    owner = REPOSITORY.rsplit("/", 2)[1]
    named = 0
    for path in published():
        text = path.read_text("utf-8")
        places = re.findall(
            r"(?:githubusercontent\.com/|github\.com/|repository: )([\w.-]+)/tap-loopr", text
        )
        assert set(places) <= {owner}, path
        named += len(places)
    assert named >= 8
    for name in PLUGINS:
        found = loaded(f"meltano/{name}.yml")
        assert found["repo"] == REPOSITORY
        assert found["pip_url"] == f"git+{REPOSITORY}"
    assert f"pip_url: git+{REPOSITORY}\n" in page("target.md")


def _tested() -> dict[str, tuple[str, ...]]:
    kinds: list[type[Destination]] = [Destination]  # type: ignore[type-abstract]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    found = {one.name: one.requirements for one in kinds if hasattr(one, "requirements")}
    return {name: found[name] for name in NAMES}


def test_the_table_of_targets_has_the_versions_that_are_tested() -> None:
    """Each target of the matrix is there, with the version pinned in tests/warehouses."""
    table = page("warehouses.md").partition("<!-- targets -->")[2].partition("<!-- /targets -->")[0]
    shown = dict(re.findall(r"^\| \[([\w-]+)\]\([^)]*\) \| ([\d.]+) \|", table, re.MULTILINE))
    assert shown == {name: pins[0].partition("==")[2] for name, pins in _tested().items()}
    for name, (_, *beside) in _tested().items():
        row = next(line for line in table.splitlines() if line.startswith(f"| [{name}]"))
        for pin in beside:
            assert re.sub(r"==", " ", pin).lower().replace("duckdb<", "duckdb <") in row.lower()


def test_loaders_and_examples_pin_the_versions_that_are_tested() -> None:
    """A target that a document, meltano.yml or an example installs is the one that was tested."""
    pins = {re.split("[=<]", pin)[0]: pin for names in _tested().values() for pin in names}
    found = 0
    for path in published():
        for name, pin in pins.items():
            for version in re.findall(rf"(?<![\w-]){name}==[\d.]+", path.read_text("utf-8")):
                assert version == pin, path
                found += 1
    assert found >= 5


def test_every_exit_code_is_documented() -> None:
    """Each exit code of the errors, and that of a wrong command line, is in the table."""
    codes = {2} | {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.LoopReturnsError)
    }
    table = section("run.md", "Exit codes")
    assert {code for code in codes if not re.search(rf"\| ([\d, ]+, )?{code}[,| ]", table)} == set()
    assert len(codes) > 6
    assert "\n| 2 | " in page("target.md")


_TARGET = """
import json, sys
with open("records", "a") as records:
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "STATE":
            print(json.dumps(message["value"]))
        elif message["type"] == "RECORD" and message["stream"] == "returns":
            records.write(message["record"]["id"] + "\\n")
"""


def test_the_commands_of_the_pipe_run_as_they_are_written(loop: Loop, tmp_path: Path) -> None:
    """The first run reads all, the second what changed; that the tap fails is not hidden."""
    once, each = blocks(section("run.md", "Without Meltano"), "shell")
    (tmp_path / "config.json").write_text(json.dumps(settings(loop)), "utf-8")
    (tmp_path / "target.json").write_text("{}", "utf-8")
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for name, program in (
        ("tap-loopreturns", "from tap_loopreturns.tap import main; main()"),
        ("target-postgres", _TARGET),
    ):
        (bin_ / name).write_text(f"#!{sys.executable}\n{program}\n", "utf-8")
        (bin_ / name).chmod(0o755)
    path = f"{bin_}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}

    def run(commands: str) -> int:
        return subprocess.run(
            ["bash", "-c", commands], cwd=tmp_path, env=environ, check=False, capture_output=True
        ).returncode

    def sent() -> int:
        return len((tmp_path / "records").read_text("utf-8").splitlines())

    assert run(once) == 0
    assert run(each) == 0
    everything = sent()
    assert everything == len(loop.shop.book)
    assert run(each) == 0
    assert sent() - everything < everything / 10
    (tmp_path / "config.json").write_text('{"api_key": "", "start_date": "no date"}', "utf-8")
    assert run(each) == 1


@pytest.mark.parametrize(
    "path",
    [*sorted(ROOT.glob(".github/workflows/*")), ROOT / "examples/github-actions.yml"],
    ids=lambda path: path.name,
)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """A tag can be moved to other code; a commit cannot. One action has one commit everywhere."""
    uses = re.findall(r"uses: (\S+)(.*)", path.read_text("utf-8"))
    assert uses
    for action, comment in uses:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v[\d.]+", comment), action


def test_the_source_archive_has_what_the_documents_name() -> None:
    """Whoever unpacks it finds the files that README links to."""
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    for link in set(re.findall(r"\]\((?!http|#)([^)#]+)", README)):
        top = link.split("/")[0]
        if top != "benchmarks":  # measured apart, and too large for an archive of the source
            assert (ROOT / link).exists(), link
            assert f"/{top}" in included, link


def test_the_workflows_have_no_known_holes() -> None:
    """Zizmor's strictest look at them, without network."""
    program = Path(sys.executable).parent / "zizmor"
    done = subprocess.run(
        [str(program), "--offline", "--pedantic", "--no-progress", ".github"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_every_package_that_is_brought_has_its_licence_listed() -> None:
    """Those of both extras, too; none whose licence is not known."""
    listed = dict(
        re.findall(r"^\| ([\w.-]+) \| [^|]+ \| (.+?) \|$", page("licences.md"), re.MULTILINE)
    )
    names = {re.sub(r"[-_.]+", "-", name) for name in listed}
    wanted = PROJECT["project"]["dependencies"] + [
        one for extra in PROJECT["project"]["optional-dependencies"].values() for one in extra
    ]
    assert {re.split(r"[\[<>= ]", one)[0] for one in wanted} <= names
    assert not [name for name, said in listed.items() if said in {"", "not said"}]


def test_another_owner_changes_one_line_and_what_a_script_writes(tmp_path: Path) -> None:
    """With the owner in pyproject.toml and the script run, the placeholder is nowhere left."""
    there = tmp_path / "there"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, files.split("\0")):  # not what the demo has installed beside them
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, there / name)
    project = there / "pyproject.toml"
    line = f'Repository = "{REPOSITORY}"'
    mine = line.replace("REPO_OWNER", "acme")
    project.write_text(project.read_text("utf-8").replace(line, mine), "utf-8")
    subprocess.run(
        [sys.executable, "scripts/sync_docs.py"], cwd=there, check=True,
        env={**os.environ, "PYTHONPATH": str(there)},
    )  # fmt: skip
    left = [
        path.name
        for path in there.rglob("*")
        if path.suffix in {".md", ".yml", ".toml", ".py"}
        if "/REPO_OWNER/" in path.read_text("utf-8") or " REPO_OWNER/" in path.read_text("utf-8")
        if path.name != "test_docs.py"
    ]
    assert left == []
