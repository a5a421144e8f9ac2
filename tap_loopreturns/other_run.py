"""Tells of another run of the same account that is under way on this machine.

Which of two runs read a return later cannot be seen in STATE, nor in the rows: each is right
on its own, and the one that writes last wins. So a run holds a lock for each stream while it
reads. The operating system gives them back however the run ends, so a file that is left
behind says nothing. It lies in the folder for temporary files; where that cannot be written
to, and on Windows, nothing is told.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tap_loopreturns.run import Run

if sys.platform != "win32":
    import fcntl


@contextmanager
def warn_of_other_run(run: Run, streams: Iterable[str]) -> Iterator[None]:
    """Hold a lock for each stream that is read; warn of those that another run holds."""
    file = _open(_path(run))
    try:
        taken = [name for name in streams if file is not None and not _lock(file, name)]
        if taken:
            run.log.warning(
                "Another run on this machine is reading %s of the same account. Into the same "
                "tables it may write an older row over a newer one: run one at a time.",
                ", ".join(taken),
            )
        yield
    finally:
        if file is not None:
            os.close(file)


def _open(path: Path) -> int | None:
    if sys.platform == "win32":
        return None
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        return None


def _lock(file: int, stream: str) -> bool:
    """Whether no other process holds a stream's byte of the file, as far as can be told."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, zlib.crc32(stream.encode()))
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _path(run: Run) -> Path:
    """Where the locks lie. Workers that share a history by dates have each their own."""
    way, given = run.settings.connection, run.config
    mark = f"{way.api_url}\n{way.api_key}\n{given.get('start_date')}\n{given.get('end_date')}"
    name = hashlib.sha256(mark.encode()).hexdigest()[:32]
    return Path(tempfile.gettempdir()) / f".tap-loopreturns-{name}.lock"
