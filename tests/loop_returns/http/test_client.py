"""Of the client: the key goes to the configured host alone, and an answer is bounded."""

from __future__ import annotations

import gzip
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from loop_returns.errors import LoopReturnsError, LoopUnavailable, UnexpectedAnswer
from loop_returns.http.client import Client
from mock_loop import Faults, Quirks, Shop, serve
from tests.clocks import Clock
from tests.loop_returns.http.scripted import (
    DESTINATIONS,
    FREE,
    HEALTHY,
    KEY,
    SCOPE,
    ask,
    scripted,
)


def test_the_key_goes_into_its_header_and_nowhere_else(clients: Callable[..., Client]) -> None:
    """Not into the address, where proxies would log it; and the path has the chosen version."""
    with scripted(HEALTHY) as loop:
        clients(loop.url).get(DESTINATIONS, {"from": "2026-01-01"}, scope=SCOPE)
        ((path, headers),) = loop.seen
    assert path == "/api/2026-10/destinations?from=2026-01-01"
    assert headers["X-Authorization"] == KEY
    assert "Authorization" not in headers
    assert [name for name, value in headers.items() if KEY in value] == ["X-Authorization"]


ENDS = ["429", "500", "524-html", "reset", "truncate", "bad-gzip", "html-200", "redirect"]


@pytest.mark.parametrize("fault", [*ENDS, "401", "404", "refused", "probe"])
def test_the_key_is_in_no_exception_and_no_log(
    fault: str, shop: Shop, clients: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    """Not with debug logging of everything, urllib3 included; not in tracebacks or reprs."""
    caplog.set_level(logging.DEBUG)
    kinds = [fault] if fault in ENDS else []
    faults = Faults(rate=1.0 if kinds else 0.0, kinds=kinds)
    key = "another" if fault == "401" else KEY
    with serve(shop, key=key, quirks=FREE, faults=faults) as loop:
        url = "http://127.0.0.1:9" if fault == "refused" else loop.url
        client = clients(url, patience=5.0)
        told = [repr(client), repr(client.account), str(client.account)]
        if fault == "probe":
            client.probe(DESTINATIONS, scope=SCOPE)
            told.append(repr(client.get(DESTINATIONS, scope=SCOPE)))
        else:
            with pytest.raises(LoopReturnsError) as caught:
                client.get("/nowhere" if fault == "404" else DESTINATIONS, scope=SCOPE)
            told += [str(caught.value), repr(caught.value), repr(vars(caught.value))]
            told += traceback.format_exception(caught.value)
    told += [caplog.text, *(repr(vars(record)) for record in caplog.records)]
    assert caplog.records
    assert not [line for line in told if KEY in line]


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.ProxyError("http://user:secret@proxy.example refused"),
        requests.exceptions.ConnectionError("http://user:secret@proxy.example refused"),
        requests.exceptions.ReadTimeout("http://user:secret@proxy.example"),
        requests.exceptions.SSLError("http://user:secret@proxy.example EOF"),
        requests.exceptions.ContentDecodingError("secret"),
        requests.exceptions.RetryError("secret"),
    ],
)
def test_a_failed_connection_is_told_without_its_text(
    error: Exception, clients: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may hold a proxy's password."""
    client = clients("https://loop.example", patience=0.0)

    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(client._session, "request", fails)
    with pytest.raises(LoopUnavailable) as caught:
        ask(client)
    shown = "".join(traceback.format_exception(caught.value))
    assert "secret" not in shown


def test_a_certificate_that_is_not_trusted_fails_at_once(
    clients: Callable[..., Client], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It will not mend by waiting; the line names the setting."""
    client = clients("https://loop.example")

    def fails(*_: Any, **__: Any) -> None:
        raise requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")

    monkeypatch.setattr(client._session, "request", fails)
    with pytest.raises(UnexpectedAnswer, match="'api_url'"):
        ask(client)
    assert not clock.pauses


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_a_redirect_is_refused_and_nothing_is_sent_there(
    status: int, clients: Callable[..., Client], clock: Clock
) -> None:
    """Neither the key nor the request reaches another host."""
    with scripted(HEALTHY) as elsewhere:
        location = {"Location": f"{elsewhere.url}/api/2026-10/destinations"}
        with scripted((status, location, b"")) as loop:
            with pytest.raises(UnexpectedAnswer, match="redirects"):
                ask(clients(loop.url))
            assert len(loop.seen) == 1
        assert not elsewhere.seen
    assert not clock.pauses


@pytest.mark.parametrize("compressed", [False, True])
def test_too_large_an_answer_is_refused(
    compressed: bool, clients: Callable[..., Client], clock: Clock
) -> None:
    """Counted as it is unpacked, so that little that swells to much is found out."""
    body = b"[" + b" " * 3_000_000 + b"]"
    sent = gzip.compress(body) if compressed else body
    headers = {"Content-Encoding": "gzip"} if compressed else {}
    with scripted((200, headers, sent)) as loop:
        with pytest.raises(UnexpectedAnswer, match="more than 1,000,000 bytes"):
            ask(clients(loop.url, largest_answer=1_000_000))
        assert ask(clients(loop.url, largest_answer=3_100_000)) == []
    assert not clock.pauses


def test_an_answer_that_was_asked_for_ahead_is_used_once(clients: Callable[..., Client]) -> None:
    """The question whether the key may costs no request; later ones are asked anew."""
    with scripted(HEALTHY) as loop:
        client = clients(loop.url)
        client.probe(DESTINATIONS, {"limit": 1}, scope=SCOPE)
        client.get(DESTINATIONS, {"limit": 2}, scope=SCOPE)
        client.get(DESTINATIONS, {"limit": 1}, scope=SCOPE)
        assert len(loop.seen) == 2
        client.get(DESTINATIONS, {"limit": 1}, scope=SCOPE)
        assert len(loop.seen) == 3


def test_it_knows_how_far_this_clock_is_ahead_of_loops(clients: Callable[..., Client]) -> None:
    """By the least of what its answers say, since each of them also took its time to come."""
    with serve(Shop(), key=KEY) as loop:
        client = clients(loop.url)
        assert client.ahead == float("inf")
        for seconds in (10, 400, 100):
            loop.quirks = Quirks(date_header_offset=-seconds)
            ask(client)
    assert 9 <= client.ahead <= 12


def test_an_answer_that_never_ends_is_given_up(
    clients: Callable[..., Client], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times the timeout, however regularly a byte comes; then it is asked for again."""
    client = clients("https://loop.example", timeout=1.0, patience=30.0)

    def drip(_: int) -> Iterator[bytes]:
        while True:
            clock.now += 0.9  # never long enough for a timeout of its own
            yield b" "

    answer = SimpleNamespace(status_code=200, headers={}, iter_content=drip)
    monkeypatch.setattr(client._session, "request", lambda *_, **__: nullcontext(answer))
    with pytest.raises(LoopUnavailable, match="an answer that does not end"):
        ask(client)
    assert client.requests > 1
