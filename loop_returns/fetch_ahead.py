"""Fetch ahead on threads, hand over in order. Pure but for the threads.

The next job may depend on earlier answers. So that it depends on them the same way
every time, a job is taken exactly when the answer `AHEAD` places before it has been
handed over: one worker or sixteen, fast or slow, the same jobs are done in the same
order.

Answers that wait for their turn are bounded in bytes, too. While they are more than
`ROOM`, no job is begun but the one whose turn is next; those under way go on, since
whoever does not read what a server sends is hung up on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from itertools import count
from queue import SimpleQueue
from threading import Condition, Thread
from typing import Generic, TypeVar

Job = TypeVar("Job")
Fetched = TypeVar("Fetched")

AHEAD = 16
"""How many jobs may be under way or waiting to be handed over."""

ROOM = 8 * 1024 * 1024
"""Bytes that may wait: about three full pages of returns. More is not faster (measured at answers
of 0.6 s: 13.8 to 14.3 s either way)."""

_IDLE = 0.5  # seconds


def fetch_ahead(
    next_job: Callable[[], Job | None],
    fetch: Callable[[Job], Fetched],
    *,
    workers: int,
    size: Callable[[Fetched], int] | None = None,
    idle: Callable[[], object] | None = None,
) -> Iterator[tuple[Job, Fetched]]:
    """Yield each job with what was fetched for it, in the order in which jobs were taken.

    Args:
        next_job: Gives the next job, or None while there is none. Called between two
            answers, on the caller's thread only.
        fetch: Does a job, on a worker's thread. Its exception is raised in its turn,
            after the answers before it have been handed over.
        workers: How many jobs are done at once.
        size: Bytes of an answer, where answers may be large.
        idle: Called every half second while the caller waits.
    """
    todo: SimpleQueue[_Task[Job, Fetched] | None] = SimpleQueue()
    room = _Room()
    # Daemons, so that an interrupted run ends without waiting for Loop to answer.
    for number in range(workers):
        Thread(
            target=_work, args=(todo, fetch, room, size), name=f"fetch-{number + 1}", daemon=True
        ).start()
    ahead: deque[_Task[Job, Fetched]] = deque()
    numbers = count()
    try:
        while True:
            while len(ahead) < AHEAD and (job := next_job()) is not None:
                ahead.append(_Task(next(numbers), job))
                todo.put(ahead[-1])
            if not ahead:
                return
            task = ahead.popleft()
            room.begin_turn(task.number)
            while not task.answer.done():
                wait([task.answer], timeout=_IDLE)
                if idle:
                    idle()
            fetched = task.answer.result()
            room.give_back(task.size)
            yield task.job, fetched
    finally:
        for task in ahead:
            task.answer.cancel()
        room.close()
        for _ in range(workers):
            todo.put(None)


@dataclass(slots=True, eq=False)
class _Task(Generic[Job, Fetched]):
    """A job, its number in the order, and its answer that is to come."""

    number: int
    job: Job
    answer: Future[Fetched] = field(default_factory=Future)
    size: int = 0


class _Room:
    """How many bytes wait to be handed over, and whether another job may be begun."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting = 0
        self._turn = 0
        self._closed = False

    def wait_to_begin(self, number: int) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._waiting < ROOM or number <= self._turn or self._closed
            )

    def take_up(self, size: int) -> None:
        with self._changed:
            self._waiting += size

    def begin_turn(self, number: int) -> None:
        with self._changed:
            self._turn = number
            self._changed.notify_all()

    def give_back(self, size: int) -> None:
        with self._changed:
            self._waiting -= size
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def _work(
    todo: SimpleQueue[_Task[Job, Fetched] | None],
    fetch: Callable[[Job], Fetched],
    room: _Room,
    size: Callable[[Fetched], int] | None,
) -> None:
    while (task := todo.get()) is not None:
        _do(task, fetch, room, size)
        del task  # or its answer would be kept until the next one has come


def _do(
    task: _Task[Job, Fetched],
    fetch: Callable[[Job], Fetched],
    room: _Room,
    size: Callable[[Fetched], int] | None,
) -> None:
    room.wait_to_begin(task.number)
    if not task.answer.set_running_or_notify_cancel():
        return
    try:
        fetched = fetch(task.job)
        if size:
            task.size = size(fetched)
            room.take_up(task.size)
        task.answer.set_result(fetched)
    except BaseException as error:  # noqa: BLE001  raised again where the result is asked for
        task.answer.set_exception(error)
