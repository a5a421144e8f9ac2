"""`meltano run` into a real PostgreSQL, interrupted at random seconds: what is read again?

SIGINT goes to the whole session, as from a terminal; SIGTERM to Meltano alone, as from a
supervisor; `kill -9` to everything, as a machine that is lost. With `loopreturns-run`, the
first two go to that. Between the interruptions the account goes on changing. At the end one
run is let be, and the tables are compared.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from mock_loop import Loop, Quirks, Shop, clock, serve
from tests.proofs.kills import STREAMS, _change, _count, _differences, _members
from tests.warehouses import meltano, pipe, venvs
from tests.warehouses.destinations import Destination, destination
from tests.warehouses.postgres_server import postgres

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
_RUN = ("tap-loopreturns", "target-under-test")
_RUNS = "from tap_loopreturns.pipeline import main; main()"
_GENTLY = (sys.executable, "-c", _RUNS, "--repeat")
_LOADED = 60.0  # seconds to wait for what Meltano leaves behind


@dataclass
class Interruptions:
    """What came of the interruptions."""

    target: str = ""
    interrupted: Counter[str] = field(default_factory=Counter)
    ended_before: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    """How often STATE had moved when the run was over, by signal."""
    rows: int = 0
    sent: int = 0
    differences: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        again = (self.sent - self.rows) / self.rows if self.rows else 0
        each = ", ".join(
            f"{count} {name} (STATE kept after {self.kept[name]})"
            for name, count in sorted(self.interrupted.items())
        )
        return (
            f"{self.interrupted.total()} interruptions through Meltano into {self.target}: {each}; "
            f"{self.ended_before} runs ended before; Loop sent {self.sent:,} returns where "
            f"{self.rows:,} were new or changed: {again:.1%} again; "
            f"{len(self.differences)} differences; {self.seconds:.0f} s"
        )


@dataclass(frozen=True)
class Way:
    """How the tap and the target are set, and when a run is interrupted."""

    target: str = "target-postgres"
    tap: dict[str, Any] = field(default_factory=dict)
    loader: dict[str, Any] = field(default_factory=dict)
    returns: int = 5000
    latency: float = 0.08
    soonest: float = 1.0
    """Seconds from the first returns that Loop sends."""
    latest: float = 14.0
    signals: tuple[signal.Signals, ...] = SIGNALS
    every_minutes: float | None = None
    """For targets of the SDK: empty what they hold so often; they do each 5 minutes."""
    gently: bool = False
    """By `loopreturns-run`, again while `stop_after_seconds` ends a run."""


def interrupted(count: int, way: Way, *, seed: int = 1) -> Interruptions:
    """Interrupt so many runs; then let one be, and compare."""
    began, rng = time.monotonic(), Random(seed)
    result = Interruptions(way.target)
    now = int(time.time())
    shop = Shop.seeded(
        way.returns,
        rng.randrange(1000),
        clock.millis(now - 900 * clock.DAY),
        clock.millis(now - clock.DAY),
    )
    slow = Quirks(requests_per_minute=None, latency=way.latency)
    with (
        tempfile.TemporaryDirectory(prefix="loop-interrupted-") as name,
        postgres() as server,
        serve(shop, quirks=slow) as loop,
    ):
        seen = _count(loop)
        to = destination(way.target, Path(name) / "destination", server)
        to.began()
        project = _project(Path(name) / "project", loop, to, way)
        while result.interrupted.total() < count:
            _interrupt(result, project, rng, way, seen)
            _change(shop, seed=result.interrupted.total() + result.ended_before)
        loop.quirks = Quirks(requests_per_minute=None)
        time.sleep(1.1)  # a run ends with the last whole second
        for _ in range(100):
            done = meltano.meltano("run", *_RUN, "--force", project=project)
            if done.returncode:
                result.differences.append(
                    f"a last run failed: {(done.stdout + done.stderr)[-500:]}"
                )
            if done.returncode or "stop_after_seconds" not in done.stdout + done.stderr:
                break
        result.rows, result.sent = len(seen), sum(seen.values())
        result.differences += _differences(shop, to)
    result.seconds = time.monotonic() - began
    return result


def _project(folder: Path, loop: Loop, to: Destination, way: Way) -> Path:
    executable, _, config = to.command
    tap = meltano.definition() | {
        "config": {
            "api_key": loop.key,
            "api_url": loop.url,
            "start_date": clock.naive(int(time.time()) - 1000 * clock.DAY),
            "requests_per_minute": 100_000,
            "page_size": 40,
            "concurrency": 2,
            **way.tap,
        },
        "select": [f"{stream}.*" for stream in STREAMS],
        "catalog": "catalog.json",  # Meltano would discover in each run, and be killed in that
    }
    loader = {
        "name": "target-under-test",
        "namespace": "target_under_test",
        "executable": "bin/target",
        "config": json.loads(Path(config).read_text("utf-8")) | way.loader,
        "env": dict(to.environ),
    }
    meltano.start(folder, {"extractors": [tap], "loaders": [loader]})
    discover = [*pipe.TAP, "--discover"]
    found = subprocess.run(discover, check=True, capture_output=True, text=True, cwd=venvs.ROOT)
    (folder / "catalog.json").write_text(found.stdout, "utf-8")
    if way.every_minutes is None:
        meltano.script(folder / "bin/target", executable)
    else:
        python = str(Path(executable).parent / "python")
        example = venvs.ROOT / "examples/target_postgres_often.py"
        meltano.script(folder / "bin/target", python, str(example), str(way.every_minutes))
    return folder


def _interrupt(
    result: Interruptions,
    project: Path,
    rng: Random,
    way: Way,
    seen: Mapping[tuple[str, str], int],
) -> None:
    chosen = way.signals[result.interrupted.total() % len(way.signals)]
    before = _state(project)
    bin_ = venvs.environment(meltano.MELTANO)
    paths = [str(bin_), str(Path(sys.executable).parent), os.environ["PATH"]]
    command = [str(bin_ / "meltano"), "run", *_RUN, "--force"]
    with (
        (project / "log").open("ab") as log,
        subprocess.Popen(
            [*_GENTLY, *command] if way.gently else command,
            cwd=project,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={
                **os.environ,
                "PATH": os.pathsep.join(paths),
                "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
            },
        ) as run,
    ):
        asked = sum(seen.values())
        while run.poll() is None and sum(seen.values()) == asked:
            time.sleep(0.05)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(rng.uniform(way.soonest, way.latest))
        if run.poll() is not None:
            result.ended_before += 1
            return
        sessions = [run.pid, *_children(run.pid)]
        _send(run, chosen, sessions)
        try:
            run.wait(_LOADED)
        except subprocess.TimeoutExpired:
            _kill(sessions)
    until = time.monotonic() + _LOADED
    while any(_members(one, "") for one in sessions) and time.monotonic() < until:
        time.sleep(0.1)
    result.interrupted[chosen.name] += 1
    result.kept[chosen.name] += _state(project) != before


def _children(process: int) -> list[int]:
    """Of `loopreturns-run`: what it has started, each in a session of its own."""
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{process}/task/{process}/children").read_text("utf-8")
        return [one for one in map(int, text.split()) if os.getsid(one) == one]
    return []


def _send(run: subprocess.Popen[bytes], chosen: signal.Signals, sessions: list[int]) -> None:
    if chosen == signal.SIGTERM:
        run.send_signal(chosen)
    elif chosen == signal.SIGINT:
        os.killpg(run.pid, chosen)
    else:
        _kill(sessions)


def _kill(sessions: list[int]) -> None:
    for session in sessions:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(session, signal.SIGKILL)


def _state(project: Path) -> str:
    """What Meltano has remembered, of interrupted runs too."""
    path = project / ".meltano/meltano.db"
    if not path.exists():
        return ""
    with contextlib.closing(sqlite3.connect(path)) as database:
        try:
            return str(
                database.execute("select completed_state, partial_state from state").fetchall()
            )
        except sqlite3.Error:
            return ""
