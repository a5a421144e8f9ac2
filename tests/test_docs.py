"""README, meltano.yml and the code say the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import yaml

from tap_loopreturns import errors
from tap_loopreturns.options import CONFIG
from tap_loopreturns.tap import STREAMS, TapLoopReturns

ROOT = Path(__file__).parent.parent


def test_the_tables_of_the_readme_and_the_settings_of_meltano_are_those_of_the_code() -> None:
    """Settings and streams are written by a script, and nobody has forgotten to run it."""
    done = subprocess.run(
        [sys.executable, "scripts/sync_docs.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_meltano_knows_every_setting_and_capability() -> None:
    """The extractor in meltano.yml offers what --about offers."""
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    extractor = next(
        plugin for plugin in project["plugins"]["extractors"] if plugin["name"] == "tap-loopreturns"
    )
    settings = {setting["name"]: setting for setting in extractor["settings"]}
    known = {"properties": dict(CONFIG.to_dict()["properties"])}
    TapLoopReturns.append_builtin_config(known)
    assert set(settings) == set(known["properties"])
    assert settings["api_key"]["sensitive"]
    assert set(extractor["capabilities"]) - {"test"} == {
        c.value for c in TapLoopReturns.capabilities
    }
    assert {item for item in extractor["select"] if item.startswith("!")} == {
        f"!{stream.name}.*" for stream in STREAMS if not stream.selected_by_default
    }


def test_the_readme_names_every_exit_code() -> None:
    """Each exit code of the errors is in README's table."""
    readme = (ROOT / "README.md").read_text()
    codes = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.LoopReturnsError)
    }
    assert {
        code for code in codes if not re.search(rf"\| ([\d, ]+, )?{code}[,| ]", readme)
    } == set()
    assert len(codes) > 5
