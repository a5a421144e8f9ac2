"""A server that answers from a script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from loop_returns.http.client import Client
from mock_loop import Quirks

KEY = "key-which-nobody-may-see-0123456789"
DESTINATIONS = "/destinations"
SCOPE = "Destinations (Read)"


def ask(client: Client) -> Any:
    return client.get(DESTINATIONS, scope=SCOPE).json()


Scene = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""


@dataclass
class Scripted:
    """A server that answers from a script, the last answer for ever, and remembers who came."""

    answers: list[Scene]
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def next(self) -> Scene:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


HEALTHY: Scene = (200, {}, b'{"destinations": [{"id": 1}]}')


@contextmanager
def scripted(*answers: Scene) -> Iterator[Scripted]:
    script = Scripted(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script.seen.append((self.path, dict(self.headers)))
            status, headers, body = script.next()
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:  # the client has seen enough
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


FREE = Quirks(requests_per_minute=None)
