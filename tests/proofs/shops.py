"""A thousand shops in one run: what it costs, what a failure takes with it, what a kill loses.

    python -m tests.proofs.shops --shops 1000 --latency 0.3
    python -m tests.proofs.shops --shops 40 --latency 0.02 --kills 200

One process serves every account by its key, each with a budget of its own; the tap is a
process of its own, too. Every row that landed is held against the account that it names.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

from tests.proofs.shops_served import CHECKED, ServedShops, ShopSizes, accounts
from tests.running import Output
from tests.truth import KEYS, differences

TAP = (sys.executable, "-m", "tap_loopreturns")


@dataclass
class ShopsFigures:
    """What a run took, and what it wrote of STATE."""

    code: int
    wall: float
    cpu: float
    peak_mb: float
    records: int = 0
    states: int = 0
    state_bytes: int = 0
    last_state_bytes: int = 0


class ShopsWarehouse:
    """Upserts what the tap wrote, as a target that knows no ACTIVATE_VERSION."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = defaultdict(dict)
        self.state: dict[str, Any] | None = None

    def load(self, path: Path, figures: ShopsFigures | None = None) -> None:
        """Take in whole lines; STATE counts from where it stands."""
        for line in path.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                return
            message = json.loads(line)
            if message["type"] == "STATE":
                self.state = message["value"]
                if figures:
                    figures.states += 1
                    figures.state_bytes += len(line)
                    figures.last_state_bytes = len(line)
            elif message["type"] == "RECORD":
                stream, record = message["stream"], message["record"]
                keys = ("stream",) if stream == "full_table_reads" else KEYS.get(stream, ("id",))
                if stream == "happy_returns_shipment_items":
                    keys = ("shipment_id", "row_key")
                place = (record["shop"], *(record[key] for key in keys))
                self.tables[stream][place] = record
                if figures:
                    figures.records += 1

    def of(self, shop: str, stream: str) -> list[dict[str, Any]]:
        """A shop's rows; of a table that is read whole, as the documented filter leaves them."""
        rows = [row for place, row in self.tables[stream].items() if place[0] == shop]
        read = self.tables["full_table_reads"].get((shop, stream))
        return [row for row in rows if not read or row["last_seen_at"] >= read["read_at"]]


class HeldRows:
    """What an account holds, as `differences` asks for it."""

    def __init__(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        self.truth = rows.__getitem__


def compare(warehouse: ShopsWarehouse, served: ServedShops, names: Iterable[str]) -> list[str]:
    """What differs between tables and accounts, row by row; a row of no shop counts, too."""
    names = list(names)
    wrong: list[str] = []
    for start in range(0, len(names), 50):
        for name, rows in served.ask("truth", names[start : start + 50]).items():
            for stream in CHECKED:
                landed = [
                    {"type": "RECORD", "stream": stream, "record": without(row)}
                    for row in warehouse.of(name, stream)
                ]
                output = Output([json.dumps(message) for message in landed])
                found = differences(HeldRows(rows), output, stream)  # type: ignore[arg-type]
                wrong += [f"{name}: {stream}: {one}" for one in found]
    return wrong


def without(row: dict[str, Any]) -> dict[str, Any]:
    """A row as one shop's tap writes it."""
    return {key: value for key, value in row.items() if key not in {"shop", "last_seen_at"}}


def _watched(pid: int) -> list[float]:
    """The peak memory of a process in MB, as it goes on; what its parent held does not count."""
    seen: list[float] = []

    def watch() -> None:
        status = Path(f"/proc/{pid}/status")
        while status.exists():
            try:
                text = status.read_text("utf-8")
            except OSError:
                return
            seen.extend(
                int(line.split()[1]) / 1024
                for line in text.splitlines()
                if line.startswith("VmHWM")
            )
            time.sleep(0.3)

    Thread(target=watch, daemon=True).start()
    return seen


def run(folder: Path, config: dict[str, Any], state: Any, kill_after: float | None) -> ShopsFigures:
    """Run the tap once, into `folder`/out; killed after so many seconds, if any."""
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    command = [*TAP, "--config", str(folder / "config.json")]
    if state is not None:
        (folder / "state.json").write_text(json.dumps(state), "utf-8")
        command += ["--state", str(folder / "state.json")]
    began = time.monotonic()
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err)
        peak = _watched(process.pid)
        if kill_after is not None:
            try:
                process.wait(kill_after)
            except subprocess.TimeoutExpired:
                process.kill()
        _, status, used = os.wait4(process.pid, 0) if process.returncode is None else (0, 0, None)
    wall = time.monotonic() - began
    if used is None:
        return ShopsFigures(process.returncode or 0, wall, 0.0, 0.0)
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = used.ru_utime + used.ru_stime
    return ShopsFigures(process.returncode, wall, cpu, max(peak, default=0.0))


def configuration(served: ServedShops, **others: Any) -> dict[str, Any]:
    """All shops of the accounts."""
    return {
        "shops": [{"name": name, "api_key": f"key-{name}"} for name in served.names],
        "api_url": served.url,
        "start_date": "2025-01-01",
        "retry_minutes": 0,
        **others,
    }


def stalest(warehouse: ShopsWarehouse, names: Iterable[str]) -> float:
    """Seconds since the least fresh shop was read."""
    parts = (warehouse.state or {})["shops"]
    moments = [datetime.fromisoformat(parts[name]["read_until"]) for name in names]
    return (datetime.now(UTC) - min(moments)).total_seconds()


def cost(folder: Path, sizes: ShopSizes, **others: Any) -> None:
    """A first load of all shops, an increment, one with failures, and the tables after each."""
    with accounts(sizes) as served:
        warehouse = ShopsWarehouse()
        for what in ("first load", "increment"):
            figures = run(folder, configuration(served, **others), warehouse.state, None)
            warehouse.load(folder / "out", figures)
            print(what, figures, f"stalest {stalest(warehouse, served.names):.0f} s", flush=True)
            wrong = compare(warehouse, served, served.names)
            print(what, len(wrong), "differences", wrong[:3], flush=True)
            served.ask("change", served.names)
            served.ask("rest", served.names)
        bad, out, dirty = served.names[-10:], served.names[30:35], served.names[40:43]
        served.ask("outage", out)
        served.ask("dirty", dirty)
        config = configuration(served, **others)
        for entry in config["shops"]:
            if entry["name"] in bad:
                entry["api_key"] = f"wrong-{entry['name']}"
        # The dirty returns are old ones, so all of those shops is read.
        state = dict(warehouse.state or {})
        state["shops"] = {k: v for k, v in state["shops"].items() if k not in dirty}
        figures = run(folder, config, state, None)
        warehouse.load(folder / "out", figures)
        told = [line for line in (folder / "err").read_text().splitlines() if ": failed: " in line]
        failed = {*bad, *out, *dirty}
        print("with failures", figures, len(told), "told", flush=True)
        assert {line.split(": failed: ")[0].split()[-1] for line in told} == failed
        wrong = compare(warehouse, served, [n for n in served.names if n not in failed])
        print("the others:", len(wrong), "differences", wrong[:3], flush=True)


def kills(
    folder: Path, sizes: ShopSizes, count: int, *, seed: int = 5, tell: Callable[[str], None]
) -> int:
    """Kill so many runs amid their work; how much was left out after whole runs.

    Every tenth run begins with nothing, and after each tenth a whole one follows, after which
    every row is held against its account. A run that had ended before its kill does not count.
    """
    rng = random.Random(seed)
    lost = struck = number = 0
    with accounts(sizes) as served:
        config = configuration(served, requests_per_minute=1_000_000)
        whole = run(folder, config, None, None).wall
        warehouse = ShopsWarehouse()
        while struck < count:
            served.ask("change", rng.sample(served.names, min(5, len(served.names))))
            figures = run(folder, config, warehouse.state, rng.uniform(0.3, whole))
            struck += figures.code == -9
            warehouse.load(folder / "out")
            number += 1
            if number % 10 and struck < count:
                continue
            warehouse.load(folder / "out", run(folder, config, warehouse.state, None))
            wrong = compare(warehouse, served, served.names)
            lost += len(wrong)
            tell(f"{struck} of {number} runs killed amid their work, {lost} lost {wrong[:2]}")
            warehouse = ShopsWarehouse()
    return lost


def main() -> None:
    """Print what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.shops", description=__doc__)
    parser.add_argument("--shops", type=int, default=1000)
    parser.add_argument("--large", type=int, default=20)
    parser.add_argument("--returns", type=int, default=25)
    parser.add_argument("--returns-of-large", type=int, default=4000)
    parser.add_argument("--latency", type=float, default=0.3)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--at-once", type=int, help="the setting shops_concurrency")
    given = parser.parse_args()
    sizes = ShopSizes(
        given.shops, given.large, given.returns, given.returns_of_large, given.latency
    )
    at_once = given.at_once
    with tempfile.TemporaryDirectory(prefix="loop-shops-") as folder:
        if given.kills:
            unbounded = replace(sizes, requests_per_minute=None)  # so that no run waits
            kills(Path(folder), unbounded, given.kills, seed=given.seed, tell=print)
        else:
            cost(Path(folder), sizes, **({"shops_concurrency": at_once} if at_once else {}))


if __name__ == "__main__":
    main()
