"""The tap with its later stages left out: ``python -m benchmarks.stages STAGE …``.

What a stage costs is the difference between the run that ends with it and the
run that ends before it. All other arguments are the tap's own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from tap_loopreturns import tap
from tap_loopreturns.output import writer
from tap_loopreturns.records import fast_cleaner

STAGES = {
    "start": "start",
    "fetch": "fetch, windows and decode",
    "clean": "clean",
    "write": "encode and write",
}

_fast_init = fast_cleaner.FastCleaner.__init__


def _no_write(_self: object, _stream: str, records: Iterable[Any], _version: int | None) -> None:
    for _ in records:
        pass


def _no_clean(self: fast_cleaner.FastCleaner, *given: Any) -> None:
    _fast_init(self, *given)
    self._fix = lambda _record, _at, _aside: None


def main(stage: str) -> None:
    """Run the tap up to and with a stage."""
    left_out = list(STAGES)[list(STAGES).index(stage) + 1 :]
    if "write" in left_out:
        writer.PageWriter.write_records = _no_write  # type: ignore[assignment,method-assign]
    if "clean" in left_out:
        fast_cleaner.FastCleaner.__init__ = _no_clean  # type: ignore[assignment,method-assign]
    if "fetch" not in left_out:
        tap.main()


if __name__ == "__main__":
    main(sys.argv.pop(1))
