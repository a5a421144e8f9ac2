"""The client's guarantees: what passes is asked again, what does not is said, the key stays put."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from tap_loopreturns.errors import (
    AccessError,
    LoopRefused,
    LoopReturnsError,
    LoopUnavailable,
    UnexpectedAnswer,
)
from tap_loopreturns.loop.client import Account, Client
from tap_loopreturns.loop.pacing import Pacer
from tests.mock_loop import TRANSIENT, Faults, Quirks, Shop, serve
from tests.mock_loop.errors import ENVELOPES

KEY = "key-which-nobody-may-see-0123456789"
DESTINATIONS = "/destinations"
SCOPE = "Destinations (Read)"


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []
        self.then: Callable[[float], object] = lambda _: None

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds
        self.then(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clients(clock: Clock) -> Iterator[Callable[..., Client]]:
    """Makes clients that never really sleep."""
    made: list[Client] = []

    def make(url: str, *, jitter: Callable[[float], float] | None = None, **others: Any) -> Client:
        account = Account(url, "2026-10", KEY, **{"patience": 60.0, "timeout": 5.0, **others})
        seams: dict[str, Any] = {"clock": clock, "sleep": clock.sleep}
        if jitter:
            seams["jitter"] = jitter
        client = Client(account, Pacer(1_000_000, clock=clock, sleep=clock.sleep), **seams)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


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


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop.seeded(returns=40, seed=1)


FREE = Quirks(requests_per_minute=None)


@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_fault_that_passes_is_asked_again_until_it_has(
    fault: str, shop: Shop, clients: Callable[..., Client], clock: Clock
) -> None:
    """Twice anything that goes wrong on the way, then the answer, as if nothing had been."""
    faults = Faults.script([fault, fault], stall_seconds=5)
    with serve(shop, key=KEY, quirks=FREE, faults=faults) as loop:
        client = clients(loop.url, timeout=0.3 if fault == "stall" else 5.0)
        answer = ask(client)
        assert [one.fault for one in loop.requests] == [fault, fault, None]
    assert answer == {"destinations": shop.truth("destinations")}
    assert len(clock.pauses) >= 2
    assert client.requests == 3


def test_a_refused_connection_is_asked_again(
    shop: Shop, clients: Callable[..., Client], clock: Clock
) -> None:
    """Loop comes up while the tap waits."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with ExitStack() as stack:

        def come_up(_: float) -> None:
            if len(clock.pauses) == 3:
                stack.enter_context(serve(shop, key=KEY, quirks=FREE, port=port))

        clock.then = come_up
        client = clients(f"http://127.0.0.1:{port}")
        assert ask(client)["destinations"]
        client.close()
    assert len(clock.pauses) == 3


def test_a_name_that_is_not_found_is_asked_again(
    clients: Callable[..., Client], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS may be out for a minute."""
    with scripted(HEALTHY) as loop:
        real = socket.getaddrinfo

        def fails(*args: Any, **others: Any) -> Any:
            if len(clock.pauses) < 2:
                raise socket.gaierror(-3, "Temporary failure in name resolution")
            return real(*args, **others)

        monkeypatch.setattr(socket, "getaddrinfo", fails)
        assert ask(clients(loop.url)) == {"destinations": [{"id": 1}]}
    assert len(clock.pauses) == 2


BROKEN: dict[str, Scene] = {
    **{str(status): (status, {}, b"<html>oh no</html>") for status in (408, 520, 522, 524, 530)},
    "empty": (200, {}, b""),
    "bad gzip": (200, {"Content-Encoding": "gzip"}, b"this is not gzip"),
    "gzip cut off": (
        200,
        {"Content-Encoding": "gzip"},
        gzip.compress(b'{"destinations": [' + b'{"id": 1},' * 5000)[:100],
    ),
    "bad deflate": (200, {"Content-Encoding": "deflate"}, b"this is not deflate"),
    "shorter than said": (200, {"Content-Length": "5000"}, b'{"destinations": []}'),
    "bad chunks": (200, {"Transfer-Encoding": "chunked"}, b"zzz\r\nno chunk"),
    "HTML": (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><title>Maintenance</title>"),
    "cut off": (200, {}, b'{"destinations": [{"id": 1}'),
    "not a number": (200, {}, b'{"destinations": NaN}'),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_asked_for_again(
    broken: Scene, clients: Callable[..., Client], clock: Clock
) -> None:
    """What comes from the proxy before Loop, or comes in pieces."""
    with scripted(broken, HEALTHY) as loop:
        assert ask(clients(loop.url)) == {"destinations": [{"id": 1}]}
        assert len(loop.seen) == 2
    assert len(clock.pauses) == 1


def test_pauses_grow(clients: Callable[..., Client], clock: Clock) -> None:
    """Each twice the one before, up to a minute."""
    with scripted((503, {}, b"")) as loop:
        client = clients(loop.url, jitter=lambda most: most, patience=400.0)
        with pytest.raises(LoopUnavailable):
            ask(client)
    assert clock.pauses[:6] == [1, 2, 4, 8, 16, 32]
    assert set(clock.pauses[6:]) == {60}
    assert sum(clock.pauses) <= 400


def test_pauses_are_jittered(clients: Callable[..., Client], clock: Clock) -> None:
    """Between half of a pause and all of it, never the same, so that workers do not march."""
    with scripted((503, {}, b"")) as loop:
        for _ in range(3):
            with pytest.raises(LoopUnavailable):
                ask(clients(loop.url, patience=100.0))
    firsts = [pause for pause in clock.pauses if 0.5 <= pause <= 1]
    assert len(firsts) == 3
    assert len(set(clock.pauses)) == len(clock.pauses)


@pytest.mark.parametrize("patience", [0.0, 60.0, 600.0])
def test_patience_ends_in_one_line_that_says_what_to_do(
    patience: float, clients: Callable[..., Client], clock: Clock
) -> None:
    """Not before it is used up but for a last pause, and never after it."""
    with scripted((502, {}, b"<html>\n</html>")) as loop:
        with pytest.raises(LoopUnavailable) as caught:
            ask(clients(loop.url, patience=patience, jitter=lambda most: most))
        assert len(loop.seen) == len(clock.pauses) + 1
    assert patience - 61 <= sum(clock.pauses) <= patience
    message = str(caught.value)
    assert message.startswith("GET /destinations: Loop answered 502")
    assert "'retry_minutes'" in message
    assert "\n" not in message


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_heeded(
    status: int, clients: Callable[..., Client], clock: Clock
) -> None:
    """What Loop asks for, and at most a second more."""
    with scripted((status, {"Retry-After": "17"}, b""), HEALTHY) as loop:
        ask(clients(loop.url))
    assert 17 <= clock.pauses[0] <= 18


def test_retry_after_as_a_date_is_heeded(clients: Callable[..., Client], clock: Clock) -> None:
    """The other form that HTTP allows."""
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    with scripted((429, {"Retry-After": later}, b""), HEALTHY) as loop:
        ask(clients(loop.url))
    assert 28 <= clock.pauses[0] <= 32


@pytest.mark.parametrize("text", ["soon", "", "-5", "1.5", "Mon, 99 Foo 2026", "\xb2"])
def test_a_retry_after_that_cannot_be_read_is_passed_over(
    text: str, clients: Callable[..., Client], clock: Clock
) -> None:
    """The usual pauses hold."""
    with scripted((429, {"Retry-After": text}, b""), HEALTHY) as loop:
        ask(clients(loop.url))
    assert 0.5 <= clock.pauses[0] <= 1


@pytest.mark.parametrize("text", ["86400", "9" * 300])
def test_a_retry_after_beyond_patience_ends_the_wait_at_once(
    text: str, clients: Callable[..., Client], clock: Clock
) -> None:
    """To sleep through the patience for nothing would help no one."""
    with scripted((429, {"Retry-After": text}, b"")) as loop:
        with pytest.raises(LoopUnavailable):
            ask(clients(loop.url))
        assert len(loop.seen) == 1
    assert not clock.pauses


def test_retry_after_holds_all_threads(clients: Callable[..., Client], clock: Clock) -> None:
    """While one waits, no other thread sends a request."""
    sent_at: list[float] = []
    with scripted((429, {"Retry-After": "17"}, b""), HEALTHY) as loop:
        client = clients(loop.url)
        real = client._session.request

        def request(*args: Any, **others: Any) -> Any:
            sent_at.append(clock.now)
            return real(*args, **others)

        client._session.request = request  # type: ignore[method-assign]

        def meanwhile(seconds: float) -> None:
            if len(clock.pauses) == 1:
                clock.now -= seconds  # the other thread comes while the first one sleeps
                other = threading.Thread(target=ask, args=(client,))
                other.start()
                other.join(5)

        clock.then = meanwhile
        ask(client)
    assert len(sent_at) == 3
    assert [at >= 1017 for at in sent_at] == [False, True, True]


@pytest.mark.parametrize("status", [400, 404, 405, 409, 410, 415, 418, 422, 201, 204])
@pytest.mark.parametrize("body", [b'{"message": "No.\\nNever."}', b"<html>", b"false"])
def test_what_asking_again_will_not_mend_fails_at_once(
    status: int, body: bytes, clients: Callable[..., Client], clock: Clock
) -> None:
    """Loop's own words are in the line, the body stays at hand."""
    with scripted((status, {}, b"" if status == 204 else body)) as loop:
        with pytest.raises(LoopRefused) as caught:
            ask(clients(loop.url))
        assert len(loop.seen) == 1
    assert not clock.pauses
    assert caught.value.status == status
    assert f"({status})" in str(caught.value)
    assert "\n" not in str(caught.value)
    if body.startswith(b"{") and status != 204:
        assert "No. Never." in str(caught.value)
        assert caught.value.body == {"message": "No.\nNever."}
    if body == b"false" and status != 204:
        assert caught.value.body is False


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("which", range(len(ENVELOPES)))
def test_a_refused_key_names_the_scope_at_once(
    status: int, which: int, clients: Callable[..., Client], clock: Clock
) -> None:
    """Whatever body Loop sends with it."""
    body = json.dumps(ENVELOPES[which]).encode()
    with scripted((status, {}, body)) as loop, pytest.raises(AccessError) as caught:
        ask(clients(loop.url))
    assert not clock.pauses
    assert caught.value.scope == SCOPE
    assert SCOPE in str(caught.value)
    assert "api_key" in str(caught.value)


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


def test_trouble_is_told_in_one_line_a_half_minute(
    clients: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    """However often it comes."""
    with scripted(*[(500, {}, b"")] * 8, HEALTHY) as loop:
        ask(clients(loop.url, patience=600.0, jitter=lambda most: most))
    lines = [record for record in caplog.records if record.name == "tap-loopreturns.loop"]
    assert 2 <= len(lines) <= 6
    assert all("asking again in" in record.getMessage() for record in lines)
