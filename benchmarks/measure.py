"""Runs a command and tells what it cost: wall time, CPU, memory, rows over time."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Self, TypeVar

T = TypeVar("T")


RETURNS = (b',"stream":"returns"', b', "stream": "returns"')


class Failed(Exception):  # noqa: N818  a command did
    """A command that was to be measured did not end well."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost: seconds of wall time and of CPU, and MB of memory at its peak."""

    wall: float
    cpu: float
    peak: float
    rows: int = 0
    """RECORD messages, if they were counted."""
    progress: list[tuple[float, int]] = field(default_factory=list)
    """Rows that were out after so many seconds, if they were counted."""
    first: float = 0.0
    """Seconds until the first row of `returns`, and `last`, if they were counted."""
    last: float = 0.0


def python(*arguments: str) -> list[str]:
    """A command of this Python's."""
    return [sys.executable, *arguments]


def run(command: Sequence[str], *, count: bool = False) -> Cost:
    """Run a command in an empty folder, its output thrown away or counted.

    Raises:
        Failed: its exit code is not 0.
    """
    with tempfile.TemporaryFile() as said, tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        process = subprocess.Popen(  # noqa: S603  the commands are this package's own
            command,
            stdout=subprocess.PIPE if count else subprocess.DEVNULL,
            stderr=said,
            cwd=folder,
        )
        memory = Memory(process.pid)
        try:
            with Sampled(memory.look, every=0.02):
                counted = _count(process, began) if count else _Counted()
                _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            tail = said.read().decode(errors="replace").strip().splitlines()[-5:]
            raise Failed("\n".join([f"{' '.join(command[1:4])}: {process.returncode}", *tail]))
    return Cost(
        wall=wall,
        cpu=used.ru_utime + used.ru_stime,
        peak=memory.peak,
        rows=counted.rows,
        progress=counted.progress,
        first=counted.first,
        last=counted.last,
    )


@dataclass(slots=True)
class _Counted:
    rows: int = 0
    progress: list[tuple[float, int]] = field(default_factory=list)
    first: float = 0.0
    last: float = 0.0


def _count(process: subprocess.Popen[bytes], began: float) -> _Counted:
    counted = _Counted(progress=[(0.0, 0)])
    if process.stdout is None:
        return counted
    marks = (b'{"type":"RECORD"', b'{"type": "RECORD"')
    returns = tuple(mark + part for mark in marks for part in RETURNS)
    with process.stdout as out:
        for line in out:
            now = time.monotonic() - began
            counted.rows += line.startswith(marks)
            if line.startswith(returns):
                counted.first = counted.first or now
                counted.last = now
            if now - counted.progress[-1][0] >= 0.5:  # noqa: PLR2004  two points a second will do
                counted.progress.append((now, counted.rows))
    counted.progress.append((time.monotonic() - began, counted.rows))
    return counted


class Memory:
    """What Linux says of a process's greatest size so far.

    What `wait4` says will not do: a new process begins with the size of the one that starts it.
    """

    def __init__(self, process: int) -> None:
        self.peak = 0.0
        """MB."""
        self._status = Path(f"/proc/{process}/status")

    def look(self) -> float:
        """Look, and return it."""
        with contextlib.suppress(OSError):
            for line in self._status.read_text("ascii").splitlines():
                if line.startswith("VmHWM:"):
                    self.peak = int(line.split()[1]) / 1024
        return self.peak


class Sampled(threading.Thread, Generic[T]):
    """Asks for something again and again until the block is left."""

    def __init__(self, ask: Callable[[], T], every: float = 0.1) -> None:
        super().__init__(daemon=True)
        self.samples: list[tuple[float, T]] = []
        self._ask = ask
        self._every = every
        self._enough = threading.Event()

    def run(self) -> None:
        """Ask until told to stop."""
        while not self._enough.wait(self._every):
            self.samples.append((time.monotonic(), self._ask()))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self.join()
        self.samples.append((time.monotonic(), self._ask()))


def machine() -> str:
    """The size of this machine, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.is_file() else []
    models = {line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")}
    model = f" ({', '.join(sorted(models))})" if models else ""
    return f"{os.cpu_count()} cores{model}, {memory:.0f} GB of memory"
