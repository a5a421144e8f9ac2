"""What `loopreturns-run` and the taps that it has started tell each other, in a folder.

The folder stands in the environment, which Meltano hands on to its plugins. A tap that
reads keeps a file there that is named by its process. Nothing else is known of each other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "LOOPRETURNS_RUN"
"""The variable that names the folder."""
STOP = "stop"
"""A file that asks taps which begin later to end at once; it holds the signal's number."""
UNFINISHED = "unfinished"
"""A file that says: `stop_after_seconds` has ended a run."""


@contextmanager
def announced() -> Iterator[int | None]:
    """Say for as long as the block lasts that this process reads.

    Yields:
        The signal that has asked all taps to stop, if one has.
    """
    folder = _folder()
    if folder is None:
        yield None
        return
    own = folder / str(os.getpid())
    own.touch()
    try:
        yield asked_to_stop(folder)
    finally:
        own.unlink(missing_ok=True)


def asked_to_stop(folder: Path) -> int | None:
    """The signal that has asked all taps to stop, if one has."""
    file = folder / STOP
    return int(file.read_text("utf-8")) if file.exists() else None


def tell_unfinished() -> None:
    """Say that there is more to read, though the run ended well."""
    if folder := _folder():
        (folder / UNFINISHED).touch()


def processes(folder: Path) -> list[int]:
    """The processes that read."""
    return [int(file.name) for file in folder.iterdir() if file.name.isdigit()]


def _folder() -> Path | None:
    folder = Path(os.environ[FOLDER]) if os.environ.get(FOLDER) else None
    return folder if folder and folder.is_dir() else None
