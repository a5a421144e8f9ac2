"""The way into a program: SIGINT at any moment ends it without a traceback."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from loopreturns_plugin.starting import start
from mock_loop import Loop
from tests.programs import PROGRAMS

LOADING = ("click", "decimal", "asyncio", "jsonschema", "requests")
"""Modules that are loaded one after the other; Python tells of each when it is there."""
LATER = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds after all is loaded."""
MOMENTS = [
    ("singer_sdk", 0.0),
    *(pytest.param(module, 0.0, marks=pytest.mark.slow) for module in LOADING),
    *(pytest.param("loopreturns_plugin.sdk", s, marks=pytest.mark.slow) for s in LATER),
]


def interrupted(program: str, config: Path, module: str, seconds: float) -> tuple[int, str]:
    """The exit code, and what it wrote after a module was loaded, and SIGINT sent."""
    place, _, main = PROGRAMS[program].partition(":")
    code = f"from {place} import {main}; {main}()"
    with Popen(
        [sys.executable, "-X", "importtime", "-c", code, "--config", str(config)],
        stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr
        assert process.stdin
        assert any(line.rpartition("|")[2].strip() == module for line in process.stderr)
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
        process.stdin.close()
        process.wait(30)
    return process.returncode, told


@pytest.mark.parametrize(("module", "seconds"), MOMENTS)
@pytest.mark.parametrize("program", ["tap-loopreturns", "target-loopreturns"])
def test_a_ctrl_c_right_after_the_start_leaves_no_traceback(
    program: str, module: str, seconds: float, loop: Loop, tmp_path: Path
) -> None:
    """While it is loaded, before it hears signals itself, and when it has begun."""
    loop.quirks = replace(loop.quirks, latency=5.0)
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"api_url": loop.url, "api_key": loop.key}), "utf-8")
    code, told = interrupted(program, config, module, seconds)
    assert code in {-signal.SIGINT, 128 + signal.SIGINT}, told
    assert "Traceback" not in told
    assert "KeyboardInterrupt" not in told


def test_every_program_of_the_plugins_is_started_this_way() -> None:
    """Its module is light: all else is loaded when signals are taken care of."""
    plugins = [p for p in PROGRAMS.values() if p.startswith(("tap_loopreturns", "target_"))]
    assert len(plugins) == 8
    assert {place.partition(":")[0] for place in plugins} == {
        "tap_loopreturns.__main__",
        "target_loopreturns.__main__",
    }


@pytest.mark.usefixtures("sigint")
def test_what_the_program_returns_is_the_exit_code() -> None:
    """As of any main function; a signal afterwards is the exit code 130."""
    with pytest.raises(SystemExit) as left:
        start("os:getpid")
    assert left.value.code == os.getpid()
    with pytest.raises(SystemExit) as stopped:
        signal.raise_signal(signal.SIGINT)
    assert stopped.value.code == 130
