"""Fetch ahead on threads, hand over in order. Pure but for the threads.

The next job may depend on earlier answers. So that it depends on them the same
way every time, a job is taken exactly when the answer `AHEAD` places before it
has been handed over, whatever the number of workers and however fast they are:
one worker or eight, the same jobs are done, and answered in the same order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from itertools import count
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from tap_loopreturns.room import Place, Room

Job = TypeVar("Job")
Answer = TypeVar("Answer")

AHEAD = 16
"""How many jobs may be under way or waiting to be handed over."""

_PATIENCE = 0.5  # seconds


def in_order(
    take: Callable[[], Job | None],
    fetch: Callable[[Job, Place], Answer],
    *,
    workers: int,
    idle: Callable[[], object] = bool,
) -> Iterator[tuple[Job, Answer]]:
    """Yield each job with its answer, in the order in which the jobs were taken.

    `take` is called on the caller's thread only, between two answers; it gives
    the next job, or None while there is none to give. `fetch` is given a job and
    its place in the order, which it may tell how many bytes have come. Its
    exception is raised in its turn, after the answers before it have been handed
    over. While the caller waits for an answer, `idle` is called now and then.
    """
    todo: SimpleQueue[_Task[Job, Answer] | None] = SimpleQueue()
    room = Room()

    # Daemons, so that an interrupted run ends without waiting for Loop to answer.
    for number in range(workers):
        Thread(target=_work, args=(todo, fetch), name=f"fetch-{number + 1}", daemon=True).start()

    ahead: deque[_Task[Job, Answer]] = deque()
    numbers = count()
    try:
        while True:
            while len(ahead) < AHEAD and (job := take()) is not None:
                task = _Task[Job, Answer](job, room.place(next(numbers)))
                ahead.append(task)
                todo.put(task)
            if not ahead:
                return
            task = ahead.popleft()
            task.place.take_its_turn()
            while not task.answer.done():
                wait([task.answer], timeout=_PATIENCE)
                idle()
            yield task.job, task.answer.result()
    finally:
        for task in ahead:
            task.answer.cancel()
        room.close()
        for _ in range(workers):
            todo.put(None)


class _Task(Generic[Job, Answer]):
    """A job, its place in the order, and the answer that is to come."""

    __slots__ = ("answer", "job", "place")

    def __init__(self, job: Job, place: Place) -> None:
        self.job = job
        self.place = place
        self.answer: Future[Answer] = Future()


def _work(
    todo: SimpleQueue[_Task[Job, Answer] | None], fetch: Callable[[Job, Place], Answer]
) -> None:
    while (task := todo.get()) is not None:
        _do(task, fetch)
        del task  # or its answer would be kept until the next one has come


def _do(task: _Task[Job, Answer], fetch: Callable[[Job, Place], Answer]) -> None:
    task.place.wait_to_begin()
    if not task.answer.set_running_or_notify_cancel():
        return
    try:
        task.answer.set_result(fetch(task.job, task.place))
    except BaseException as error:  # noqa: BLE001  raised again where the result is asked for
        task.answer.set_exception(error)
