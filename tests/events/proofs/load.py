"""Deliveries at a steady pace, and as fast as they are taken, on however many cores there are."""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import os
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from loopreturns_events import signature
from tests.events import receiving
from tests.events.receiving import SECRET, Process
from tests.warehouses.postgres_server import postgres

CONNECTIONS = 32
_RETURN = {
    "topic": "return", "trigger": "return.updated", "id": "NUMBER", "state": "open",
    "created_at": "2026-11-20T10:00:00+00:00", "total": "49.90", "currency": "USD",
    "line_items": [{"line_item_id": "1", "title": "A shirt", "price": "49.90", "more": "x" * 1200}],
}  # fmt: skip
"""About 1,500 bytes, as a real return with one item had."""


@dataclass
class Load:
    """What senders measured; times in milliseconds."""

    seconds: float = 0.0
    times: array[float] = field(default_factory=lambda: array("f"))
    other: int = 0
    """Answers that were not 200."""

    def __str__(self) -> str:
        times = sorted(self.times)
        median, late = (times[int((len(times) - 1) * share)] for share in (0.5, 0.99))
        return (
            f"{len(times):,} deliveries in {self.seconds:.0f} s, {len(times) / self.seconds:,.0f} "
            f"a second, not 200: {self.other}; answer: median {median:.1f} ms, "
            f"99th percentile {late:.1f} ms, longest {times[-1]:.0f} ms"
        )


def requests(first: int) -> Iterator[bytes]:
    """Signed deliveries, no two alike, of the size of a return with one item."""
    before, after = json.dumps(_RETURN).encode().split(b"NUMBER")
    number = first
    while True:
        number += 1
        content = before + str(number).encode() + after
        yield (
            b"POST /hooks/acme HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"%s: %s\r\nContent-Length: %d\r\n\r\n%s"
            % (
                signature.HEADER.encode(),
                signature.sign(content, SECRET).encode(),
                len(content),
                content,
            )
        )


class _Line(asyncio.Protocol):
    """One connection: a delivery, its answer, the next."""

    def __init__(self, load: Load, answered: Callable[[_Line], None]) -> None:
        self._load = load
        self._answered = answered
        self._since = 0.0
        self._told = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def send(self, request: bytes, due: float) -> None:
        """Send a delivery that was due at a time."""
        self._since = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._told += data  # head and body may come apart
        head, _, rest = self._told.partition(b"\r\n\r\n")
        if not rest.endswith(b"\n"):
            return
        if head.startswith(b"HTTP/1.1 200 "):
            self._load.times.append((time.perf_counter() - self._since) * 1000)
        else:
            self._load.other += 1
        self._told = b""
        self._answered(self)


async def _lines(url: str, load: Load, answered: Callable[[_Line], None]) -> list[_Line]:
    to = urlsplit(url)
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: _Line(load, answered), to.hostname or "", to.port or 0)
        for _ in range(CONNECTIONS)
    ]
    return [line for _, line in made]


async def _steadily(url: str, rate: float, seconds: float, first: int) -> Load:
    """So many a second; a late one counts from when it was due."""
    load, free = Load(), asyncio.Queue[_Line]()
    lines, following = await _lines(url, load, free.put_nowait), requests(first)
    for line in lines:
        free.put_nowait(line)
    began = time.perf_counter()
    for place in range(int(rate * seconds)):
        due = began + place / rate
        await asyncio.sleep(max(0, due - time.perf_counter()))
        (await free.get()).send(next(following), due)
    for _ in lines:
        await free.get()
    load.seconds = time.perf_counter() - began
    return load


async def _fast(url: str, count: int, first: int) -> Load:
    """Each connection sends the next as soon as it is answered."""
    load, following, left, done = Load(), requests(first), count, asyncio.Event()

    def again(line: _Line) -> None:
        nonlocal left
        if left:
            left -= 1
            line.send(next(following), time.perf_counter())
        elif len(load.times) + load.other >= count:
            done.set()

    lines = await _lines(url, load, again)
    began = time.perf_counter()
    for line in lines:
        again(line)
    await done.wait()
    load.seconds = time.perf_counter() - began
    return load


def _in_process(run: Callable[..., object], *given: object) -> Load:
    """A sender in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply(_run, (run.__name__, *given))
        assert isinstance(found, Load)
        return found


def _run(name: str, *given: object) -> Load:
    return asyncio.run({"_steadily": _steadily, "_fast": _fast}[name](*given))  # type: ignore[operator,no-any-return]


def memory(receiver: Process) -> float:
    """Megabytes of the receiver that are its own."""
    for line in Path(f"/proc/{receiver.process.pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss_Anon"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not say")


@contextlib.contextmanager
def receiver(kind: str) -> Iterator[Process]:
    """A receiver with an empty store of a kind, flushed to the real disk at each commit."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loop-load-")))
        where = str(folder / "events.db")
        if kind == "postgres":
            server = stack.enter_context(postgres(flushed=True))
            where = f"postgresql://{server.user}@{server.host}:{server.port}/{server.database}"
        yield stack.enter_context(receiving.running(receiving.configure(folder, where)))


def loads(kind: str, *, seconds: float, count: int) -> Iterator[tuple[str, Load]]:
    """At 100 a second, and at the most."""
    cores = len(os.sched_getaffinity(0))
    with receiver(kind) as running:
        _in_process(_fast, running.url, 2000, 0)
        yield (
            f"{kind}, {cores} cores, 100 a second",
            _in_process(_steadily, running.url, 100, seconds, 10**7),
        )
        yield (
            f"{kind}, {cores} cores, {CONNECTIONS} connections as fast as they can",
            _in_process(_fast, running.url, count, 2 * 10**7),
        )


def memories(kind: str, count: int, steps: int = 10) -> Iterator[tuple[int, float]]:
    """Megabytes in use after each part of so many events."""
    with receiver(kind) as running:
        _in_process(_fast, running.url, 2000, 0)
        yield 0, memory(running)
        for step in range(1, steps + 1):
            load = _in_process(_fast, running.url, count // steps, step * 10**8)
            if load.other:
                raise RuntimeError(f"{load.other} were not taken")
            yield count // steps * step, memory(running)
