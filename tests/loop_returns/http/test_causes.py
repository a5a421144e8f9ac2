"""Why no connection came about: the host and the cause, on real sockets."""

from __future__ import annotations

import socket
import threading

import pytest

from loop_returns.errors import LoopUnavailable
from loop_returns.http.client import Client
from loop_returns.http.exchange import Account
from loop_returns.http.pacing import Pacer


def said(url: str) -> str:
    client = Client(Account(url, "2026-10", "key", patience=0), Pacer(300))
    with pytest.raises(LoopUnavailable) as error:
        client.get("/webhooks", scope="Developer Tools")
    client.close()
    return str(error.value)


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def test_a_name_that_is_unknown_is_told_with_its_host() -> None:
    """DNS, and which name."""
    assert "no-such-host.invalid cannot be resolved (DNS)" in said("https://no-such-host.invalid")


def test_a_host_that_refuses_is_named(closed_port: int) -> None:
    """With its port."""
    assert f"127.0.0.1:{closed_port} refuses the connection" in said(
        f"http://127.0.0.1:{closed_port}"
    )


def test_a_proxy_that_is_away_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    """Where to look: the variable that names it, not what stands in it."""
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://user:secret@127.0.0.1:{closed_port}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    line = said("https://api.loopreturns.com")
    assert "no connection to api.loopreturns.com through the proxy (HTTPS_PROXY" in line
    assert "secret" not in line


def test_a_server_without_tls_is_told(closed_port: int) -> None:
    """A plain server behind https."""
    with socket.create_server(("127.0.0.1", closed_port)) as server:
        server.settimeout(5)

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        line = said(f"https://127.0.0.1:{closed_port}")
        thread.join(5)
    assert f"no TLS connection to 127.0.0.1:{closed_port}" in line
