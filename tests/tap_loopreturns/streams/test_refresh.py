"""A run by events: it asks for what happened, and what it writes is what the account holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from loop_returns import times
from loopreturns_events.errors import StoreTrouble
from mock_loop import Loop, Shop
from tests import many_shops
from tests.running import Output, run_tap, settings
from tests.tap_loopreturns.storing import confirmed, following, keep, said
from tests.truth import differences

RETURNS = ["returns", "return_line_items"]


class Pipeline:
    """Runs one after another, each with the STATE of the one before."""

    def __init__(self, loop: Loop, store: str, **more: Any) -> None:
        self.config = settings(
            loop, events_store=store, events_shop="acme", refresh="events", **more
        )
        self.lines: list[str] = []
        self.state: Mapping[str, Any] = {}
        self.loop = loop

    def run(self, select: list[str] | None = None, **more: Any) -> Output:
        """One run; its requests alone stay in the log of the account."""
        self.loop.requests.clear()
        run = run_tap(self.config | more, select=select or RETURNS, state=self.state)
        self.lines += run.lines
        self.state = run.state or self.state
        return run

    @property
    def landed(self) -> Output:
        """All that was written so far."""
        return Output(self.lines)


@pytest.fixture
def pipeline(loop: Loop, shop: Shop, tmp_path: Path) -> Pipeline:
    """After its first run, which reads by date."""
    pipeline = Pipeline(loop, following(shop, tmp_path / "e.db"))
    pipeline.run()
    return pipeline


def bookmark(state: Mapping[str, Any], stream: str = "returns") -> dict[str, Any]:
    entry: dict[str, Any] = state["bookmarks"][stream]
    return {name: value for name, value in entry.items() if name not in {"events", "sent"}}


def test_a_run_in_which_nothing_happened_asks_for_nothing(pipeline: Pipeline) -> None:
    """Not even whether the key may; only the store is asked."""
    run = pipeline.run()
    assert not pipeline.loop.requests
    assert not run.streams


def test_what_events_name_is_read_by_few_requests(pipeline: Pipeline, shop: Shop) -> None:
    """A request for each state that they name; the dated bookmark stays where it was."""
    before = pipeline.state
    shop.edit_return(shop.add_return(state="open").id, package_reference="PKG-1")
    run = pipeline.run()
    assert [row["package_reference"] for row in run.records("returns")] == ["PKG-1"]
    assert len(pipeline.loop.requests) == 1
    assert bookmark(pipeline.state) == bookmark(before)
    assert not differences(shop, pipeline.landed, "returns")
    pipeline.run()
    assert not pipeline.loop.requests


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_a_run_by_events_has_what_the_account_has(
    pipeline: Pipeline, shop: Shop, seed: int
) -> None:
    """Made, moved between states, edited: each with its event."""
    shop.change(15, seed=seed)
    pipeline.run()
    assert not differences(shop, pipeline.landed, "returns")


def test_details_and_notes_are_asked_for_where_something_happened(
    loop: Loop, shop: Shop, tmp_path: Path
) -> None:
    """One request for each return that was named, and for no other."""
    select = ["return_details", "return_notes"]
    pipeline = Pipeline(loop, following(shop, tmp_path / "e.db"))
    pipeline.run(select)
    touched = shop.change(8, seed=3)
    run = pipeline.run(select)
    assert {row["id"] for row in run.records("return_details")} == touched
    asked = [r for r in loop.requests if "/notes" in r.path]
    assert len(asked) == len(touched)
    for stream in select:
        assert not differences(shop, pipeline.landed, stream)


def test_an_event_that_comes_late_has_its_return_read_through_its_details(
    pipeline: Pipeline, shop: Shop
) -> None:
    """The list is not asked for a time long past, but for the second in which it changed."""
    pipeline.run()
    old = next(row for row in shop.truth("returns") if row["state"] == "open")
    keep(Path(pipeline.config["events_store"]), [said(int(old["id"]), state="open")])
    run = pipeline.run()
    assert [row["id"] for row in run.records("returns")] == [old["id"]]
    assert len(pipeline.loop.requests) <= 3


def test_many_late_events_are_left_to_a_reading_by_date(pipeline: Pipeline, shop: Shop) -> None:
    """It costs fewer requests than to ask for each."""
    ids = [int(row["id"]) for row in shop.truth("returns")][:50]
    keep(Path(pipeline.config["events_store"]), [said(one, state="open") for one in ids])
    pipeline.run()
    assert len(pipeline.loop.requests) <= 12
    pipeline.run()
    assert not pipeline.loop.requests


def test_by_and_by_the_dated_reading_reconciles(loop: Loop, shop: Shop, tmp_path: Path) -> None:
    """What no event told of is there then; STATE remembers when it was read last."""
    pipeline = Pipeline(loop, keep(tmp_path / "e.db", []))
    pipeline.run(end_date=times.show(shop.moment() - 25 * 3600))
    shop.change(10, seed=5)
    assert not pipeline.run(reconcile_hours=48).streams
    pipeline.run()
    assert not differences(shop, pipeline.landed, "returns")
    pipeline.run()
    assert not pipeline.loop.requests


def test_what_was_told_shortly_before_a_dated_reading_is_asked_for_after_it(
    loop: Loop, shop: Shop, tmp_path: Path
) -> None:
    """Whose clock is right is not known, so the reading may have come before the change."""
    pipeline = Pipeline(loop, following(shop, tmp_path / "e.db"))
    changed = shop.add_return(state="open").id
    pipeline.run()
    run = pipeline.run()
    assert [row["id"] for row in run.records("returns")] == [str(changed)]
    pipeline.run()
    assert not pipeline.loop.requests


def test_other_streams_are_read_when_they_are_due(loop: Loop, shop: Shop, tmp_path: Path) -> None:
    """Whole lists and dated ones: in the first run, and again after reconcile_hours."""
    select = [*RETURNS, "destinations", "label_requests"]
    pipeline = Pipeline(loop, following(shop, tmp_path / "e.db"))
    assert pipeline.run(select).streams >= {"destinations", "label_requests"}
    assert not pipeline.run(select).streams
    assert not loop.requests
    pipeline.run(select, reconcile_hours=0)
    assert {"destinations", "label-requests"} <= {r.path.split("/")[-1] for r in loop.requests}


def test_a_stream_that_was_added_is_read_by_date(pipeline: Pipeline) -> None:
    """And the others with it, so that all go on from the same events."""
    run = pipeline.run([*RETURNS, "return_labels"])
    assert run.records("return_labels")


def test_events_that_no_request_can_be_made_of_harm_nothing(pipeline: Pipeline, shop: Shop) -> None:
    """Ids that are none, of returns that are not there, and bodies that are not JSON."""
    bodies = [said(999999999), b'{"topic":"return","id":"../../x"}', b"\xff", said(7, state="odd")]
    keep(Path(pipeline.config["events_store"]), bodies)
    pipeline.run()
    pipeline.run()
    assert not pipeline.loop.requests
    assert not differences(shop, pipeline.landed, "returns")


def test_another_store_has_everything_read_by_date(
    pipeline: Pipeline, shop: Shop, tmp_path: Path
) -> None:
    """What was in the old one and not yet read would be lost else."""
    shop.listeners.clear()
    shop.change(10, seed=6)
    pipeline.config["events_store"] = keep(tmp_path / "other.db", [])
    pipeline.run()
    assert not differences(shop, pipeline.landed, "returns")
    pipeline.run()
    assert not pipeline.loop.requests


def test_a_store_that_is_away_is_told_before_anything_is_asked(pipeline: Pipeline) -> None:
    """Not taken for one without events."""
    pipeline.config["events_store"] += "-gone"
    with pytest.raises(StoreTrouble):
        pipeline.run()
    assert not pipeline.loop.requests


def test_events_are_confirmed_by_the_state_that_a_run_was_given(
    pipeline: Pipeline, shop: Shop
) -> None:
    """Not by the one that it writes."""
    shop.change(3, seed=7)
    pipeline.run()
    store = pipeline.config["events_store"]
    assert confirmed(store) == {"tap-loopreturns/acme/returns": 0}
    pipeline.run()
    assert confirmed(store)["tap-loopreturns/acme/returns"] > 0


def test_of_many_shops_only_those_are_asked_that_events_name(tmp_path: Path) -> None:
    """One store holds the events of all, by the names of the shops; one is of its own name."""
    store = tmp_path / "e.db"
    with many_shops.served({"north": 20, "south": 20, "west": 20}) as loops:
        config = many_shops.settings(loops, events_store=str(store), refresh="events")
        config["shops"][2]["events_shop"] = "acme"
        for name, loop in loops.items():
            following(loop.shop, store, {"west": "acme"}.get(name, name))
        first = run_tap(config, select=RETURNS)
        assert len(first.records("returns")) == 60
        for loop in loops.values():
            loop.requests.clear()
        new = {name: loops[name].shop.add_return(state="open").id for name in ("south", "west")}
        run = run_tap(config, select=RETURNS, state=first.state)
        assert {row["shop"]: row["id"] for row in run.records("returns")} == new
        assert {name: len(loop.requests) for name, loop in loops.items()} == {
            "north": 0, "south": 1, "west": 1,
        }  # fmt: skip
    readers = {reader.partition("/")[0] for reader in confirmed(store)}
    assert readers == {f"tap-loopreturns-{name}" for name in loops}
