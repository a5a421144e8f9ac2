"""Prints the receiver's figures: `python -m tests.events.proofs --help`."""

from __future__ import annotations

import argparse
import sys
import time
from argparse import Namespace
from collections.abc import Callable

from tests.events.proofs import kills

STORES = ("sqlite", "postgres")
Told = Callable[[str], None]


def _kills(given: Namespace, tell: Told) -> int:
    wrong = 0
    for kind in given.store or STORES:
        result = kills.kills(kind, given.kills, given.deliveries, seed=given.seed)
        tell(str(result))
        wrong += result.wrong
    return wrong


PROOFS: dict[str, Callable[[Namespace, Told], int]] = {"kills": _kills}


def main() -> int:
    """Run the proofs; 1 if anything was not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.events.proofs", description=__doc__)
    parser.add_argument("--only", choices=sorted(PROOFS), action="append")
    parser.add_argument("--store", choices=STORES, action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--deliveries", type=int, default=100_000)
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
