"""Where Loop goes beyond what is documented: read round it, or end loudly; never silent, or stuck.

The mock account plays each misbehaviour (see `mock_loop.quirks`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partialmethod
from typing import Any

import pytest

from loop_returns.errors import Incomplete
from loop_returns.http.exchange import Account
from mock_loop import Loop, Quirks, Shop, serve
from mock_loop.book import STATES
from tests.proofs.running import without_waiting
from tests.running import Output, run_tap, settings
from tests.sampling import sampled

FREE = Quirks(requests_per_minute=None)
LARGE = 4_000_000  # bytes
SECOND = "2026-03-01T02:00:00Z"


def crowded(crowd: int, others: int = 200) -> Shop:
    shop = Shop.seeded(others, 4, "2026-01-01", "2026-06-01", now="2026-06-02")
    for number in range(crowd):
        shop.add_return(
            state="open", created_at=f"2026-02-{1 + number % 28:02}T01:00:00Z", updated_at=SECOND
        )
    return shop


def run(loop: Loop, state: Any = None, **others: Any) -> Output:
    config = settings(loop, start_date="2025-12-01", **others)
    prepare = without_waiting(patience=5)
    return run_tap(config, state=state, fails=None, prepare=prepare)


def lost(shop: Shop, *outputs: Output) -> set[str]:
    return set(shop.returns) - {row["id"] for one in outputs for row in one.records("returns")}


def is_covered(output: Output, state: str, moment: str) -> bool:
    bookmark = output.state.get("bookmarks", {}).get("returns", {})
    return any(a <= moment < b for a, b in bookmark.get("covered", {}).get(state, ()))


@pytest.mark.parametrize(
    ("crowd", "cap"), sampled([(150, 100), (1211, 1000), (1396, 1024), (900, 1000)], 1)
)
@pytest.mark.parametrize("order", ["desc", "asc", "id"])
def test_an_unpaged_list_that_is_cut_loses_nothing(crowd: int, cap: int, order: Any) -> None:
    """Pages by creation show what such an answer lacks; the run is complete."""
    shop = crowded(crowd)
    with serve(shop, quirks=replace(FREE, unpaged_cap=cap, order=order)) as loop:
        output = run(loop, page_size=100 if crowd == 150 else 750)
    assert output.error is None
    assert not lost(shop, output)


@pytest.mark.parametrize("crowd", [150, 1500])
def test_an_honest_crowd_is_read_without_another_way(crowd: int) -> None:
    """Nothing is refused, and nothing is asked for by creation."""
    shop = crowded(crowd)
    with serve(shop, quirks=FREE) as loop:
        output = run(loop, page_size=100)
    assert not lost(shop, output)
    assert {request.query["filter"] for request in loop.requests} == {"updated_at"}


def test_an_account_that_is_one_crowd_is_not_refused() -> None:
    """Where no longer answer can be had, pages by creation prove that it is whole."""
    shop = crowded(1000, others=0)
    with serve(shop, quirks=FREE) as loop:
        output = run(loop)
    assert output.error is None
    assert not lost(shop, output)


@pytest.mark.parametrize("order", sampled(["desc", "asc", "id"], 1))
@pytest.mark.parametrize("since", [True, False])
@pytest.mark.parametrize("until", [True, False])
def test_times_with_fractions_that_are_not_shown_lose_nothing(
    order: Any, since: bool, until: bool
) -> None:
    """Bounds are whole seconds; what changed amid one lies beyond a bound at its start."""
    shop = crowded(300)
    quirks = replace(
        FREE, hidden_fractions=True, order=order, from_inclusive=since, to_inclusive=until
    )
    with serve(shop, quirks=quirks) as loop:
        output = run(loop, page_size=100)
    assert output.error is None
    assert not lost(shop, output)


def test_a_named_state_that_is_never_shown_does_not_count_as_read() -> None:
    """Answered with the default states, cancelled and review returns are missing: it is told."""
    shop = crowded(10)
    with serve(shop, quirks=replace(FREE, state_ignored="default")) as loop:
        output = run(loop)
    assert isinstance(output.error, Incomplete)
    assert "cancelled returns: asked for by name" in str(output.error)
    assert {shop.returns[one]["state"] for one in lost(shop, output)} == {"cancelled", "review"}
    assert not is_covered(output, "cancelled", SECOND)
    assert is_covered(output, "open", SECOND)


def test_a_state_that_is_ignored_altogether_is_read_all_the_same() -> None:
    """Every answer has the returns of all states, those asked for among them."""
    shop = crowded(10)
    with serve(shop, quirks=replace(FREE, state_ignored="all")) as loop:
        output = run(loop)
    assert output.error is None
    assert not lost(shop, output)


@pytest.mark.parametrize("quirk", ["filter_ignored", "to_ignored"])
def test_a_filter_that_is_not_kept_to_ends_the_run_and_nothing_counts_as_read(quirk: str) -> None:
    """Rows of other times than were asked for: what the answers lack is not known."""
    shop = crowded(10, others=3000)
    for one in list(shop.returns)[::3]:
        shop.edit_return(one, at="2026-05-30T00:00:00Z")
    changed: dict[str, Any] = {quirk: True}
    with serve(shop, quirks=replace(FREE, **changed)) as loop:
        output = run(loop, page_size=100)
        assert len(loop.requests) < 60
    assert isinstance(output.error, Incomplete)
    assert not any(is_covered(output, state, "2026-05-30T00:00:00Z") for state in STATES)


def test_a_second_that_loop_cannot_answer_holds_up_nothing_else() -> None:
    """All else comes, the run names it and fails; the next one asks for little but it."""
    shop = crowded(5)
    with serve(shop, quirks=replace(FREE, slow_second=SECOND)) as loop:
        first = run(loop)
        assert isinstance(first.error, Incomplete)
        assert SECOND in str(first.error)
        assert "524" in str(first.error)
        assert {shop.returns[one]["updated_at"] for one in lost(shop, first)} == {SECOND}
        assert not is_covered(first, "open", SECOND)
        assert is_covered(first, "open", "2026-03-01T02:00:02Z")
        loop.clear_requests()
        again = run(loop, first.state)
        assert isinstance(again.error, Incomplete)
        assert len({request.query["from"] for request in loop.requests}) < 8
        loop.quirks = FREE
        healed = run(loop, again.state)
    assert healed.error is None
    assert not lost(shop, first, healed)
    assert len(healed.records("returns")) < 20


def test_a_second_whose_answer_is_too_large_holds_up_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """More bytes than are borne (512 MiB; fewer here) go the way of a 524."""
    monkeypatch.setattr(Account, "__init__", partialmethod(Account.__init__, largest_answer=LARGE))
    shop = crowded(5)
    with serve(shop, quirks=replace(FREE, long_second=(SECOND, LARGE))) as loop:
        first = run(loop)
        assert isinstance(first.error, Incomplete)
        assert SECOND in str(first.error)
        assert f"an answer of more than {LARGE:,} bytes" in str(first.error)
        assert {shop.returns[one]["updated_at"] for one in lost(shop, first)} == {SECOND}
        assert not is_covered(first, "open", SECOND)
        loop.quirks = FREE
        healed = run(loop, first.state)
    assert healed.error is None
    assert not lost(shop, first, healed)


def test_a_return_without_a_date_holds_up_nothing_else() -> None:
    """It is named; where it may belong is asked for again by each run until it has one."""
    shop = crowded(0)
    bad = shop.add_return(state="open", updated_at=SECOND)
    shop.garble_return(bad, updated_at=None)
    with serve(shop, quirks=FREE) as loop:
        first = run(loop)
        assert isinstance(first.error, Incomplete)
        assert f"return {bad.id} has no date" in str(first.error)
        assert lost(shop, first) == {bad.id}
        assert not is_covered(first, "open", SECOND)
        shop.garble_return(bad, updated_at=SECOND)
        healed = run(loop, first.state)
    assert healed.error is None
    assert not lost(shop, first, healed)
    assert len(healed.records("returns")) < 20
