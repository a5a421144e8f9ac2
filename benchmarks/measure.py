"""Runs a command and tells what it cost: wall time, CPU, memory, rows over time."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


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


def run(
    command: Sequence[str], *, count: bool = False, env: Mapping[str, str] | None = None
) -> Cost:
    """Run a command, its output thrown away or counted.

    Raises:
        Failed: its exit code is not 0.
    """
    with tempfile.TemporaryFile() as said:
        began = time.monotonic()
        process = subprocess.Popen(  # noqa: S603  the commands are this package's own
            command,
            stdout=subprocess.PIPE if count else subprocess.DEVNULL,
            stderr=said,
            env={**os.environ, **(env or {})},
        )
        try:
            progress = _count(process, began) if count else []
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        if process.returncode:
            said.seek(0)
            tail = said.read().decode(errors="replace").strip().splitlines()[-5:]
            raise Failed("\n".join([f"{' '.join(command[1:4])} …: {process.returncode}", *tail]))
    return Cost(
        wall=wall,
        cpu=used.ru_utime + used.ru_stime,
        peak=used.ru_maxrss / 1024,
        rows=progress[-1][1] if progress else 0,
        progress=progress,
    )


def _count(process: subprocess.Popen[bytes], began: float) -> list[tuple[float, int]]:
    if process.stdout is None:
        return []
    rows, progress, mark = 0, [(0.0, 0)], b'{"type":"RECORD"'
    plain = mark.replace(b":", b": ")
    with process.stdout as out:
        for line in out:
            if line.startswith((mark, plain)):
                rows += 1
                now = time.monotonic() - began
                if now - progress[-1][0] >= 0.5:  # noqa: PLR2004  two points a second will do
                    progress.append((now, rows))
    return [*progress, (time.monotonic() - began, rows)]


class Sampled(threading.Thread):
    """Asks for a number again and again until the block is left."""

    def __init__(self, ask: Callable[[], tuple[int, ...]], every: float = 0.1) -> None:
        super().__init__(daemon=True)
        self.samples: list[tuple[float, tuple[int, ...]]] = []
        self._ask = ask
        self._every = every
        self._stop_asked = threading.Event()

    def run(self) -> None:
        """Ask until told to stop."""
        while not self._stop_asked.wait(self._every):
            self.samples.append((time.monotonic(), self._ask()))

    def __enter__(self) -> Sampled:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_asked.set()
        self.join()
        self.samples.append((time.monotonic(), self._ask()))


def stop(process: subprocess.Popen[str]) -> None:
    """End a process that serves."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def machine() -> str:
    """The size of this machine, without its name."""
    cores = os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    model = ""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        model = next(
            (
                line.split(":", 1)[1].strip()
                for line in info.read_text("utf-8").splitlines()
                if line.startswith("model name")
            ),
            "",
        )
    return f"{cores} cores{f' ({model})' if model else ''}, {memory:.0f} GB of memory"
