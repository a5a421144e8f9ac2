"""The command line, as a person meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from mock_loop import Loop
from tap_loopreturns.streams import STREAMS
from tests import programs
from tests.running import settings

ROOT = Path(__file__).parents[3]
QUIET = {name: value for name, value in os.environ.items() if not name.startswith("TAP_LOOP")}


def tap(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return programs.run("tap-loopreturns", *arguments, environ={**QUIET, **variables})


def started(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The same by an interpreter that has imported nothing yet."""
    command = [sys.executable, "-m", "tap_loopreturns", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=QUIET)


@pytest.fixture
def config(tmp_path: Path, loop: Loop) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(settings(loop)))
    return path


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--about"],
        ["--about", "--format=json"],
        ["--about", "--format=markdown"],
        ["--discover"],
    ],
)
def test_what_the_tap_is_can_be_asked_without_a_key(arguments: list[str]) -> None:
    """--version, --about and --discover need neither key nor network."""
    done = started(*arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert tap(*arguments).stdout == done.stdout


def test_about_lists_the_settings_and_no_batch() -> None:
    """--about says what can be set, and does not offer BATCH."""
    about = json.loads(tap("--about", "--format=json").stdout)
    assert "batch" not in about["capabilities"]
    assert {"api_key", "states", "pii"} <= set(about["settings"]["properties"])


def test_a_wrong_setting_is_one_line_and_exit_code_1(loop: Loop) -> None:
    """The line names the setting; no request is sent, and no traceback shown."""
    for variables in (
        {"TAP_LOOPRETURNS_PAGE_SIZE": "many"},
        {"TAP_LOOPRETURNS_STATES": '["gone"]'},
        {"TAP_LOOPRETURNS_START_DATE": "soon"},
        {"TAP_LOOPRETURNS_API_KEY": ""},
    ):
        given = {"TAP_LOOPRETURNS_API_KEY": loop.key, "TAP_LOOPRETURNS_API_URL": loop.url}
        done = tap("--config", "ENV", **{**given, **variables})
        (name,) = variables
        critical = [line for line in done.stderr.splitlines() if "CRITICAL" in line]
        assert done.returncode == 1
        assert f"'{name.removeprefix('TAP_LOOPRETURNS_').lower()}'" in critical[0]
        assert len(critical) == 1
        assert "Traceback" not in done.stderr
    assert not loop.requests


def test_files_that_cannot_be_read_are_one_line(tmp_path: Path) -> None:
    """A broken file, or a folder, is exit code 1; one that is not there 2, as for all options."""
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    for path in (broken, tmp_path):
        done = tap("--config", str(path))
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert done.stderr.count("CRITICAL") == 1
    for option in ("--config", "--state", "--catalog"):
        done = tap(option, str(tmp_path / "missing.json"))
        assert done.returncode == 2
        assert f"Invalid value for {option}" in done.stderr.replace("'", "")
        assert "missing.json" in done.stderr


@pytest.mark.parametrize("option", ["--config", "--state", "--catalog"])
@pytest.mark.parametrize("body", [b"[1]", b"5", b"{", b"\xff\xfe{}", b"", b"[" * 100_000])
def test_a_file_of_another_content_is_one_line_that_names_its_option(
    config: Path, tmp_path: Path, option: str, body: bytes
) -> None:
    """A list, a number, half an object, another encoding: no traceback, and nothing is read."""
    spoilt = tmp_path / "spoilt.json"
    spoilt.write_bytes(body)
    done = tap("--config", str(config), option, str(spoilt))
    critical = [line for line in done.stderr.splitlines() if "CRITICAL" in line]
    assert done.returncode == 1
    assert len(critical) == 1
    assert f"'{option}'" in critical[0]
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_mark_of_the_encoding_is_passed_over(config: Path) -> None:
    """Editors on Windows put one before the first brace."""
    config.write_bytes(b"\xef\xbb\xbf" + config.read_bytes())
    assert tap("--config", str(config), "--test").returncode == 0


def test_a_wrong_key_is_one_line_and_exit_code_3(config: Path, loop: Loop) -> None:
    """The line says what to do, and does not show the key."""
    loop.key = "another-key"
    done = tap("--config", str(config))
    critical = [line for line in done.stderr.splitlines() if "CRITICAL" in line]
    assert done.returncode == 3
    assert len(critical) == 1
    assert "'api_key' is wrong" in critical[0]
    assert "test-key" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_catalog_and_a_state_can_be_given(config: Path, tmp_path: Path) -> None:
    """What --discover prints is accepted by --catalog, and a STATE by --state."""
    catalog = json.loads(tap("--discover").stdout)
    for entry in catalog["streams"]:
        root = next(item for item in entry["metadata"] if not item["breadcrumb"])
        root["metadata"]["selected"] = entry["tap_stream_id"] == "returns"
    (tmp_path / "catalog.json").write_text(json.dumps(catalog))
    arguments = ("--config", str(config), "--catalog", str(tmp_path / "catalog.json"))
    messages = [json.loads(line) for line in tap(*arguments).stdout.splitlines()]
    assert {m["stream"] for m in messages if m["type"] == "RECORD"} == {"returns"}
    (tmp_path / "state.json").write_text(json.dumps(messages[-1]["value"]))
    again = tap(*arguments, "--state", str(tmp_path / "state.json"))
    assert again.returncode == 0
    assert '"RECORD"' not in again.stdout


def test_a_target_that_goes_away_is_no_traceback(config: Path) -> None:
    """Where the reader of the pipe ends, the tap says so."""
    command = [sys.executable, "-m", "tap_loopreturns", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.close()
        said = run.stderr.read().decode()
    assert run.returncode == 141
    assert "Traceback" not in said
    assert "The target has ended" in said


@pytest.mark.slow
def test_a_built_wheel_brings_the_schemas(tmp_path: Path) -> None:
    """Installed from its wheel, elsewhere, the tap discovers all streams."""
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path), "."],
        check=True, cwd=ROOT,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    elsewhere = tmp_path / "elsewhere"
    venv.create(elsewhere, system_site_packages=False, with_pip=False, symlinks=True)
    site = next(elsewhere.glob("lib/python*/site-packages"))
    subprocess.run(
        [sys.executable, "-m", "zipfile", "-e", str(wheel), str(site)], check=True, cwd=tmp_path
    )
    # The dependencies come from where the tests run; the tap itself from its wheel alone.
    here = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    (site / "dependencies.pth").write_text(str(here))
    code = (
        "import sys; sys.path = [p for p in sys.path if 'editable' not in p]\n"
        "import tap_loopreturns; print(tap_loopreturns.__file__)\n"
        "from tap_loopreturns.tap import TapLoopReturns\n"
        "print(len(TapLoopReturns(validate_config=False).catalog_dict['streams']))"
    )
    done = subprocess.run(
        [str(elsewhere / "bin" / "python"), "-c", code],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    file, streams = done.stdout.splitlines()
    assert file.startswith(str(site))
    assert int(streams) == len(STREAMS)
