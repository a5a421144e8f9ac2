"""`meltano run` into a real PostgreSQL, interrupted at random seconds: what is read again?

SIGINT goes to the whole session, as from a terminal; SIGTERM to Meltano alone, as from a
supervisor; `kill -9` to everything, as a machine that is lost. Between the interruptions
the account goes on changing. At the end one run is let be, and the tables are compared.
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
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from mock_loop import Loop, Quirks, Shop, clock, serve
from tests.proofs.kills import STREAMS, _change, _count, _differences, _members
from tests.warehouses import meltano, venvs
from tests.warehouses.destinations import Destination, destination
from tests.warehouses.postgres_server import postgres

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
_RUN = ("tap-loopreturns", "target-under-test")
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
    """Seconds from the tap's start."""
    latest: float = 14.0
    signals: tuple[signal.Signals, ...] = SIGNALS
    every_minutes: float | None = None
    """For targets of the SDK: empty what they hold so often; they do each 5 minutes."""


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
        project = _project(Path(name) / "project", loop, to, way)
        while result.interrupted.total() < count:
            _interrupt(result, project, rng, way)
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
    }
    loader = {
        "name": "target-under-test",
        "namespace": "target_under_test",
        "executable": "bin/target",
        "config": json.loads(Path(config).read_text("utf-8")) | way.loader,
        "env": dict(to.environ),
    }
    meltano.start(folder, {"extractors": [tap], "loaders": [loader]})
    if way.every_minutes is None:
        meltano.script(folder / "bin/target", executable)
    else:
        python = str(Path(executable).parent / "python")
        example = venvs.ROOT / "examples/target_postgres_often.py"
        meltano.script(folder / "bin/target", python, str(example), str(way.every_minutes))
    return folder


def _interrupt(result: Interruptions, project: Path, rng: Random, way: Way) -> None:
    chosen = way.signals[result.interrupted.total() % len(way.signals)]
    before = _state(project)
    bin_ = venvs.environment(meltano.MELTANO)
    paths = [str(bin_), str(Path(sys.executable).parent), os.environ["PATH"]]
    with (
        (project / "log").open("ab") as log,
        subprocess.Popen(
            [bin_ / "meltano", "run", *_RUN, "--force"],
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
        while run.poll() is None and not _members(run.pid, "tap_loopreturns"):
            time.sleep(0.05)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(rng.uniform(way.soonest, way.latest))
        if run.poll() is not None:
            result.ended_before += 1
            return
        _send(run, chosen)
        try:
            run.wait(_LOADED)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
    until = time.monotonic() + _LOADED
    while _members(run.pid, "") and time.monotonic() < until:
        time.sleep(0.1)
    result.interrupted[chosen.name] += 1
    result.kept[chosen.name] += _state(project) != before


def _send(run: subprocess.Popen[bytes], chosen: signal.Signals) -> None:
    if chosen == signal.SIGTERM:
        run.send_signal(chosen)
    else:
        os.killpg(run.pid, chosen)


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
