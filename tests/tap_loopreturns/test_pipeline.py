"""`loopreturns-run`: a pipeline that is stopped without losing what it has loaded."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mock_loop import Loop, Quirks, Shop, serve
from tap_loopreturns.tap import TapLoopReturns
from tests.running import settings

RUN = [sys.executable, "-c", "from tap_loopreturns.pipeline import main; main()"]
LOADS = """
import sys, time
states = [line for line in sys.stdin if '"type":"STATE"' in line]
time.sleep(1)
print(states[-1])
"""
"""Writes the last STATE at the end of its input, as target-jsonl does, a second later."""


def tap_command(loop: Loop, folder: Path, **others: object) -> str:
    config = folder / "config.json"
    config.write_text(json.dumps(settings(loop, on_missing_scope="skip", **others)), "utf-8")
    return shlex.join([sys.executable, "-m", "tap_loopreturns", "--config", str(config)])


def returns_alone(folder: Path) -> Path:
    """A catalog that selects one stream."""
    catalog = TapLoopReturns(config={"api_key": "none"}).catalog_dict
    for entry in catalog["streams"]:
        (whole,) = [one for one in entry["metadata"] if not one["breadcrumb"]]
        whole["metadata"]["selected"] = entry["stream"] == "returns"
    path = folder / "catalog.json"
    path.write_text(json.dumps(catalog), "utf-8")
    return path


def piped(loop: Loop, folder: Path, **others: object) -> list[str]:
    """The tap into a program that needs a second more than the tap."""
    tap = tap_command(loop, folder, **others)
    end = shlex.join([sys.executable, "-c", LOADS])
    return ["bash", "-c", f"set -o pipefail; {tap} | {end} > {shlex.quote(str(folder / 'out'))}"]


@contextmanager
def running(
    loop: Loop, folder: Path, *options: str, **others: object
) -> Iterator[subprocess.Popen[str]]:
    """A slow pipeline, once a page is out."""
    loop.quirks = Quirks(requests_per_minute=None, latency=0.1)
    command = [*RUN, *options, *piped(loop, folder, page_size=5, **others)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 60
            while len(loop.requests) < 25 and time.monotonic() < deadline:
                time.sleep(0.02)
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_stops_the_tap_alone(loop: Loop, tmp_path: Path, number: int, code: int) -> None:
    """What loads comes to its own end, and gives the newest STATE that there is."""
    with running(loop, tmp_path) as process:
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert process.returncode == code
    assert "Stopping the tap; the target loads what it has." in said
    assert "Traceback" not in said
    state = json.loads((tmp_path / "out").read_text("utf-8"))["value"]
    assert state["bookmarks"]["returns"]["covered"]


def test_the_second_signal_goes_to_everything(loop: Loop, tmp_path: Path) -> None:
    """Whoever does not want to wait need not."""
    with running(loop, tmp_path) as process:
        process.send_signal(signal.SIGTERM)
        while "Stopping" not in (process.stderr or sys.stdin).readline():
            pass
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 143
    assert (tmp_path / "out").read_text("utf-8") == ""


def test_it_repeats_while_the_tap_ends_itself_before_all_is_out(tmp_path: Path) -> None:
    """`stop_after_seconds` cuts a long history into parts; each goes on from the one before."""
    states, state, out = tmp_path / "states", tmp_path / "state", tmp_path / "all"
    states.write_text("{}\n", "utf-8")
    with serve(Shop.seeded(40, 1), quirks=Quirks(requests_per_minute=None, latency=0.05)) as loop:
        tap = tap_command(loop, tmp_path, stop_after_seconds=1, page_size=5, concurrency=1)
        tap += f" --catalog {returns_alone(tmp_path)}"
        one = (
            f"tail -1 {states} > {state} && {tap} --state {state}"
            f" | tee -a {out} | grep STATE >> {states}"
        )
        command = [*RUN, "--repeat", "bash", "-c", one]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        made = {found.id for found in loop.shop.book}
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("The next part.") >= 1
    messages = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    rows = [m["record"] for m in messages if m["type"] == "RECORD" and m["stream"] == "returns"]
    assert {row["id"] for row in rows} == made


@pytest.mark.parametrize(("command", "code"), [("exit 3", 3), ("kill -9 $$", 137)])
def test_without_a_signal_the_exit_code_is_the_commands(command: str, code: int) -> None:
    """Whatever runs it sees what it would see without it."""
    assert subprocess.run([*RUN, "sh", "-c", command], check=False).returncode == code


def test_a_command_that_is_not_there_is_one_line() -> None:
    """As a shell says it, with its exit code."""
    done = subprocess.run([*RUN, "no-such-program"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        127,
        "loopreturns-run: no-such-program cannot be run: No such file or directory.\n",
    )
