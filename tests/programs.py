"""Runs this project's programs, each in a process of its own that is started at once.

What a program imports takes longer than what most tests ask of it. So one process has imported
it, and is forked for each run: standard streams, exit code, signals, environment and the state of
logging are the run's own, as if it had been started. That they can be started, too, is tested
with a new interpreter (test_command_line.py).
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
PROGRAMS: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "scripts"
]
_STREAMS = ("stdin", "stdout", "stderr")
_FORKED = get_context("forkserver")
_LOADED = (
    *("tap_loopreturns.init", "tap_loopreturns.pipeline", "tap_loopreturns.questions"),
    *("tap_loopreturns.tap", "tap_loopreturns.verify", "target_loopreturns.history_tap"),
    *("target_loopreturns.ledger_command", "target_loopreturns.target"),
    *("loopreturns_events.cli", "loopreturns_report.cli", "mock_loop.__main__"),
)
_FORKED.set_forkserver_preload(list(_LOADED))


def run(
    program: str,
    *arguments: str,
    given: str = "",
    environ: Mapping[str, str] | None = None,
    patience: float = 60,
) -> CompletedProcess[str]:
    """Run a program to its end; what it wrote, and its exit code.

    Args:
        program: Its name in pyproject.toml.
        arguments: Those of its command line.
        given: Its standard input.
        environ: Its environment; else this process's.
        patience: Seconds after which it is ended, with exit code -9.
    """
    with TemporaryDirectory() as place:
        files = {name: Path(place, name) for name in _STREAMS}
        for file in files.values():
            file.write_text(given if file.name == "stdin" else "", "utf-8")
        words = (PROGRAMS[program], [program, *arguments], dict(environ or os.environ))
        process = _FORKED.Process(target=_started, args=(*words, Path.cwd(), place))
        process.start()
        process.join(patience)
        process.kill()
        process.join()
        code = process.exitcode
        process.close()
        assert code is not None
        out, err = (files[name].read_text("utf-8") for name in ("stdout", "stderr"))
    return CompletedProcess([program, *arguments], code, out, err)


def _started(
    place: str, words: Sequence[str], environ: Mapping[str, str], folder: Path, streams: str
) -> None:
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    for number, name in enumerate(_STREAMS):
        os.dup2(os.open(Path(streams, name), os.O_RDWR | os.O_APPEND), number)
    os.lseek(0, 0, os.SEEK_SET)
    sys.argv = list(words)
    # The interpreter of the server has looked at its own streams, long ago.
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False)
        for number, mode in enumerate(("r", "w", "w"))
    )
    module, _, main = place.partition(":")
    sys.exit(getattr(import_module(module), main)())
