"""Whoever sends what: nothing comes in that should not, and nothing stops."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from loopreturns_events.store import open_store
from tests.events import hostile
from tests.events.receiving import Process, body, configure, running

ASIDE = 2 * 1024 * 1024


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One store for all of them."""
    return str(tmp_path_factory.mktemp("hostile") / "events.db")


@pytest.fixture(scope="module")
def receiver(where: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A receiver that has little patience."""
    config = configure(
        tmp_path_factory.mktemp("hostile"),
        where,
        body_seconds=1,
        aside_bytes=ASIDE,
        aside_per_minute=60,
    )
    with running(config) as receiver:
        yield receiver


@pytest.mark.parametrize("kind", hostile.KINDS, ids=lambda kind: kind.name)
def test_a_hostile_sender_gets_nothing_in_and_stops_nothing(
    receiver: Process, where: str, kind: hostile.Kind
) -> None:
    """It is told no, or nothing; what is right before and after it is taken in."""
    store = open_store(where)
    receiver.deliver(body(1))
    before = store.last()
    assert kind.send(receiver) <= kind.allowed
    number = store.figures().last
    assert receiver.deliver(body(2)).status == 200
    taken = {event.body for event in store.read(before)} - {body(2)}
    assert len(taken) == kind.taken
    assert not any(b"evil" in one for one in taken)
    assert number - before == kind.taken * (hostile.AGAIN if "again" in kind.name else 1)
    assert store.figures().aside_bytes <= ASIDE
    store.close()
    assert receiver.process.poll() is None


def test_there_are_more_than_twenty_kinds() -> None:
    """Each with a name of its own."""
    assert len({kind.name for kind in hostile.KINDS}) == len(hostile.KINDS) > 20
