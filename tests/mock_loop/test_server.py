"""The wire of the mock account: compression, dates, and an end without anybody waiting."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

import pytest
import requests

from mock_loop import Loop, Quirks, Shop, serve
from tests.mock_loop.asking import LIST, SPAN, get


def test_answers_are_compressed_for_those_who_accept_it(loop: Loop) -> None:
    """And the server's clock may be wrong."""
    assert get(loop, LIST, SPAN).headers["Content-Encoding"] == "gzip"
    plain = get(loop, LIST, SPAN, Accept_Encoding="identity")
    assert "Content-Encoding" not in plain.headers
    loop.quirks = Quirks(gzip=False, date_header_offset=-86400 * 400)
    answer = get(loop, LIST, SPAN)
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Date"] != plain.headers["Date"]


def test_it_ends_at_once_though_somebody_waits_for_an_answer(shop: Shop) -> None:
    """A test that fails amid a slow answer does not hang, nor does the client that waits."""

    def ask() -> None:
        with suppress(requests.RequestException):  # or it is answered in the last moment
            get(loop, "/destinations")

    with serve(shop, quirks=Quirks(latency=60)) as loop:
        client = threading.Thread(target=ask)
        client.start()
        while not loop.requests:
            time.sleep(0.01)
        began = time.monotonic()
    client.join(5)
    assert not client.is_alive()
    assert time.monotonic() - began < 4


def test_a_client_that_hangs_up_is_no_news(shop: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is written of it, and the next one is answered."""
    with serve(shop) as loop:
        host, port = loop.url.removeprefix("http://").split(":")
        for _ in range(3):
            with socket.create_connection((host, int(port))) as half:
                half.sendall(b"GET /api/v1/destinations HTTP/1.1\r\nHost: x\r\n")
        assert get(loop, "/destinations").status_code == 200
    assert capfd.readouterr().err == ""


def test_what_is_no_http_is_no_news(shop: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    """Such as a client that begins TLS, since its api_url says https."""
    with serve(shop) as loop:
        with pytest.raises(requests.RequestException):
            requests.get(loop.url.replace("http:", "https:"), timeout=5)
        assert get(loop, "/destinations").status_code == 200
    assert capfd.readouterr().err == ""
