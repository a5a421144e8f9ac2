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
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

Job = TypeVar("Job")
Answer = TypeVar("Answer")

AHEAD = 16
"""How many jobs may be under way or waiting to be handed over."""

_PATIENCE = 0.5  # seconds


def in_order(
    take: Callable[[], Job | None],
    fetch: Callable[[Job], Answer],
    *,
    workers: int,
    idle: Callable[[], object] = bool,
) -> Iterator[tuple[Job, Answer]]:
    """Yield each job with its answer, in the order in which the jobs were taken.

    `take` is called on the caller's thread only, between two answers; it gives
    the next job, or None while there is none to give. An exception of `fetch`
    is raised in its turn, after the answers before it have been handed over.
    While the caller waits for an answer, `idle` is called now and then.
    """
    todo: SimpleQueue[tuple[Job, Future[Answer]] | None] = SimpleQueue()

    # Daemons, so that an interrupted run ends without waiting for Loop to answer.
    for number in range(workers):
        Thread(target=_work, args=(todo, fetch), name=f"fetch-{number + 1}", daemon=True).start()

    ahead: deque[tuple[Job, Future[Answer]]] = deque()
    try:
        while True:
            while len(ahead) < AHEAD and (job := take()) is not None:
                future: Future[Answer] = Future()
                ahead.append((job, future))
                todo.put((job, future))
            if not ahead:
                return
            job, future = ahead.popleft()
            while not future.done():
                wait([future], timeout=_PATIENCE)
                idle()
            yield job, future.result()
    finally:
        for _, future in ahead:
            future.cancel()
        for _ in range(workers):
            todo.put(None)


def _work(
    todo: SimpleQueue[tuple[Job, Future[Answer]] | None], fetch: Callable[[Job], Answer]
) -> None:
    while (item := todo.get()) is not None:
        job, future = item
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(fetch(job))
        except BaseException as error:  # noqa: BLE001  raised again where the result is asked for
            future.set_exception(error)
