"""People change Loop between a plan and its approval: nothing outside the plan, each move told.

``python -m tests.proofs.interleavings --rounds 10000``
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import sys
import tempfile
import time
from contextlib import redirect_stderr
from pathlib import Path
from random import Random
from typing import Any

from mock_loop import Quirks, Shop, serve
from mock_loop.loop import Loop
from target_loopreturns.sending import looking
from tests.acting import ALL_ALLOWED, Desk, Row, messages

STATES = ("open", "review", "closed", "cancelled", "expired")
ACTIONS = ("flag", "close", "cancel", "note")
LARGEST = 6  # returns of a plan


def rounds(count: int, *, seed: int = 1) -> tuple[int, int, list[str]]:
    """Plan, let people change, approve; gives plans, moves, and what was wrong."""
    rng = Random(seed)
    moves, wrong = 0, []
    shop = Shop()
    looking.BREATH = 0.0
    with serve(shop, quirks=Quirks(requests_per_minute=None)) as loop:
        for number in range(count):
            with tempfile.TemporaryDirectory() as folder:
                moved, found = _round(loop, shop, Path(folder), rng, number)
            moves += moved
            wrong += [f"round {number}: {one}" for one in found]
    return count, moves, wrong


def _round(loop: Loop, shop: Shop, folder: Path, rng: Random, number: int) -> tuple[int, list[str]]:
    desk = Desk(loop, folder, {**ALL_ALLOWED, "late_seconds": 0})
    owns = [shop.add_return(str(100_000 + number * 10 + n), rng.choice(STATES[:3])).id
            for n in range(rng.randint(1, LARGEST))]  # fmt: skip
    rows = [_row(own, rng, number) for own in owns for _ in range(rng.randint(1, 2))]
    plan = folder / "plan.jsonl"
    desk.run(messages({"return_actions": rows}, 1), plan=str(plan))
    planned = {row["return_id"] for row in desk_plan(plan) if row["verdict"] == "planned"}
    before = {own: _seen(shop, own) for own in owns}
    for own in owns:
        if rng.random() < 0.4:
            _change(shop, own, rng)
    moved = {own for own in owns if before[own] != _seen(shop, own)}
    loop.clear_requests()
    digest = hashlib.sha256(plan.read_bytes()).hexdigest()
    ran = desk.run(messages({"return_actions": rows[:0]}), plan=str(plan), approve=digest)
    return len(moved), list(_judged(desk, rows, moved, planned, ran.outcomes))


def _judged(
    desk: Desk, rows: list[Row], moved: set[str], planned: set[str], told: list[Row]
) -> Any:
    asked = {line.split("/")[2] for line in desk.changes()}
    if outside := asked & moved:
        yield f"asked for what had moved: {outside}"
    if outside := asked - planned:
        yield f"asked for what was not planned: {outside}"
    if len(told) != len({(row["return_id"], row["action"], row.get("content")) for row in rows}):
        yield f"{len(told)} outcomes for {len(rows)} rows"
    silent = [row for row in told if row["return_id"] in moved & planned
              and row["outcome"] != "refused"]  # fmt: skip
    yield from (f"a move was not told: {row}" for row in silent)
    late = [row for row in told if row["outcome"] not in ("done", "refused")]
    yield from (f"{row['outcome']}: {row['reason']}" for row in late)


def desk_plan(file: Path) -> list[Row]:
    """The actions of a saved plan."""
    return [json.loads(line) for line in file.read_text().splitlines()[1:]]


def _row(own: str, rng: Random, number: int) -> Row:
    action = rng.choice(ACTIONS)
    row: Row = {"return_id": own, "action": action}
    return row | ({"content": f"{number} {rng.random()}"} if action == "note" else {})


def _seen(shop: Shop, own: str) -> tuple[Any, ...]:
    row = shop.book[own].row()
    return row["state"], row["outcome"], row["total"], len(row["line_items"])


def _change(shop: Shop, own: str, rng: Random) -> None:
    change = rng.choice(("state", "total", "outcome", "items"))
    if change == "state":
        shop.move_return(own, rng.choice(STATES))
    elif change == "total":
        shop.edit_return(own, total=f"{rng.randint(1, 99)}.00")
    elif change == "outcome":
        shop.edit_return(own, outcome=rng.choice(("refund", "exchange", "credit")))
    else:
        shop.edit_return(own, line_items=shop.book[own].row()["line_items"][1:])


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    with redirect_stderr(io.StringIO()):  # the plans
        count, moves, wrong = rounds(given.rounds, seed=given.seed)
    seconds = time.monotonic() - began
    print(f"{count:,} plans, {moves:,} returns moved, {len(wrong)} wrong; {seconds:.0f} s")
    print("\n".join(wrong[:20]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
