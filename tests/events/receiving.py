"""A receiver as a process of its own, and senders that sign as Loop does."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from loopreturns_events import signature
from tests import programs

SECRET = b"whsec-of-acme"


def signed(body: bytes, secret: bytes = SECRET) -> dict[str, str]:
    """The header that Loop would send with a body."""
    return {signature.HEADER: signature.sign(body, secret)}


def body(number: int, **more: Any) -> bytes:
    """A webhook about a return."""
    said = {"topic": "return", "trigger": "return.updated", "id": str(number), "state": "open"}
    return json.dumps(said | more).encode()


@dataclass(frozen=True)
class Said:
    """What a sender is told."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    text: str


def ask(
    url: str,
    method: str = "GET",
    content: bytes | None = None,
    headers: dict[str, str] | None = None,
    within: float = 20,
) -> Said:
    """One request on a connection of its own."""
    to = urlsplit(url)
    connection = http.client.HTTPConnection(to.hostname or "", to.port, timeout=within)
    try:
        connection.request(method, to.path, content, headers or {})
        got = connection.getresponse()
        names = {name.lower(): value for name, value in got.getheaders()}
        return Said(got.status, names, got.read().decode())
    finally:
        connection.close()


@dataclass
class Process:
    """A running receiver."""

    config: Path
    log: Path
    process: subprocess.Popen[str]
    url: str = field(init=False)

    def __post_init__(self) -> None:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.startswith("listening "), self.log.read_text("utf-8")
        self.url = line.split()[1]

    def deliver(self, content: bytes, secret: bytes = SECRET, shop: str = "acme") -> Said:
        """Send a webhook, signed with a secret."""
        return ask(f"{self.url}/hooks/{shop}", "POST", content, signed(content, secret))

    def figure(self, name: str) -> float:
        """The sum of a figure over its labels."""
        lines = ask(f"{self.url}/metrics").text.splitlines()
        return sum(
            float(line.rpartition(" ")[2])
            for line in lines
            if line.partition("{")[0].split(" ")[0] == f"loopreturns_events_{name}"
        )

    def kill(self) -> None:
        """As when the power fails, but for the disk's own cache."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end, and wait."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def configure(folder: Path, store: str, *, listen: str = "127.0.0.1:0", **more: Any) -> Path:
    """A configuration with the shops acme and other; `shops` names other ones."""
    shops = more.pop(
        "shops", {"acme": {"secrets": [SECRET.decode()]}, "other": {"secrets": ["other-secret"]}}
    )
    lines = [f"{name} = {json.dumps(value)}" for name, value in more.items()]
    for name, values in shops.items():
        lines += [f"[shops.{name}]", *(f"{key} = {json.dumps(v)}" for key, v in values.items())]
    path = folder / "events.toml"
    head = [f"store = {json.dumps(store)}", f"listen = {json.dumps(listen)}"]
    path.write_text("\n".join([*head, *lines]) + "\n", "utf-8")
    return path


def start(config: Path) -> Process:
    """Start a receiver, and wait until it listens."""
    log = config.with_suffix(".log")
    with log.open("a") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "loopreturns_events", "serve", "--config", str(config)],
            stdout=subprocess.PIPE, stderr=said, text=True, env={**os.environ},
        )  # fmt: skip
    return Process(config, log, process)


@contextmanager
def running(config: Path) -> Iterator[Process]:
    """A receiver until the block is left."""
    receiver = start(config)
    try:
        yield receiver
    finally:
        receiver.process.kill()
        receiver.process.wait()
        if receiver.process.stdout:
            receiver.process.stdout.close()


def command(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run another command of `loopreturns-events`."""
    environ = {**os.environ, "LOOPRETURNS_EVENTS_CONFIG": str(config)}
    return programs.run("loopreturns-events", *words, environ=environ)


def until(true: Any, within: float = 10) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.05)
