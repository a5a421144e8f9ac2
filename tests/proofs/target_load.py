"""Many rows: time, requests and peak memory, side by side and one by one.

``python -m tests.proofs.target_load --rows 20000 --latency 0``
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import resource
import sys
import tempfile
import time
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from mock_loop import Quirks, Shop, clock, serve
from target_loopreturns.target import TargetLoopReturns
from tests.acting import ALL_ALLOWED, Desk, returns

YEAR = 365 * clock.DAY


def measure(rows: int, *, latency: float, concurrency: int) -> str:
    """Flag so many returns in a process of its own; gives a line."""
    shop = Shop.seeded(returns=0)
    now = shop.moment()
    made = (clock.naive(now - YEAR + YEAR * n // rows, "T") + "Z" for n in range(rows))
    owns = [shop.add_return(state="open", created_at=at).id for at in made]
    given = returns(*({"return_id": own, "action": "flag"} for own in owns))
    quirks = Quirks(requests_per_minute=None, latency=latency)
    context = multiprocessing.get_context("forkserver")
    with serve(shop, quirks=quirks) as loop, tempfile.TemporaryDirectory() as folder:
        desk = Desk(loop, Path(folder), {**ALL_ALLOWED, "max_actions": rows})
        peak = context.SimpleQueue()
        process = context.Process(
            target=_work, args=(desk.config(concurrency=concurrency), given, peak)
        )
        began = time.monotonic()
        process.start()
        memory = peak.get()
        process.join()
        seconds = time.monotonic() - began
        done = sum(found.state == "review" for found in shop.book)
        return (
            f"{rows:,} rows, answers after {latency * 1000:.0f} ms, {concurrency} at once: "
            f"{seconds:.0f} s, {len(loop.requests):,} requests, {memory / 1024:.0f} MB, "
            f"{done:,} done, each once: {set(shop.acted.values()) == {1}}"
        )


def _work(config: dict[str, Any], given: list[str], peak: Any) -> None:
    sys.stdout = sys.stderr = Path("/dev/null").open("w")  # noqa: SIM115
    with redirect_stderr(io.StringIO()):
        TargetLoopReturns(config=config).listen(given)
    peak.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--concurrency", type=int, nargs="*", default=[1, 4])
    given = parser.parse_args()
    for concurrency in given.concurrency:
        line = measure(given.rows, latency=given.latency, concurrency=concurrency)
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
