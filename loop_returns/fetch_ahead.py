"""Fetch ahead on threads, hand over in order. Pure but for the threads.

The next job may depend on earlier answers. So that it depends on them the same way
every time, a job is taken exactly when the answer `AHEAD` places before it has been
handed over: one worker or sixteen, fast or slow, the same jobs are done in the same
order.

Answers that wait for their turn are bounded in bytes, too. While they are more than
`ROOM`, no job is begun, and no answer goes on coming, but the one whose turn is next.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from queue import SimpleQueue
from threading import Condition, Thread
from typing import Generic, TypeVar

Job = TypeVar("Job")
Fetched = TypeVar("Fetched")

Hold = Callable[[int], object]
"""Told how many bytes of an answer have come; where there is no room for more, it waits a while."""

AHEAD = 16
"""How many jobs may be under way or waiting to be handed over."""

ROOM = 8 * 1024 * 1024
"""Bytes that may wait: about three full pages of returns.

Without this bound the peak of 300,000 returns is 107 instead of 88 MB, 1.18 instead of 1.07 times
that of 30,000 (`python -m benchmarks --only memory`); more room is not faster.
"""

_PATIENCE = 20.0
"""Seconds for which an answer may be held up in all: who does not read what a server sends is hung
up on."""

_IDLE = 0.5  # seconds


def fetch_ahead(
    next_job: Callable[[], Job | None],
    fetch: Callable[[Job, Hold], Fetched],
    *,
    workers: int,
    idle: Callable[[], object] | None = None,
) -> Iterator[tuple[Job, Fetched]]:
    """Yield each job with what was fetched for it, in the order in which jobs were taken.

    Args:
        next_job: Gives the next job, or None while there is none. Called between two
            answers, on the caller's thread only.
        fetch: Does a job, on a worker's thread, and may call what it is given with the
            bytes that have come. Its exception is raised in its turn, after the answers
            before it have been handed over.
        workers: How many jobs are done at once.
        idle: Called every half second while the caller waits.
    """
    todo: SimpleQueue[_Task[Job, Fetched] | None] = SimpleQueue()
    room = _Room()
    # Daemons, so that an interrupted run ends without waiting for Loop to answer.
    for number in range(workers):
        name = f"fetch-{number + 1}"
        Thread(target=_work, args=(todo, fetch, room), name=name, daemon=True).start()
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
            room.begin_turn(task)
            while not task.answer.done():
                wait([task.answer], timeout=_IDLE)
                if idle:
                    idle()
            yield task.job, task.answer.result()
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
    """Bytes that wait to be handed over."""
    patience: float = _PATIENCE


class _Room:
    """How many bytes wait to be handed over, and who may go on."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting = 0
        self._turn = 0
        self._closed = False

    def wait_to_begin(self, task: _Task[Job, Fetched]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._may_go_on(task))

    def hold(self, task: _Task[Job, Fetched], size: int) -> None:
        with self._changed:
            if task.number > self._turn:
                self._waiting += size - task.size
                task.size = size
            if not self._may_go_on(task) and task.patience > 0:
                began = time.monotonic()
                self._changed.wait_for(lambda: self._may_go_on(task), task.patience)
                task.patience -= time.monotonic() - began

    def begin_turn(self, task: _Task[Job, Fetched]) -> None:
        with self._changed:
            self._turn = task.number
            self._waiting -= task.size
            task.size = 0
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _may_go_on(self, task: _Task[Job, Fetched]) -> bool:
        return self._waiting < ROOM or task.number <= self._turn or self._closed


def _work(
    todo: SimpleQueue[_Task[Job, Fetched] | None],
    fetch: Callable[[Job, Hold], Fetched],
    room: _Room,
) -> None:
    while (task := todo.get()) is not None:
        _do(task, fetch, room)
        del task  # or its answer would be kept until the next one has come


def _do(task: _Task[Job, Fetched], fetch: Callable[[Job, Hold], Fetched], room: _Room) -> None:
    room.wait_to_begin(task)
    if not task.answer.set_running_or_notify_cancel():
        return
    try:
        task.answer.set_result(fetch(task.job, partial(room.hold, task)))
    except BaseException as error:  # noqa: BLE001  raised again where the result is asked for
        task.answer.set_exception(error)
