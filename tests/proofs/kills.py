"""`kill -9` at random moments of real runs through Meltano into a real DuckDB.

What is killed is the tap, the target, or both with Meltano itself. Between the
kills the account goes on changing.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from mock_loop import Loop, Quirks, Shop, clock, serve
from tests.warehouses import compare, meant, meltano, venvs
from tests.warehouses.destinations import Destination, destination

STREAMS = ("returns", "return_line_items", "return_exchanges", "return_labels", "label_requests")
# Slow enough that a backfill takes longer than the runs that are killed.
SLOW = Quirks(requests_per_minute=None, latency=0.08)
_LONGEST = 4.0  # seconds from the tap's start to the kill
_A_ROUND = 25


@dataclass
class Kills:
    """What came of the kills."""

    kills: int = 0
    of_tap: int = 0
    of_target: int = 0
    of_all: int = 0
    ended_before: int = 0
    rounds: int = 0
    rows: int = 0
    sent: int = 0
    differences: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        again = (self.sent - self.rows) / self.rows if self.rows else 0
        return (
            f"{self.kills} kills (tap {self.of_tap}, target {self.of_target}, everything "
            f"{self.of_all}; {self.ended_before} runs ended before) through Meltano into DuckDB, "
            f"{self.rounds} accounts: {len(self.differences)} differences; Loop sent {self.sent:,} "
            f"returns where {self.rows:,} were new or changed: {again:.1%} again, "
            f"{(self.sent - self.rows) / max(1, self.kills):.0f} a kill; {self.seconds:.0f} s"
        )


def kills(count: int = 100, *, seed: int = 1, returns: int = 5000) -> Kills:
    """Kill so many times; end each round of 25 with a run that is let be, and compare."""
    began = time.monotonic()
    result = Kills()
    rng = Random(seed)
    while result.kills < count:
        until = min(count, result.kills + _A_ROUND)
        _round(result, until, rng, returns)
    result.seconds = time.monotonic() - began
    return result


def _round(result: Kills, until: int, rng: Random, returns: int) -> None:
    now = int(time.time())
    shop = Shop.seeded(
        returns,
        rng.randrange(1000),
        clock.millis(now - 900 * clock.DAY),
        clock.millis(now - clock.DAY),
    )
    result.rounds += 1
    with (
        tempfile.TemporaryDirectory(prefix="loop-kills-") as name,
        serve(shop, quirks=SLOW) as loop,
    ):
        seen = _count(loop)
        to = destination("target-duckdb", Path(name) / "duckdb")
        project = _project(Path(name) / "project", loop, to)
        while result.kills < until:
            _killed_run(result, project, rng)
            _change(shop, seed=result.kills + result.ended_before)
        loop.quirks = Quirks(requests_per_minute=None)
        time.sleep(1.1)  # a run ends with the last whole second
        done = meltano.meltano("run", *_RUN, "--force", project=project)
        if done.returncode:
            result.differences.append(f"the last run failed: {(done.stdout + done.stderr)[-500:]}")
        result.rows += len(seen)
        result.sent += sum(seen.values())
        result.differences += _differences(shop, to)


def _change(shop: Shop, seed: int) -> None:
    """Let something happen, never twice in one second to one return.

    A run may have read the first of the two long ago. Of an item that left the return with the
    second, its row in `return_line_items` could then not be told from one that is still there.
    """
    before = {found.id: found.updated for found in shop.book}
    for one in shop.change(20, seed=seed):
        if shop.book[one].updated == before.get(one):
            shop.edit_return(one, shop.moment())


_RUN = ("tap-loopreturns", "target-under-test")


def _project(folder: Path, loop: Loop, to: Destination) -> Path:
    executable, _, config = to.command
    tap = meltano.definition() | {
        "config": {
            "api_key": loop.key,
            "api_url": loop.url,
            "start_date": clock.naive(int(time.time()) - 1000 * clock.DAY),
            "requests_per_minute": 100_000,
            "page_size": 40,
            "concurrency": 2,
        },
        "select": [f"{stream}.*" for stream in STREAMS],
    }
    loader = {
        "name": "target-under-test",
        "namespace": "target_under_test",
        "executable": "bin/target",
        # Small batches: what a target holds back is lost with it, and asked for again.
        "config": json.loads(Path(config).read_text("utf-8"))
        | {"batch_size_rows": 400, "flush_all_streams": True},
        "env": dict(to.environ),
    }
    meltano.start(folder, {"extractors": [tap], "loaders": [loader]})
    meltano.script(folder / "bin/target", executable)
    return folder


def _killed_run(result: Kills, project: Path, rng: Random) -> None:
    bin_ = venvs.environment(meltano.MELTANO)
    paths = [str(bin_), str(Path(sys.executable).parent), os.environ["PATH"]]
    with subprocess.Popen(
        [bin_ / "meltano", "run", *_RUN, "--force"],
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={
            **os.environ,
            "PATH": os.pathsep.join(paths),
            "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
    ) as run:
        while run.poll() is None and not _members(run.pid, "tap_loopreturns"):
            time.sleep(0.02)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(rng.uniform(0, _LONGEST))
        what = rng.choice(("tap", "tap", "target", "all"))
        names = {"tap": "tap_loopreturns", "target": "target-duckdb", "all": ""}
        members = _members(run.pid, names[what])
        if run.poll() is not None or not members:
            result.ended_before += 1
        else:
            for pid in members:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            result.kills += 1
            setattr(result, f"of_{what}", getattr(result, f"of_{what}") + 1)
        run.wait()
    while _members(run.pid, ""):  # the target may outlive Meltano by what it still has to load
        time.sleep(0.05)


def _members(session: int, name: str) -> list[int]:
    """The living processes of a session whose command line holds `name`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z" and name in command:
            found.append(int(folder.name))
    return found


def _count(loop: Loop) -> dict[tuple[str, str], int]:
    """How often the server sends each version of each return, from now on."""
    seen: dict[tuple[str, str], int] = {}
    handle = loop.handle

    def counting(received: Any) -> Any:
        answer = handle(received)
        if received.path.endswith("/warehouse/return/list") and answer.status == 200:
            content = json.loads(answer.body)
            for row in content["returns"] if isinstance(content, dict) else content:
                key = row["id"], row["updated_at"]
                seen[key] = seen.get(key, 0) + 1
        return answer

    loop.handle = counting  # type: ignore[method-assign]
    return seen


def _differences(shop: Shop, to: Destination) -> list[str]:
    tables = to.tables()
    returns = {row["id"]: row["updated_at"] for row in tables["returns"].rows}
    found = []
    for stream in STREAMS:
        rows = [r for r in tables[stream].rows if compare._present(stream, r, returns)]
        found += compare._rows(stream, meant.rows(shop, stream), rows, to.manners)
    return found
