"""`loopreturns-run`: runs a pipeline, and stops it so that what was loaded is remembered.

A signal to a whole pipeline, as Ctrl-C sends it, ends the target at once. Meltano 4.4 does
not keep the STATE that the target then writes, and a target of singer-sdk 0.54 that is just
loading may acknowledge rows that it drops (meltano/sdk#3775). A signal to the tap alone ends
its output; the target loads what it has, and whoever keeps STATE keeps the newest.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

import click

from tap_loopreturns import supervised

NAME = "loopreturns-run"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_HEARING = 0.2  # seconds until a signal is acted upon


class StoppablePipeline:
    """A command that holds taps, run in a session of its own, which no Ctrl-C reaches.

    Args:
        command: What to run.
        folder: An empty folder, through which the taps are known.
    """

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._command = list(command)
        self._folder = folder
        self._signals: list[int] = []

    def receive(self, number: int, frame: FrameType | None = None) -> None:
        """Take in a signal; it is acted upon where the pipeline is waited for."""
        del frame
        self._signals.append(number)

    @property
    def stopped_by(self) -> int | None:
        """The signal that has asked for the end, if one has."""
        return supervised.asked_to_stop(self._folder)

    @property
    def is_unfinished(self) -> bool:
        """Whether `stop_after_seconds` has ended the last run."""
        return (self._folder / supervised.UNFINISHED).exists()

    def run(self) -> int:
        """Run the command to its end; its exit code, or 128 and the signal's number.

        Raises:
            OSError: it cannot be started.
        """
        (self._folder / supervised.UNFINISHED).unlink(missing_ok=True)
        environ = {**os.environ, supervised.FOLDER: str(self._folder)}
        with subprocess.Popen(  # noqa: S603  the user's own command
            self._command, env=environ, start_new_session=True
        ) as started:
            while (code := _ended(started)) is None:
                while self._signals:
                    self._stop(started, self._signals.pop(0))
        asked = self.stopped_by
        return 128 + asked if asked else code if code >= 0 else 128 - code

    def _stop(self, started: subprocess.Popen[bytes], number: int) -> None:
        if self.stopped_by is not None:
            _say("A second signal: everything ends at once.")
            with suppress(ProcessLookupError):
                os.killpg(started.pid, number)
            return
        (self._folder / supervised.STOP).write_text(str(number), "utf-8")
        _say("Stopping the tap; the target loads what it has. A second signal ends all at once.")
        for process in supervised.processes(self._folder):
            with suppress(ProcessLookupError):  # it has ended by itself
                os.kill(process, signal.SIGINT if number == signal.SIGINT else signal.SIGTERM)


def _ended(started: subprocess.Popen[bytes]) -> int | None:
    try:
        return started.wait(_HEARING)
    except subprocess.TimeoutExpired:
        return None


def _say(line: str) -> None:
    click.echo(f"{NAME}: {line}", err=True)


@click.command(name=NAME, context_settings={"ignore_unknown_options": True})
@click.option("--repeat", is_flag=True, help="Run again while stop_after_seconds ends the tap.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def command(command: tuple[str, ...], *, repeat: bool) -> None:
    """Run COMMAND; Ctrl-C and SIGTERM stop its taps alone, and the target keeps what it has.

    As in: loopreturns-run meltano run tap-loopreturns target-postgres. The exit code is the
    command's, or 128 and the signal's number. The second signal goes to all of it.
    """
    with tempfile.TemporaryDirectory(prefix=f"{NAME}-") as folder:
        pipeline = StoppablePipeline(command, Path(folder))
        for number in _SIGNALS:
            signal.signal(number, pipeline.receive)
        try:
            code = pipeline.run()
            while repeat and code == 0 and pipeline.is_unfinished:
                _say("The next part.")
                code = pipeline.run()
        except OSError as error:
            _say(f"{command[0]} cannot be run: {error.strerror}.")
            code = 127
    sys.exit(code)


def main() -> None:
    """Run the command line."""
    command()
