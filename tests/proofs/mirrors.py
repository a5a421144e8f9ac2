"""Random lists and queries: the list equals the query, or the run stopped for its limit.

``python -m tests.proofs.mirrors --rounds 1000``
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stderr
from pathlib import Path
from random import Random

from mock_loop import Quirks, Shop, serve
from mock_loop.loop import Loop
from tests.acting import ALL_ALLOWED, Desk, Row, messages

KINDS = {"blocklist_items": "blocklists", "allowlist_items": "allowlists"}
INPUT = 8


def rounds(count: int, *, seed: int = 1) -> tuple[Counter[str], list[str]]:
    """Lists, queries and limits at random; gives how the runs ended, and what was wrong."""
    rng = Random(seed)
    ended: Counter[str] = Counter()
    wrong: list[str] = []
    shop = Shop()
    with (
        serve(shop, quirks=Quirks(requests_per_minute=None)) as loop,
        tempfile.TemporaryDirectory() as folder,
    ):
        for number in range(count):
            # One ledger for all, so that what was done before is done again.
            end, found = _round(loop, shop, Path(folder), rng)
            ended[end] += 1
            wrong += [f"round {number}: {one}" for one in found]
    return ended, wrong


def _round(loop: Loop, shop: Shop, folder: Path, rng: Random) -> tuple[str, list[str]]:
    stream = rng.choice(list(KINDS))
    table = shop.table(KINDS[stream])
    if rng.random() < 0.3:  # people's own changes
        for own in list(table)[: rng.randint(0, 3)]:
            shop.delete(KINDS[stream], own)
    before = Counter(_entry(row) for row in table.values())
    pool = [("order", f"#{n}") for n in range(30)] + [
        ("email", f"A{n}@x.example") for n in range(9)
    ]
    query = rng.sample(pool, rng.choice([0, 1, 5, 15, 30]))
    most, share = rng.choice([0, 3, 100]), rng.choice([0, 20, 50, 100])
    settings = {"mirror": [stream], "mirror_max_removals": most, "mirror_max_share": f"{share}%"}
    rows = [{"type": kind, "value": value} for kind, value in query]
    desk = Desk(loop, folder, {**ALL_ALLOWED, "late_seconds": 0, **settings})
    loop.clear_requests()
    ran = desk.run(messages({stream: rows}, 1))
    after = Counter(_entry(row) for row in table.values())
    removals = sum(count for entry, count in before.items() if entry not in _entries(query))
    over = removals > most or removals > share / 100 * sum(before.values())
    if not query:
        same = after == before and not desk.changes()
        return "empty", [] if same else ["an empty query changed the list"]
    if over:
        held = ran.exit_code == INPUT and after == before and not desk.changes()
        return "stopped", [] if held else [f"{removals} removals over {most}, {share}%"]
    equal = set(after) == _entries(query) and max(after.values()) == 1 and ran.exit_code == 0
    return "equal", [] if equal else [f"{set(after) ^ _entries(query)}, {ran.error}"]


def _entries(query: list[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(kind, value.casefold()) for kind, value in query}


def _entry(row: Row) -> tuple[str, str]:
    return row["type"], row["value"].casefold()


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    with redirect_stderr(io.StringIO()):
        ended, wrong = rounds(given.rounds, seed=given.seed)
    seconds = time.monotonic() - began
    print(f"{sum(ended.values()):,} rounds: {dict(ended)}, {len(wrong)} wrong; {seconds:.0f} s")
    print("\n".join(wrong[:20]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
