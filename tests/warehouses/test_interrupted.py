"""`loopreturns-run` (docs/run.md): an interrupted run through Meltano, into real targets."""

from __future__ import annotations

import signal

import pytest

from tests.documents import blocks, section
from tests.proofs import interrupted

(SHOWN,) = [
    block
    for block in blocks(section("run.md", "With Meltano"), "shell")
    if block.startswith("loopreturns-run")
]
STOPS = (signal.SIGINT, signal.SIGTERM)


@pytest.mark.parametrize("target", ["target-jsonl", "target-duckdb", "target-postgres"])
def test_what_was_loaded_before_an_interruption_is_remembered(target: str) -> None:
    """STATE moves at each, and in the end nothing lacks; by Meltano alone it does not move."""
    assert SHOWN.split()[:3] == ["loopreturns-run", "meltano", "run"]
    way = interrupted.Way(target, gently=True, signals=STOPS, returns=1500, soonest=1, latest=3)
    found = interrupted.interrupted(2, way)
    assert (found.kept, found.differences) == (found.interrupted, [])
