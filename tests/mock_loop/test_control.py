"""Orders under /_mock/ change the account, and questions are answered from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mock_loop import Loop, Quirks, Shop, control, serve
from tests.mock_loop.asking import NOW, get


def order(loop: Loop, task: str, **given: Any) -> Any:
    answer = control.answer(loop, "POST", f"/_mock/{task}", json.dumps(given).encode())
    return json.loads(answer.body)


def told(loop: Loop, path: str) -> Any:
    return json.loads(control.answer(loop, "GET", f"/_mock/{path}", b"").body)


@pytest.fixture
def loop() -> Iterator[Loop]:
    """A small account that may be changed."""
    with serve(Shop.seeded(50, now=NOW)) as running:
        yield running


def test_changes_are_made_and_named(loop: Loop) -> None:
    """What differs afterwards is what the answer says."""
    before = dict(loop.shop.returns)
    touched = order(loop, "change", count=20, seed=7)["touched"]
    after = dict(loop.shop.returns)
    assert touched == sorted(one for one, row in after.items() if before.get(one) != row)
    assert "allowlists" in order(loop, "change-lists", seed=1)


def test_rows_are_told_whole_or_in_part(loop: Loop) -> None:
    """All states, whatever scopes the key has."""
    rows = told(loop, "returns?fields=id,state")
    assert {row["id"] for row in rows} == set(loop.shop.returns)
    assert rows[0].keys() == {"id", "state"}
    assert told(loop, "truth/destinations") == loop.shop.truth("destinations")


def test_the_clock_is_moved(loop: Loop) -> None:
    """To a moment, or on by some seconds."""
    assert order(loop, "now", now="2026-12-01") == {"now": "2026-12-01T00:00:00Z"}
    assert order(loop, "now", advance=60) == told(loop, "now") == {"now": "2026-12-01T00:01:00Z"}


def test_quirks_that_are_not_named_keep_their_values(loop: Loop) -> None:
    """Lists of JSON are tuples here."""
    order(loop, "quirks", order="asc", latency=[0, 0.01])
    order(loop, "quirks", gzip=False)
    assert loop.quirks == Quirks(order="asc", latency=(0, 0.01), gzip=False)


def test_faults_come_as_they_are_scripted_and_requests_are_counted(loop: Loop) -> None:
    """By path and status, until they are forgotten."""
    order(loop, "faults", script=["500"])
    assert [get(loop, "/webhooks").status_code for _ in range(2)] == [500, 200]
    assert told(loop, "requests") == {
        "total": 2,
        "by_path": {"/api/2026-10/webhooks": {"200": 1, "500": 1}},
    }
    order(loop, "reset-requests", budget=True)
    assert told(loop, "requests")["total"] == 0
    assert get(loop, "/webhooks").headers["x-ratelimit-remaining"] == "299"


@pytest.mark.parametrize(
    ("task", "given"),
    [
        ("quirks", {"gravity": 2}),
        ("quirks", {"order": "sideways"}),
        ("faults", {"kinds": ["earthquake"]}),
        ("now", {"now": "soon"}),
        ("dance", {}),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_422(
    loop: Loop, task: str, given: dict[str, Any]
) -> None:
    """It names the task; nothing has changed."""
    quirks = loop.quirks
    assert order(loop, task, **given)["errors"].keys() == {task}
    assert loop.quirks is quirks
