"""`python -m tests.proofs.fuzz --help`."""

from __future__ import annotations

import argparse
import sys
import time

from tests.proofs import fuzz


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.fuzz", description=fuzz.__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    began = time.monotonic()
    figures = fuzz.run_all(given.count, seed=given.seed, processes=given.processes)
    print("\n".join(figures.lines()))
    print(f"in {time.monotonic() - began:.0f} s")
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
