"""The wire: a threaded HTTP/1.1 server around a `Loop`, and the ways in which it breaks."""

from __future__ import annotations

import gzip
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mock_loop import control
from mock_loop.faults import Faults
from mock_loop.loop import Loop, Received
from mock_loop.quirks import Quirks
from mock_loop.responses import Response
from mock_loop.scopes import ALL_SCOPES
from mock_loop.shop import Shop

WORTH_COMPRESSING = 512


class Server(ThreadingHTTPServer):
    """Knows its connections, so that it can end all of them when it stops."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], loops: Mapping[str, Loop]) -> None:
        self.loops = loops
        self.first = next(iter(loops.values()))
        self.stopping = threading.Event()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            daemon=True,
        )
        with self._guard:
            self._connections[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._guard:
            self._connections.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; a fault of the mock itself is."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        with self._guard:
            connections = list(self._connections.items())
        for connection, _ in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        for _, thread in connections:
            thread.join(timeout=5)
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "cloudflare"
    sys_version = ""
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._respond()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - named by http.server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing is written; `Loop.requests` is the log."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        now = time.time() if timestamp is None else timestamp
        return formatdate(now + self._loop.quirks.date_header_offset, usegmt=True)

    @property
    def _loop(self) -> Loop:
        """The account of the key that was sent; any of them refuses an unknown key."""
        headers = getattr(self, "headers", None)  # none before they are read: no HTTP at all
        key = (headers and headers.get("X-Authorization")) or ""
        return self.server.loops.get(key, self.server.first)

    def _respond(self) -> None:
        loop = self._loop
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/_mock/"):
            self._send(control.answer(loop, self.command, self.path, body))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        base = f"http://{headers.get('host') or loop.url.removeprefix('http://')}"
        answer = loop.handle(Received(self.command, self.path, headers, base, body))
        latency = loop.latency()
        if latency:
            self.server.stopping.wait(latency)
        self._send(answer)

    def _send(self, answer: Response) -> None:
        if answer.broken in ("reset", "close"):
            if answer.broken == "reset":
                # Close at once with RST instead of FIN.
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
            self.close_connection = True
            return
        body = answer.body
        self.send_response(answer.status)
        accepted = "gzip" in (self.headers.get("Accept-Encoding") or "")
        worth = len(body) > WORTH_COMPRESSING and self._loop.quirks.gzip
        if answer.broken == "bad-gzip":
            self.send_header("Content-Encoding", "gzip")
            body = gzip.compress(body, 1)
            middle = len(body) // 2
            body = body[:middle] + bytes(byte ^ 0x5A for byte in body[middle:])
        elif accepted and worth:
            self.send_header("Content-Encoding", "gzip")
            body = gzip.compress(body, 1)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if answer.broken in ("truncate", "stall"):
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            if answer.broken == "stall" and (faults := self._loop.faults):
                self.server.stopping.wait(faults.stall_seconds)
            return
        self.wfile.write(body)


@contextmanager
def serve(
    shop: Shop,
    *,
    key: str = "test-key",
    scopes: Iterable[str] = ALL_SCOPES,
    quirks: Quirks | None = None,
    faults: Faults | None = None,
    port: int = 0,
) -> Iterator[Loop]:
    """Serve an account at a loopback address until the block is left.

    Args:
        shop: The account; it may be changed while it is served.
        key: The only key that is let in.
        scopes: What the key may read.
        quirks: How this Loop behaves where that is unknown.
        faults: What goes wrong on the way.
        port: 0 takes a free one.
    """
    loop = Loop(shop, key, scopes, quirks or Quirks(), faults)
    with serve_many([loop], port=port):
        yield loop


@contextmanager
def serve_many(loops: Iterable[Loop], *, port: int = 0) -> Iterator[str]:
    """Serve several accounts at one address, told apart by their keys, until the block is left.

    Args:
        loops: The accounts; each has a budget, scopes and faults of its own.
        port: 0 takes a free one.
    """
    by_key = {loop.key: loop for loop in loops}
    server = Server(("127.0.0.1", port), by_key)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    for loop in by_key.values():
        loop.url = url
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.daemon = True
    thread.start()
    try:
        yield url
    finally:
        if not sys.is_finalizing():  # else the thread is gone, and would be waited for without end
            server.stop()
            thread.join(timeout=5)
