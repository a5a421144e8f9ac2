"""Side by side, the same comes of it as one by one, and nothing on one thing changes its order."""

from __future__ import annotations

import tempfile
import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_loop import Shop, serve
from mock_loop.responses import Response
from target_loopreturns.actions.action import Action
from target_loopreturns.sending.lanes import lanes, run_lanes
from tests.acting import ALL_ALLOWED, Desk, messages, mixed, returns
from tests.target_loopreturns.acts import act
from tests.target_loopreturns.runs.late import instead
from tests.target_loopreturns.runs.rows import APPLY, FREE, UNSETTLED, flag

_ROWS = st.lists(
    st.one_of(
        st.builds(lambda n: ("return_actions", {"return_id": n, "action": "flag"}),
                  st.sampled_from("123456")),
        st.builds(lambda v: ("blocklist_items", {"type": "order", "value": v}),
                  st.sampled_from(["#1", "#2", " #1", "Ab", "ab"])),
        st.builds(lambda n: ("destinations", {"action": "delete", "id": n}),
                  st.sampled_from("12")),
    ),
    min_size=1, max_size=40,
)  # fmt: skip


@given(_ROWS)
def test_each_step_is_in_one_lane_and_what_is_about_one_thing_in_the_same(rows: Any) -> None:
    """For any rows: none lost, none twice, and the order within a lane is that of the rows."""
    steps = [(act(stream, n, action_id=str(n), **row),) for n, (stream, row) in enumerate(rows)]
    found = lanes(steps, {})
    assert sorted(step[0].line for lane in found for step in lane) == list(range(len(steps)))
    assert all(lane == sorted(lane, key=lambda step: step[0].line) for lane in found)
    homes = defaultdict(set)
    for number, lane in enumerate(found):
        for (one,) in lane:
            value = str(one.fields.get("value", "")).strip().casefold()
            homes[one.stream, one.return_id, value].add(number)
    assert all(len(where) == 1 for where in homes.values())


def test_what_is_one_thing_by_its_id_and_by_its_value_is_in_one_lane() -> None:
    """The entry "#1" is made, deleted by its id, and the id once more: a chain of two names."""
    made = act("blocklist_items", 0, type="order", value="#1")
    deleted = act("blocklist_items", 1, action="delete", id="5")
    again = act("blocklist_items", 2, action="delete", id="5")
    alone = act("blocklist_items", 3, type="order", value="#2")
    rows = {deleted.key: {"id": 5, "type": "order", "value": "#1"}}
    assert lanes([(made,), (again,), (alone,), (deleted,)], rows) == [
        [(made,), (again,), (deleted,)],
        [(alone,)],
    ]


def test_an_error_ends_all_lanes_after_what_is_under_way() -> None:
    """No step is begun after it, and those that were begun have ended when it is raised."""
    begun, ended = [], []
    failing = threading.Event()

    def take(step: tuple[Action, ...]) -> None:
        begun.append(step[0].line)
        if step[0].line == 0:
            failing.set()
            raise ZeroDivisionError
        failing.wait()
        ended.append(step[0].line)

    todo: list[list[tuple[Action, ...]]] = [
        [(act(line=n, return_id=str(n + 1), action="flag"),) for n in range(m, m + 9)]
        for m in (0, 9)
    ]
    with pytest.raises(ZeroDivisionError):
        run_lanes(todo, take, workers=2)
    assert len(begun) <= 4
    assert sorted(begun) == sorted([0, *ended])


def carried_out(seed: int, concurrency: int) -> tuple[list[Any], dict[str, Any], Any]:
    shop = Shop.seeded(returns=80, seed=seed)
    rows = mixed(shop, 50, seed)
    with serve(shop, quirks=FREE) as loop, tempfile.TemporaryDirectory() as folder:
        desk = Desk(loop, Path(folder), {**ALL_ALLOWED, "late_seconds": 0, "wait_seconds": 60})
        ran = desk.run(messages(rows), concurrency=concurrency)
    told = [(row["stream"], row["line"], row["outcome"], row["reason"]) for row in ran.outcomes]
    return told, {found.id: found.state for found in shop.book}, shop.acted


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(st.integers(1, 10_000), st.sampled_from([2, 4, 16]))
def test_the_same_comes_of_it_as_one_by_one(seed: int, concurrency: int) -> None:
    """Outcomes with their reasons, the states of all returns, and each change once."""
    assert carried_out(seed, concurrency) == carried_out(seed, 1)


@pytest.mark.parametrize(("limit", "least"), [("3", 3), ("20%", 20)])
def test_a_run_side_by_side_that_fails_too_often_stops(
    desk: Desk, shop: Shop, limit: str, least: int
) -> None:
    """Beyond the limit, only what was under way already: as many less one as go side by side."""
    rows = []
    for own in range(100, 160):
        shop.add_return(str(own), "open")
        rows.append(flag(str(own)))
    instead(desk.loop, [Response(451, b"<html>", "text/html")] * 60)
    ran = desk.run(returns(*rows, state=1), **APPLY, stop_after_failures=limit, concurrency=4)
    assert least <= ran.results["failed"] <= least + 3
    assert (sum(ran.results.values()), ran.exit_code, ran.state) == (60, UNSETTLED, [])
