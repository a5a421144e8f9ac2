"""Returns against a mock account: what lands is what Loop holds."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from mock_loop import Loop, Quirks, Shop
from tap_loopreturns.records import schemas
from tests.running import run_tap, settings
from tests.sampling import sampled
from tests.truth import differences, states_in, states_of

FAMILY = ("returns", "return_line_items", "return_exchanges", "return_labels")


@pytest.mark.parametrize("stream", FAMILY)
def test_every_return_and_what_is_in_it_lands_as_loop_holds_it(
    loop: Loop, shop: Shop, stream: str
) -> None:
    """Keys and values of the stream equal the account's, in all five states."""
    run = run_tap(settings(loop), select=[stream])
    assert run.streams == {stream}
    assert not differences(shop, run, stream)
    assert len(run.records(stream)) == len(shop.truth(stream))


def test_all_five_states_are_read(loop: Loop, shop: Shop) -> None:
    """Cancelled and review returns, which Loop leaves out unless asked, are there."""
    run = run_tap(settings(loop))
    assert set(states_of(run).values()) == {"open", "closed", "cancelled", "expired", "review"}
    assert states_of(run) == states_in(shop)


def test_only_the_states_that_are_asked_for_are_read(loop: Loop, shop: Shop) -> None:
    """With two states set, the returns of these two land, and no others."""
    run = run_tap(settings(loop, states=["cancelled", "open"]))
    wanted = {
        name: state for name, state in states_in(shop).items() if state in {"cancelled", "open"}
    }
    assert states_of(run) == wanted


def test_a_second_run_moves_only_what_changed(loop: Loop, shop: Shop) -> None:
    """After 200 changes, the second run brings just those, and both together equal the account."""
    first = run_tap(settings(loop))
    shop.advance(seconds=-5)  # what changes in the second of a run's start is the next run's
    changed = shop.change(200, seed=3)
    second = run_tap(settings(loop), state=first.state)
    assert {record["id"] for record in second.records("returns")} == changed
    assert states_of(first) | states_of(second) == states_in(shop)


def test_a_state_that_is_added_later_is_read_from_the_start(loop: Loop, shop: Shop) -> None:
    """A bookmark counts for the states that it was made with, and for no others."""
    first = run_tap(settings(loop, states=["open", "closed"]))
    second = run_tap(settings(loop), state=first.state)
    assert states_of(first) | states_of(second) == states_in(shop)
    assert not {"open", "closed"} & set(states_of(second).values())


def test_an_earlier_start_date_reads_just_the_stretch_before(loop: Loop, shop: Shop) -> None:
    """Moved back, `start_date` brings the returns before the old one, and those alone."""
    first = run_tap(settings(loop, start_date="2026-06-01"))
    second = run_tap(settings(loop, start_date="2026-01-01", lookback_hours=0), state=first.state)
    assert states_of(first) | states_of(second) == states_in(shop)
    assert not set(states_of(first)) & set(states_of(second))


def test_a_history_split_between_workers_is_read_once(loop: Loop, shop: Shop) -> None:
    """Two spans that meet hold each return exactly once."""
    early = run_tap(settings(loop, end_date="2026-06-01T12:34:56Z"))
    late = run_tap(settings(loop, start_date="2026-06-01T12:34:56Z"))
    assert states_of(early) | states_of(late) == states_in(shop)
    assert not set(states_of(early)) & set(states_of(late))


@pytest.mark.parametrize(
    ("order", "bounds", "cursor"),
    sampled(
        product(
            ["desc", "asc", "id"],
            [(True, True), (False, True), (True, False), (False, False)],
            ["filter", "created_at", "opaque"],
        ),
        8,
    ),
)
def test_loop_may_order_bound_and_page_as_it_likes(
    loop: Loop, shop: Shop, order: Any, bounds: tuple[bool, bool], cursor: Any
) -> None:
    """Newest or oldest first or neither, bounds in or out, any cursor: every return lands once."""
    shop.bulk_stamp(list(shop.returns)[:60], "2026-05-05T03:00:00Z")
    loop.quirks = Quirks(
        requests_per_minute=None,
        order=order,
        from_inclusive=bounds[0],
        to_inclusive=bounds[1],
        cursor_column=cursor,
    )
    run = run_tap(settings(loop, page_size=20))
    assert states_of(run) == states_in(shop)
    assert len(run.records("returns")) == len(shop.returns)


@pytest.mark.parametrize("stream", FAMILY)
def test_every_record_validates_against_its_schema(loop: Loop, stream: str) -> None:
    """Each RECORD fits the SCHEMA before it, formats included."""
    run = run_tap(settings(loop), select=[stream])
    schema = next(m["schema"] for m in run.messages if m["type"] == "SCHEMA")
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    for record in run.records(stream):
        validator.validate(record)
    assert set(schema["properties"]) == set(schemas.load(stream)["properties"])


def test_the_output_is_the_same_with_any_concurrency(loop: Loop) -> None:
    """One request at a time or sixteen: the same records in the same order."""
    alone, together = (
        [
            (message["stream"], message["record"])
            for message in run_tap(
                settings(loop, page_size=10, concurrency=workers, end_date="2026-11-21"),
                select=FAMILY,
            ).messages
            if message["type"] == "RECORD"
        ]
        for workers in (1, 16)
    )
    assert alone == together
