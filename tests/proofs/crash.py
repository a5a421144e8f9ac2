"""The output of a backfill, cut after each of its lines: what does the next run lack, or repeat?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import mean
from typing import Any

from mock_loop import Loop
from tests.proofs.running import without_waiting
from tests.proofs.warehouse import Key, Warehouse, missing_returns, unlike
from tests.running import run_tap, settings

Place = tuple[str, Key]


@dataclass
class Cuts:
    """What came of the cuts."""

    lines: int
    cuts: int
    states: int
    rows: int
    lost: list[str]
    again: list[int]
    """Rows that the resumed run brought again, for each cut; but for lists always read whole."""
    wrongly_removed: list[str]

    def __str__(self) -> str:
        if not self.cuts:
            return "no cuts"
        return (
            f"{self.cuts:,} cuts of {self.lines:,} lines ({self.rows:,} rows), resumed from "
            f"{self.states:,} STATEs: {len(self.lost)} lost, {len(self.wrongly_removed)} wrongly "
            f"removed; read again: mean {mean(self.again):,.1f} rows "
            f"({mean(self.again) / self.rows:.2%}), worst {max(self.again):,} "
            f"({max(self.again) / self.rows:.2%})"
        )


def cut(
    loop: Loop,
    *,
    select: Iterable[str],
    at: int | None = None,
    seed: int = 1,
    **others: Any,
) -> Cuts:
    """Cut a run's output after each line, or `at` so many random ones, and resume from there.

    A line is lost if, after the resumed run, a row is missing that Loop holds.
    Cuts with the same last STATE resume with the same run, so it is made once.
    """
    config = settings(loop, **others)
    select = tuple(select)
    whole = run_tap(config, select=select, prepare=without_waiting())
    truth = Warehouse()
    truth.load(whole.lines)
    assert "returns" not in select or not missing_returns(loop.shop, truth)
    messages = whole.messages
    chosen = range(1, len(messages) + 1)
    cuts: Sequence[int] = chosen if at is None else sorted(Random(seed).sample(chosen, at))
    first = _first_lines(truth, messages)
    places = set(first)

    by_state: dict[int, list[int]] = {}
    latest, line = 0, 0
    for one in cuts:
        while line < one:
            line += 1
            if messages[line - 1]["type"] == "STATE":
                latest = line
        by_state.setdefault(latest, []).append(one)

    whole_lists = {m["stream"] for m in messages if m["type"] == "ACTIVATE_VERSION"}
    result = Cuts(len(messages), len(cuts), len(by_state), len(places), [], [], [])
    result.wrongly_removed = _wrongly_removed(truth, messages)
    for state_at, group in by_state.items():
        state = messages[state_at - 1]["value"] if state_at else None
        resumed = run_tap(config, select=select, state=state, prepare=without_waiting())
        keyed = Warehouse()
        keyed.keys = truth.keys
        brought = {(m["stream"], keyed.key(m)) for m in resumed.messages if m["type"] == "RECORD"}
        lacking = places - brought
        for one in group:
            result.lost += [f"after line {one}: {p}" for p in lacking if first[p] > one]
            result.again.append(
                sum(1 for p in brought if p[0] not in whole_lists and first.get(p, one + 1) <= one)
            )
        result.wrongly_removed += _wrongly_removed(truth, resumed.messages)
    # And once for real, with the last of the cuts: the tables are the same.
    final = Warehouse()
    final.load(whole.lines[: cuts[len(cuts) // 2]])
    final.load(run_tap(config, select=select, state=final.state, prepare=without_waiting()).lines)
    result.lost += unlike(final, truth)
    return result


def _first_lines(warehouse: Warehouse, messages: list[dict[str, Any]]) -> dict[Place, int]:
    first: dict[Place, int] = {}
    for number, message in enumerate(messages, 1):
        if message["type"] == "RECORD":
            first.setdefault((message["stream"], warehouse.key(message)), number)
    return first


def _wrongly_removed(truth: Warehouse, messages: list[dict[str, Any]]) -> list[str]:
    """Rows that are still there, yet leave a warehouse that had all of them."""
    warehouse = Warehouse()
    for stream, keys in truth.keys.items():
        warehouse.take({"type": "SCHEMA", "stream": stream, "key_properties": keys})
        for row in truth.tables[stream].values():
            warehouse.take({"type": "RECORD", "stream": stream, "record": row, "version": 1})
    wrong = []
    for message in messages:
        if message["type"] == "ACTIVATE_VERSION":
            stream = message["stream"]
            wrong += [f"{stream}: {key}" for key in warehouse.gone(message)]
        warehouse.take(json.loads(json.dumps(message)))
    return wrong
