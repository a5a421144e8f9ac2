"""Fetch ahead on threads, hand over in order. Pure but for the threads.

The next job may depend on earlier answers. So that it depends on them the same way
every time, a job is taken exactly when the answer `AHEAD` places before it has been
handed over: one worker or sixteen, fast or slow, the same jobs are done in the same
order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

Job = TypeVar("Job")
Fetched = TypeVar("Fetched")

AHEAD = 16
"""How many jobs may be under way or waiting to be handed over.

This alone bounds the memory that answers take: a page of returns is about 2.5 MB, and what is
longer is packed. A bound in bytes beside it (60,000 returns, no budget, ten requests at once) kept
the peak at 84 instead of 97 MB, and changed nothing where thousands of returns share a second.
"""

_IDLE = 0.5  # seconds


def fetch_ahead(
    next_job: Callable[[], Job | None],
    fetch: Callable[[Job], Fetched],
    *,
    workers: int,
    idle: Callable[[], object] | None = None,
) -> Iterator[tuple[Job, Fetched]]:
    """Yield each job with what was fetched for it, in the order in which jobs were taken.

    Args:
        next_job: Gives the next job, or None while there is none. Called between two
            answers, on the caller's thread only.
        fetch: Does a job, on a worker's thread. Its exception is raised in its turn,
            after the answers before it have been handed over.
        workers: How many jobs are done at once.
        idle: Called every half second while the caller waits.
    """
    todo: SimpleQueue[_Task[Job, Fetched] | None] = SimpleQueue()
    # Daemons, so that an interrupted run ends without waiting for Loop to answer.
    for number in range(workers):
        Thread(target=_work, args=(todo, fetch), name=f"fetch-{number + 1}", daemon=True).start()
    ahead: deque[_Task[Job, Fetched]] = deque()
    try:
        while True:
            while len(ahead) < AHEAD and (job := next_job()) is not None:
                ahead.append(_Task(job))
                todo.put(ahead[-1])
            if not ahead:
                return
            task = ahead.popleft()
            while not task.answer.done():
                wait([task.answer], timeout=_IDLE)
                if idle:
                    idle()
            yield task.job, task.answer.result()
    finally:
        for task in ahead:
            task.answer.cancel()
        for _ in range(workers):
            todo.put(None)


@dataclass(slots=True, eq=False)
class _Task(Generic[Job, Fetched]):
    """A job, and its answer that is to come."""

    job: Job
    answer: Future[Fetched] = field(default_factory=Future)


def _work(todo: SimpleQueue[_Task[Job, Fetched] | None], fetch: Callable[[Job], Fetched]) -> None:
    while (task := todo.get()) is not None:
        _do(task, fetch)
        del task  # or its answer would be kept until the next one has come


def _do(task: _Task[Job, Fetched], fetch: Callable[[Job], Fetched]) -> None:
    if not task.answer.set_running_or_notify_cancel():
        return
    try:
        task.answer.set_result(fetch(task.job))
    except BaseException as error:  # noqa: BLE001  raised again where the result is asked for
        task.answer.set_exception(error)
