"""A package index on this machine: what is uploaded to it can be installed from it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 30  # seconds


@contextmanager
def index(folder: Path) -> Iterator[str]:
    """Serve a folder as an index; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "pypiserver", "run", "--interface", "127.0.0.1"]
    command += [
        "--port",
        str(port),
        "--authenticate",
        ".",
        "--passwords",
        ".",
        "--disable-fallback",
    ]
    with subprocess.Popen(
        [*command, str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            _await(url)
            yield url
        finally:
            server.terminate()


def _await(url: str) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{url}/simple/").close()
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def upload(url: str, files: Sequence[Path]) -> None:
    """Publish, as a person would."""
    subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "twine",
                "upload",
                "--non-interactive",
                "--disable-progress-bar",
            ),
            *("--repository-url", url, "--username", "x", "--password", "x"),
            *map(str, files),
        ],
        check=True,
        capture_output=True,
    )
