"""Prints the receiver's figures: `python -m tests.events.proofs --help`."""

from __future__ import annotations

import argparse
import sys
import time
from argparse import Namespace
from collections.abc import Callable

from tests.events.proofs import hostile, kills, load

STORES = ("sqlite", "postgres")
Told = Callable[[str], None]


def _kills(given: Namespace, tell: Told) -> int:
    wrong = 0
    for kind in given.store or STORES:
        result = kills.kills(kind, given.kills, given.deliveries, seed=given.seed)
        tell(str(result))
        wrong += result.wrong
    return wrong


def _load(given: Namespace, tell: Told) -> int:
    wrong = 0
    for kind in given.store or STORES:
        for what, found in load.loads(kind, seconds=given.seconds, count=given.deliveries):
            tell(f"{what}: {found}")
            wrong += found.other
    return wrong


def _memory(given: Namespace, tell: Told) -> int:
    wrong = 0
    for kind in given.store or STORES:
        used = []
        for events, megabytes in load.memories(kind, given.events):
            used.append(megabytes)
            tell(f"{kind}: {megabytes:.1f} MB after {events:,} events")
        wrong += used[-1] > used[1] + _FLAT
    return wrong


def _hostile(given: Namespace, tell: Told) -> int:
    wrong = 0
    for kind in given.store or STORES:
        for said, right in hostile.all_kinds(kind, again=given.again):
            tell(f"{kind}: {said}")
            wrong += not right
    return wrong


PROOFS: dict[str, Callable[[Namespace, Told], int]] = {
    "kills": _kills,
    "load": _load,
    "memory": _memory,
    "hostile": _hostile,
}
_FLAT = 8
"""Megabytes that count as none."""


def main() -> int:
    """Run the proofs; 1 if anything was not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.events.proofs", description=__doc__)
    parser.add_argument("--only", choices=sorted(PROOFS), action="append")
    parser.add_argument("--store", choices=STORES, action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--deliveries", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60, help="of load at 100 a second")
    parser.add_argument("--events", type=int, default=1_000_000, help="over which memory is flat")
    parser.add_argument("--again", type=int, default=10_000, help="replays of one delivery")
    given = parser.parse_args()
    wrong = 0
    for name, proof in PROOFS.items():
        if name in (given.only or PROOFS):
            began = time.monotonic()
            wrong += proof(given, lambda line, name=name: print(f"{name}: {line}", flush=True))  # type: ignore[misc]
            print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    print("all as it should be" if not wrong else f"{wrong} WRONG", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
