"""Prints the figures of the promise that nothing is lost: `python -m tests.proofs --help`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from mock_loop import Quirks, Shop, serve
from tests.proofs import (
    chaos,
    crash,
    faults,
    fresh,
    fuzz,
    hints,
    interrupted,
    kills,
    shops,
    target_kills,
    target_meltano,
    ties,
    unchanged,
)
from tests.proofs.running import quiet
from tests.proofs.shops_served import ShopSizes

RETURNS = ("returns", "return_line_items", "return_exchanges", "return_labels")
FREE = Quirks(requests_per_minute=None)
Told = Callable[[str], None]


def _crash(given: Namespace, tell: Told) -> int:
    bad, seed = 0, given.seed

    def told(what: str, cuts: crash.Cuts) -> None:
        nonlocal bad
        bad += len(cuts.lost) + len(cuts.wrongly_removed)
        tell(f"{what}: {cuts}")

    for order in ("desc", "asc", "id"):
        with serve(
            Shop.seeded(300, seed), quirks=Quirks(requests_per_minute=None, order=order)
        ) as loop:
            cuts = crash.cut(loop, select=RETURNS, page_size=10)
        told(f"300 returns, pages of 10, order {order}, every line", cuts)
    with serve(Shop.seeded(60, seed), quirks=FREE) as loop:
        told(
            "60 returns, all 24 streams, every line", crash.cut(loop, select=["all"], page_size=20)
        )
    with serve(Shop.seeded(20_000, seed), quirks=FREE) as loop:
        cuts = crash.cut(loop, select=["returns"], at=200, seed=seed)
        told("20,000 returns, pages of 750, 200 random lines", cuts)
    return bad


def _hints(given: Namespace, tell: Told) -> int:
    found = hints.many(given.hints, seed=given.seed * 1000, processes=os.cpu_count() or 1)
    tell(f"{given.hints} accounts, events off, late, doubled, shuffled: {len(found)} differences")
    for line in found:
        tell(line)
    return len(found)


def _fresh(given: Namespace, tell: Told) -> int:
    found = fresh.minutes(given.minutes)
    tell(str(found))
    for mark in found.lost:
        tell(f"not in the table: {mark}")
    tell(str(fresh.day()))
    return len(found.lost)


def _kill(given: Namespace, tell: Told) -> int:
    result = kills.kills(given.kills, seed=given.seed)
    tell(str(result))
    for line in result.differences:
        tell(line)
    return len(result.differences)


def _faults(given: Namespace, tell: Told) -> int:
    bad = 0
    for number, rate in enumerate(faults.RATES):
        runs = (given.faulty + number) // len(faults.RATES)
        result = faults.faulty(runs, rate, seed=given.seed * 10 + number)
        bad += len(result.silent) + len(result.unequal)
        tell(f"{rate:.0%} of requests fail: {result}")
        for line in (*result.silent, *result.unequal)[:10]:
            tell(line)
    return bad


def _ties(_given: Namespace, tell: Told) -> int:
    bad = 0
    for tied in ties.ties(ties.account()):
        bad += tied.lost
        tell(str(tied))
    return bad


def _fuzz(given: Namespace, tell: Told) -> int:
    figures = fuzz.run_all(given.fuzz, seed=given.seed * 1_000_000, processes=os.cpu_count() or 1)
    for line in figures.lines():
        tell(line)
    return len(figures.faults)


def _chaos(given: Namespace, tell: Told) -> int:
    result = chaos.chaos(300, seed=given.seed)
    tell(str(result))
    for line in result.wrong[:10]:
        tell(line)
    return len(result.wrong)


def _unchanged(given: Namespace, tell: Told) -> int:
    result = unchanged.unchanged(given.unchanged, seed=given.seed)
    tell(str(result))
    for line in result.wrong[:10]:
        tell(line)
    return len(result.wrong)


def _interrupted(given: Namespace, tell: Told) -> int:
    result = interrupted.interrupted(given.interruptions, interrupted.Way(), seed=given.seed)
    tell(str(result))
    for line in result.differences[:10]:
        tell(line)
    return len(result.differences)


def _target_kill(given: Namespace, tell: Told) -> int:
    wrong = 0
    for late in (False, True):
        result = target_kills.many(given.kills, seed=given.seed, late=late)
        wrong += len(result.wrong)
        for line in (str(result), *result.wrong[:10]):
            tell(line)
    return wrong


def _target_meltano(_given: Namespace, tell: Told) -> int:
    proof = target_meltano.prove()
    for line in (*proof.told, *(f"not so: {line}" for line in proof.wrong)):
        tell(line)
    return len(proof.wrong)


def _shops(given: Namespace, tell: Told) -> int:
    sizes = ShopSizes(40, 2, 25, 400, 0.02, requests_per_minute=None)
    with tempfile.TemporaryDirectory(prefix="loop-shops-") as folder:
        return shops.kills(Path(folder), sizes, given.shop_kills, seed=given.seed, tell=tell)


PROOFS: dict[str, Callable[[Namespace, Told], int]] = {
    "crash": _crash,
    "ties": _ties,
    "faults": _faults,
    "fuzz": _fuzz,
    "chaos": _chaos,
    "unchanged": _unchanged,
    "kill": _kill,
    "interrupted": _interrupted,
    "hints": _hints,
    "fresh": _fresh,
    "shops": _shops,
    "target-kill": _target_kill,
    "target-meltano": _target_meltano,
}


def main() -> int:
    """Run the proofs; 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs", description=__doc__)
    parser.add_argument("--only", choices=sorted(PROOFS), action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fuzz", type=int, default=100_000, help="answers that are spoilt")
    parser.add_argument("--kills", type=int, default=100, help="runs that are killed, of each")
    parser.add_argument(
        "--shop-kills", type=int, default=200, help="runs of 40 shops that are killed"
    )
    parser.add_argument(
        "--interruptions", type=int, default=6, help="of `meltano run` into PostgreSQL"
    )
    parser.add_argument("--faulty", type=int, default=200, help="runs in which requests fail")
    parser.add_argument("--unchanged", type=int, default=60, help="stories of rows left out")
    parser.add_argument("--hints", type=int, default=500, help="accounts that are read by events")
    parser.add_argument("--minutes", type=int, default=12, help="of runs, one a minute")
    given = parser.parse_args()
    bad = 0
    for name, proof in PROOFS.items():
        if name not in (given.only or PROOFS):
            continue
        began = time.monotonic()
        with quiet():
            bad += proof(given, lambda line, name=name: print(f"{name}: {line}", flush=True))  # type: ignore[misc]
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    print("all as it should be" if not bad else f"{bad} WRONG", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
