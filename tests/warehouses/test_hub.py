"""The plugin definition is enough for `meltano add`, and README's settings make the tap run."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import yaml

from mock_loop.loop import Loop
from tap_loopreturns.streams import STREAMS
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


def test_one_command_adds_the_tap_and_four_settings_read_the_streams_that_are_on(
    tmp_path: Path,
) -> None:
    """README's commands as they are; no stream that is off is read until it is selected."""
    start(tmp_path, {})
    # What is released stands elsewhere; here it is this checkout.
    definition = yaml.safe_load(DEFINITION.read_text("utf-8"))
    local = tmp_path / "tap-loopreturns.yml"
    local.write_text(yaml.safe_dump(definition | {"pip_url": f"-e {venvs.ROOT}"}), "utf-8")
    given = commands(local)
    assert [words[0] for words in given] == ["add", *["config"] * 4]
    for words in given:
        done = meltano(*words, project=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    shop = account.usual(30)
    with account.served(shop) as loop:
        read, output = streams(loop, tmp_path)
        assert read == ON
        for row in meant.rows(shop, "returns"):
            assert f'"id":"{row["id"]}"' in output
        # Another stream comes to the others, and does not take their place.
        done = meltano("select", "tap-loopreturns", "orders", "*", project=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        read, _ = streams(loop, tmp_path)
        assert read == ON | {"orders"}
