"""The plugin definition is enough for `meltano add`, and README's settings make the tap run."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from mock_loop import Quirks, serve
from mock_loop.loop import Loop
from tap_loopreturns.streams import STREAMS
from tests.documents import blocks, page
from tests.warehouses import account, meant, venvs
from tests.warehouses.meltano import DEFINITION, meltano, start

README = (venvs.ROOT / "README.md").read_text("utf-8")
ON = {stream.name for stream in STREAMS if stream.selected_by_default}


def commands(local: Path) -> list[list[str]]:
    """The commands that README gives for a Meltano project, with what is here filled in."""
    block = README.partition("<!-- meltano -->")[2].partition("<!-- /meltano -->")[0]
    lines = [line.strip() for line in block.splitlines() if line.strip().startswith("meltano ")]
    text = re.sub(r"https://\S+\.yml", str(local), "\n".join(lines))
    text = text.replace("YOUR-KEY", account.KEY).replace("2023-01-01", "2024-01-01")
    return [shlex.split(line)[1:] for line in text.splitlines()]


def streams(loop: Loop, project: Path) -> tuple[set[str], str]:
    """The streams that `meltano invoke` writes, and its output."""
    done = meltano(
        "invoke",
        "tap-loopreturns",
        project=project,
        environ={"TAP_LOOPRETURNS_API_URL": loop.url},
    )
    assert done.returncode == 0, done.stderr
    messages = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    return {one["stream"] for one in messages if one["type"] == "SCHEMA"}, done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """README's commands as they are; of what they add, the code is this checkout's."""
    folder = tmp_path_factory.mktemp("project")
    start(folder, {})
    # What is released stands elsewhere; here it is this checkout.
    definition = yaml.safe_load(DEFINITION.read_text("utf-8"))
    local = folder / "tap-loopreturns.yml"
    local.write_text(yaml.safe_dump(definition | {"pip_url": f"-e {venvs.ROOT}"}), "utf-8")
    given = commands(local)
    assert [words[0] for words in given] == ["add", *["config"] * 4]
    for words in given:
        called(folder, *words)
    return folder


def called(project: Path, *words: str) -> None:
    """Call Meltano, which must not fail."""
    done = meltano(*words, project=project)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_key_with_the_least_scopes_reads_what_it_may(project: Path) -> None:
    """README's commands are enough for a key that has `Returns` alone; the rest is a warning."""
    shop = account.usual(30)
    free = Quirks(requests_per_minute=None)
    with serve(shop, key=account.KEY, scopes={"Returns"}, quirks=free) as loop:
        read, output = streams(loop, project)
    # Every table is there, also those that stay empty.
    assert read == ON
    messages = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    filled = {one["stream"] for one in messages if one["type"] == "RECORD"}
    may = {one.name for one in STREAMS if one.endpoint.scope == "Returns"}
    assert {"returns", "return_line_items"} <= filled <= ON & may
    for row in meant.rows(shop, "returns"):
        assert f'"id":"{row["id"]}"' in output


def test_a_plugin_is_installed_anew_as_the_page_says(project: Path) -> None:
    """upgrading.md's command of Meltano; the settings stay, and the tap runs."""
    (line,) = (one for one in blocks(page("upgrading.md"), "shell") if one.startswith("meltano"))
    called(project, *shlex.split(line)[1:])
    with account.served(account.usual(5)) as loop:
        assert streams(loop, project)[0] == ON


def test_one_command_adds_the_tap_and_four_settings_read_the_streams_that_are_on(
    project: Path,
) -> None:
    """No stream that is off is read until it is selected."""
    shop = account.usual(30)
    with account.served(shop) as loop:
        read, output = streams(loop, project)
        assert read == ON
        for row in meant.rows(shop, "returns"):
            assert f'"id":"{row["id"]}"' in output
        # Another stream comes to the others, and does not take their place.
        called(project, "select", "tap-loopreturns", "orders", "*")
        read, _ = streams(loop, project)
        assert read == ON | {"orders"}


@pytest.mark.parametrize(
    ("document", "plugin"),
    [
        ("target.md", "target-loopreturns"),
        ("target.md", "tap-loopreturns-actions"),
        ("examples.md", "tap-loopreturns-actions"),
    ],
)
def test_the_other_plugins_are_added_as_the_pages_say(
    document: str, plugin: str, tmp_path: Path
) -> None:
    """The command's file is in the checkout, and the program that it installs runs."""
    ending = f"/meltano/{plugin}.yml {plugin}"
    (line,) = (
        line
        for block in blocks(page(document), "shell")
        for line in block.splitlines()
        if line.endswith(ending)
    )
    start(tmp_path, {})
    definition = yaml.safe_load((venvs.ROOT / f"meltano/{plugin}.yml").read_text("utf-8"))
    local = tmp_path / "definition.yml"
    local.write_text(yaml.safe_dump(definition | {"pip_url": f"-e {venvs.ROOT}"}), "utf-8")
    called(tmp_path, *shlex.split(re.sub(r"https://\S+\.yml", str(local), line))[1:])
    called(tmp_path, "invoke", plugin, "--version")
