"""Measure everything and write the report: ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile

from benchmarks import report
from benchmarks.figures import ALL, FULL, QUICK, Findings


def main() -> int:
    """Measure, print, and write the report; 1 where a bound fails."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=ALL, help="measure this part anew (may be repeated)"
    )
    parser.add_argument("--quick", action="store_true", help="small and rough; no report")
    given = parser.parse_args()
    holds = True
    with tempfile.TemporaryDirectory() as compiled:
        # Installed packages are compiled once, not at each start.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        for name in given.only or ALL:
            found = Findings()
            ALL[name](QUICK if given.quick else FULL, found)
            sys.stdout.write(report.table(found.figures) + "\n\n")
            sys.stdout.flush()
            holds &= all(figure.holds for figure in found.figures)
            if not given.quick:
                report.keep(name, found)
                report.write()
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
