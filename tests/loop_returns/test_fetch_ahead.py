"""Fetching ahead: however threads race, the same jobs are done and answered in the same order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop_returns.fetch_ahead import AHEAD, ROOM, Hold, fetch_ahead
from tests.sampling import examples


def read(
    seed: int, workers: int, limit: int = 60
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """What came and what was asked, where jobs depend on the answers before them."""
    random = Random(seed + workers)
    answered: list[tuple[int, int]] = []
    taken: list[tuple[int, int]] = []

    def take() -> int | None:
        # As with windows: what is asked next depends on the answers, and there may be a lull.
        if len(taken) >= limit or (len(answered) % 7 == 3 and len(taken) > len(answered)):
            return None
        job = hash((len(taken), tuple(answered[-3:]))) % 1000
        taken.append((len(answered), job))
        return job

    def fetch(job: int, _hold: Hold) -> int:
        time.sleep(random.random() / 2000)
        return job * 2

    for job, answer in fetch_ahead(take, fetch, workers=workers):
        answered.append((job, answer))
    return answered, taken


@given(st.integers(0, 1000))
@settings(max_examples=examples(15), deadline=None)
def test_the_number_of_workers_changes_neither_the_jobs_nor_their_order(seed: int) -> None:
    """One worker or eight: what is taken, after which answers, and what comes of it, are equal."""
    alone, together = read(seed, 1), read(seed, 8)
    assert alone == together
    answered, taken = alone
    assert [job for job, _ in answered] == [job for _, job in taken]
    assert len(answered) == 60


def test_a_slow_answer_does_not_let_later_ones_pass() -> None:
    """Answers are handed over in the order of their jobs, though the first is the last to come."""
    first = threading.Event()

    def fetch(job: int, _hold: Hold) -> int:
        if job == 0:
            assert first.wait(5)
        if job == 9:
            first.set()
        return job

    jobs = iter(range(10))
    answers = list(fetch_ahead(lambda: next(jobs, None), fetch, workers=8))
    assert answers == [(job, job) for job in range(10)]


def test_an_exception_comes_in_its_turn() -> None:
    """The answers before it are handed over first, though it was there before them."""
    failed = threading.Event()

    def fetch(job: int, _hold: Hold) -> int:
        if job == 3:
            failed.set()
            raise LookupError(job)
        assert failed.wait(5)
        return job

    jobs = iter(range(100))
    answers = fetch_ahead(lambda: next(jobs, None), fetch, workers=8)
    assert [next(answers), next(answers), next(answers)] == [(0, 0), (1, 1), (2, 2)]
    with pytest.raises(LookupError, match="3"):
        next(answers)


def workers_alive() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("fetch-")]


@pytest.fixture(autouse=True)
def no_worker_stays() -> Iterator[None]:
    """After each test, all threads of it are gone."""
    yield
    for thread in workers_alive():
        thread.join(5)
    assert not workers_alive()


@pytest.mark.parametrize("workers", [1, 8])
def test_a_reader_that_stops_early_leaves_no_work_running(workers: int) -> None:
    """What had not begun is never begun, and the threads end."""
    begun: list[int] = []
    lock = threading.Lock()

    def fetch(job: int, _hold: Hold) -> int:
        with lock:
            begun.append(job)
        time.sleep(0.01)
        return job

    jobs = iter(range(1000))
    answers = fetch_ahead(lambda: next(jobs, None), fetch, workers=workers)
    with closing(answers):  # type: ignore[type-var]
        assert next(answers) == (0, 0)
    with lock:
        so_far = len(begun)
    for thread in workers_alive():
        thread.join(5)
    assert len(begun) <= so_far + workers  # those that were just being taken
    assert next(jobs) <= AHEAD + 1


@pytest.mark.parametrize("workers", [1, 4, 32])
def test_no_more_than_ahead_jobs_are_taken_before_the_first_answer_is_handed_over(
    workers: int,
) -> None:
    """Memory stays bounded, however many there are to do; and that many are indeed ahead."""
    taken = 0
    handed = 0
    most = 0

    def take() -> int | None:
        nonlocal taken, most
        if taken == 200:
            return None
        taken += 1
        most = max(most, taken - handed)
        return taken

    for _ in fetch_ahead(take, lambda job, _: job, workers=workers):
        handed += 1
    assert handed == 200
    assert AHEAD <= most <= AHEAD + 1  # the answer that is being handed over is no longer ahead


def test_fetches_run_side_by_side() -> None:
    """Four workers do four jobs at once."""
    together = threading.Barrier(4, timeout=5)
    jobs = iter(range(8))
    answers = list(
        fetch_ahead(lambda: next(jobs, None), lambda _, __: together.wait() >= 0, workers=4)
    )
    assert [answer for _, answer in answers] == [True] * 8


def test_a_reader_is_asked_whether_to_go_on_while_an_answer_is_awaited() -> None:
    """So that a signal ends a run although Loop does not answer."""
    never = threading.Event()

    def stop() -> None:
        raise KeyboardInterrupt

    jobs = iter([1])
    with pytest.raises(KeyboardInterrupt):
        list(
            fetch_ahead(
                lambda: next(jobs, None), lambda _, __: never.wait(20), workers=1, idle=stop
            )
        )
    never.set()


def test_nothing_to_take_is_nothing_to_hand_over() -> None:
    """An empty list of jobs ends at once."""
    assert not list(fetch_ahead(lambda: None, lambda job, _: job, workers=8))


def test_what_waits_is_bounded_though_one_answer_is_slow() -> None:
    """While the first is awaited, no more comes than fits and what was under way."""
    first = threading.Event()
    came: dict[int, int] = {}
    size = ROOM // 3

    def fetch(job: int, hold: Hold) -> int:
        if job == 0:
            assert first.wait(5)
        hold(size)
        came[job] = size
        return job

    jobs = iter(range(20))
    answers = fetch_ahead(lambda: next(jobs, None), fetch, workers=2)
    timer = threading.Timer(0.3, first.set)
    timer.start()
    assert next(answers) == (0, 0)
    assert sum(came.values()) <= ROOM + 2 * size
    assert [answer for _, answer in answers] == list(range(1, 20))
    timer.join()


def test_an_answer_in_its_turn_is_never_held_up() -> None:
    """Though all room is taken by those behind it, and though they came first."""
    behind = threading.Barrier(2, timeout=5)

    def fetch(job: int, hold: Hold) -> int:
        if job < 2:
            behind.wait()
        hold(ROOM * (job + 1))
        return job

    jobs = iter(range(6))
    began = time.monotonic()
    answers = fetch_ahead(lambda: next(jobs, None), fetch, workers=2)
    assert [answer for _, answer in answers] == list(range(6))
    assert time.monotonic() - began < 5
