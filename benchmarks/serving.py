"""The mock account of the benchmark: ``python -m benchmarks.serving``, as ``mock-loop``, or odder.

``--added-field`` gives every return, and every line item, a field that no schema knows;
``--one-second`` lets all returns have changed in one second.
"""

from __future__ import annotations

import sys
from random import Random
from typing import Any

from mock_loop.__main__ import main
from mock_loop.seeds import drift, seasons

_usual = drift.changes


def _added(row: dict[str, Any], place: int) -> dict[str, Any]:
    items = [item | {"loop_added": "x"} for item in row["line_items"]]
    return {"line_items": items, "loop_added_too": 7, **_usual(row, place)}


def _together(rng: Random, created: list[int], last: int) -> list[int]:
    del rng, last
    return [max(created, default=0)] * len(created)


if __name__ == "__main__":
    if "--added-field" in sys.argv:
        sys.argv.remove("--added-field")
        drift.changes = _added
    if "--one-second" in sys.argv:
        sys.argv.remove("--one-second")
        seasons.update_moments = _together
    sys.exit(main())
