"""Requests as no HTTP client would send them."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from loopreturns_events import signature
from tests.events.receiving import SECRET, Process, ask

HOOK = "/hooks/acme"
Statuses = set[int]


def post(receiver: Process, content: bytes, given: str | None = None, **headers: str) -> Statuses:
    """Send a body with whatever signature."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if given is not None:
        named[signature.HEADER] = given
    return {ask(receiver.url + HOOK, "POST", content, named).status}


@contextmanager
def wire(receiver: Process) -> Iterator[socket.socket]:
    """A bare connection."""
    to = urlsplit(receiver.url)
    with socket.create_connection((to.hostname, to.port), timeout=15) as connection:
        yield connection


def told(connection: socket.socket) -> int:
    """The status of the answer; 0 where the connection was closed without one."""
    found = b""
    with contextlib.suppress(ConnectionError):
        while b"\r\n" not in found and (more := connection.recv(4096)):
            found += more
    return int(found.split()[1]) if found.startswith(b"HTTP/1.1 ") else 0


def raw(receiver: Process, sent: bytes) -> Statuses:
    """Send bytes as they are."""
    with wire(receiver) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
        return {told(connection)}


def head(*lines: str, path: str = HOOK) -> bytes:
    """The beginning of a request."""
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: x", *lines, "", "")).encode("latin-1")


def right(content: bytes) -> str:
    """The header line of a right signature."""
    return f"{signature.HEADER}: {signature.sign(content, SECRET)}"


def trickle(receiver: Process, content: bytes, begun: bytes = b"") -> Statuses:
    """Send a byte at a time, for longer than is allowed."""
    with wire(receiver) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(begun)
            connection.settimeout(0.02)
            for place in range(len(content)):
                connection.sendall(content[place : place + 1])
                time.sleep(0.02)
                with contextlib.suppress(TimeoutError):
                    if not connection.recv(1, socket.MSG_PEEK):
                        break
                    break
        connection.settimeout(15)
        return {told(connection)}
