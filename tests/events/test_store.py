"""The store: what was taken is there, once, in an order that readers can follow; on both."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from loopreturns_events.delivery import Delivery, now
from loopreturns_events.errors import OffsetAhead, SettingsError, StoreTrouble
from loopreturns_events.reading import open_reader
from loopreturns_events.store import Aside, Store, Taken, open_store
from tests.sampling import examples

LATER = "9999-01-01T00:00:00.000000Z"


def delivery(body: str | bytes, shop: str = "acme") -> Delivery:
    return Delivery(shop, body.encode() if isinstance(body, str) else body, now())


def test_a_repeated_delivery_is_the_same_event_counted_and_read_again(store: Store) -> None:
    """Its id stays, its count grows, and it moves to where a reader finds it anew."""
    assert store.take([delivery("a"), delivery("b"), delivery("a")]) == [
        Taken.NEW, Taken.NEW, Taken.REPEATED,
    ]  # fmt: skip
    assert store.take([delivery("a"), delivery("a", "other")]) == [Taken.REPEATED, Taken.NEW]
    events = [(e.id, e.sequence, e.shop, e.body, e.count) for e in store.read(0)]
    assert events == [(2, 2, "acme", b"b", 1), (1, 3, "acme", b"a", 3), (4, 4, "other", b"a", 1)]
    assert [event.id for event in store.read(2)] == [1, 4]


@hypothesis_settings(
    max_examples=examples(50),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(body=st.binary(max_size=300) | st.sampled_from([
    b'{"topic": "\\ud800", "trigger": "\\u0000", "id": 1e400}', b"[" * 100_000, b"\x00", b"",
    b'{"topic": "return", "id": true}', b'{"topic":"' + b"x" * 5000 + b'"}',
]))  # fmt: skip
def test_a_body_of_any_bytes_is_kept_as_it_came(store: Store, body: bytes) -> None:
    """Whatever is in it, JSON or not: the reader gets the same bytes."""
    store.take([delivery(body)])
    (event,) = store.read(store.last() - 1)
    assert event.body == body


def test_a_reader_never_sees_an_event_appear_below_one_that_it_has_read(
    where: str, store: Store
) -> None:
    """Four receivers write at once while a reader follows: it gets each sequence, in order."""
    total, done = 4 * 60, threading.Event()
    store.check()

    def receive(number: int) -> None:
        own = open_store(where)
        for place in range(60):
            for _ in range(100):  # a writer that others held off too long tries again
                with suppress(StoreTrouble):
                    own.take([delivery(f"{number}-{place}")])
                    break
        own.close()

    def follow() -> list[int]:
        reader, seen, offset = open_store(where), [0], 0
        while True:
            last_round = done.is_set()
            for event in reader.read(offset, limit=7):
                seen.append(event.sequence)
                offset = event.sequence
            if last_round and offset == reader.last():
                reader.close()
                return seen

    with ThreadPoolExecutor(5) as pool:
        following = pool.submit(follow)
        list(pool.map(receive, range(4)))
        done.set()
        assert following.result(30) == list(range(total + 1))


def test_only_what_every_reader_has_confirmed_is_pruned(store: Store) -> None:
    """Without a reader nothing goes; with two, what the slower one has confirmed."""
    store.take([delivery(str(number)) for number in range(10)])
    assert store.prune(LATER) == 0
    store.confirm("one", 8)
    store.confirm("two", 5)
    store.confirm("two", 3)  # a run with an older STATE takes nothing back
    assert store.prune("2020-01-01T00:00:00.000000Z") == 0
    assert store.prune(LATER, limit=2) == 2
    assert store.prune(LATER) == 3
    assert [event.sequence for event in store.read(0)] == [6, 7, 8, 9, 10]
    held = {reader.name: (reader.unread, reader.overdue) for reader in store.followed(LATER)}
    assert held == {"one": (2, 2), "two": (5, 5)}
    assert store.forget("two")
    assert store.prune(LATER) == 3


def test_an_event_that_comes_again_after_it_was_confirmed_is_not_pruned(store: Store) -> None:
    """The reader has not seen that it came again."""
    store.take([delivery("a"), delivery("b")])
    store.confirm("one", 2)
    store.take([delivery("a")])
    assert store.prune(LATER) == 1
    assert [(event.body, event.count) for event in store.read(2)] == [(b"a", 2)]


def test_an_offset_of_another_store_is_refused(store: Store) -> None:
    """Going on from there would skip what comes until the new store has caught up."""
    store.take([delivery("a")])
    for ask in (lambda: store.read(2), lambda: store.confirm("one", 2)):
        with pytest.raises(OffsetAhead, match="offset 2 is beyond 1"):
            ask()
    assert store.read(1) == []


def test_a_store_keeps_its_id_and_its_sequence_when_everything_was_pruned(
    where: str, store: Store
) -> None:
    """A sequence is never given twice."""
    store.take([delivery("a")])
    store.confirm("one", 1)
    store.prune(LATER)
    own = open_store(where)
    own.take([delivery("a")])
    assert (own.id, own.last()) == (store.id, 2)
    assert [event.id for event in own.read(0)] == [2]
    own.close()


def test_what_is_kept_aside_is_bounded_for_each_shop(where: str) -> None:
    """More than that has no room; another shop has its own."""
    store = open_store(where, aside_bytes=10)
    kept = [
        Aside(delivery(body, shop), b"s" * 32)
        for body, shop in (("12345", "a"), ("67890", "a"), ("1", "a"), ("1", "b"))
    ]
    assert store.take([], kept) == [
        Taken.ASIDE, Taken.ASIDE, Taken.NO_ROOM_ASIDE, Taken.ASIDE,
    ]  # fmt: skip
    assert (store.figures().aside, store.figures().aside_bytes) == (3, 11)
    store.close()


def test_what_is_taken_in_is_an_event_and_no_longer_aside(store: Store) -> None:
    """Both in one transaction, with the time at which it came."""
    came = Delivery("acme", b'{"topic":"return","id":7}', "2026-01-01T00:00:00.000000Z")
    store.take([], [Aside(came, b"s" * 32)])
    (kept,) = store.kept_aside()
    assert (kept.delivery, kept.signature) == (came, b"s" * 32)
    assert store.take_in([kept]) == [Taken.NEW]
    assert store.kept_aside() == []
    assert [(e.return_id, e.received_at) for e in store.read(0)] == [("7", came.received_at)]


def test_figures_count_what_is_there(store: Store) -> None:
    """Events, what waits for the slowest reader, and bytes on disk."""
    taken = [delivery(str(number)) for number in range(3)]
    store.take(taken)
    store.confirm("one", 1)
    found = store.figures()
    assert (found.last, found.events, found.aside, found.readers) == (3, 3, 0, {"one": 1})
    assert found.oldest == taken[1].received_at
    assert found.size > 4096


def test_a_store_that_two_make_at_once_is_one(where: str) -> None:
    """Receivers that start together find the same store."""
    stores = [open_store(where) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert len(Counter(pool.map(lambda store: store.id, stores))) == 1
    for one in stores:
        one.close()


def test_who_makes_a_file_beside_another_waits_for_it(tmp_path: Path) -> None:
    """The first delivery to a new receiver is not turned away, since its upkeep opens the file."""
    for number in range(100):
        address = str(tmp_path / f"{number}.db")
        start = threading.Barrier(2)

        def take(address: str, start: threading.Barrier = start) -> Taken:
            store = open_store(address)
            start.wait()
            try:
                return store.take([delivery("a")])[0]
            finally:
                store.close()

        with ThreadPoolExecutor(2) as both:
            assert set(both.map(take, [address] * 2)) == {Taken.NEW, Taken.REPEATED}


def test_a_reader_of_a_store_that_is_not_there_is_told_so(where: str) -> None:
    """At a mistyped path it would find no events, for ever."""
    with open_reader(where, "any") as reader:
        for ask in (lambda: reader.read(0), reader.last, lambda: reader.confirm(0)):
            with pytest.raises(StoreTrouble, match="no receiver has made"):
                ask()
    store = open_store(where)
    store.take([delivery("a")])
    store.close()
    with open_reader(where, "any") as reader:
        assert len(reader.read(0)) == 1


@pytest.mark.parametrize("where", ["", "mysql://x", "sqlite:///x"])
def test_an_address_of_another_kind_is_refused(where: str) -> None:
    """One line names the setting and what it accepts."""
    with pytest.raises(SettingsError, match=r"'store' accepts postgresql"):
        open_store(where)
