"""More connections than there may be: told to come again, and when."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

from tests.events.receiving import ask, body, configure, running, until


def test_beyond_its_connections_a_delivery_is_told_when_to_come_again(tmp_path: Path) -> None:
    """503 with Retry-After, which Loop honours; health and figures are answered all the same."""
    with running(configure(tmp_path, str(tmp_path / "e.db"), connections=3)) as receiver:
        to = urlsplit(receiver.url)
        crowd = [socket.create_connection((to.hostname, to.port)) for _ in range(3)]
        until(lambda: receiver.deliver(body(1)).status == 503)
        refused = receiver.deliver(body(1))
        assert (refused.status, refused.headers["retry-after"]) == (503, "5")
        assert ask(f"{receiver.url}/health").status == 200
        assert receiver.figure("unavailable_total") >= 2
        for one in crowd:
            one.close()
        until(lambda: receiver.deliver(body(1)).status == 200)
