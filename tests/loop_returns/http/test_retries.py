"""The retry policy: what passes is asked again, patiently; what does not fails at once."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
from urllib3.exceptions import NewConnectionError

from loop_returns.errors import AccessError, LoopRefused, LoopUnavailable, UncertainChange
from loop_returns.http import retries
from loop_returns.http.client import Client
from loop_returns.http.retries import PassingFailure
from mock_loop import TRANSIENT, Faults, Shop, serve
from mock_loop.errors import ENVELOPES
from tests.clocks import Clock
from tests.loop_returns.http.scripted import (
    FREE,
    HEALTHY,
    KEY,
    SCOPE,
    Scene,
    ask,
    scripted,
)


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


def test_trouble_is_told_in_one_line_a_half_minute(
    clients: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    """However often it comes."""
    with scripted(*[(500, {}, b"")] * 8, HEALTHY) as loop:
        ask(clients(loop.url, patience=600.0, jitter=lambda most: most))
    lines = [record for record in caplog.records if record.name == "loop_returns.http.retries"]
    assert 2 <= len(lines) <= 6
    assert all("asking again in" in record.getMessage() for record in lines)


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


@pytest.mark.parametrize("body", [b"", b"false", b"{}", b"<html>"])
def test_a_change_is_repeated_for_429_alone(body: bytes) -> None:
    """Whatever else Loop answers: its word, trouble with the key, or it is not known."""
    for status in range(200, 600):
        meaning = retries.refused_change(status, {}, body, "POST /cart", "Carts")
        assert isinstance(meaning, PassingFailure) == (status == 429)
        if status >= 500 or (status in retries.PASSING_STATUSES and status != 429):
            assert isinstance(meaning, UncertainChange)
        if status < 300 or status in {400, 404, 409, 422}:
            assert meaning is None
        assert isinstance(meaning, AccessError) == (status in {401, 403})


def test_a_change_that_was_never_sent_may_be_repeated_and_no_other() -> None:
    """No connection came about; wherever one did, Loop may have made the change."""
    refused = NewConnectionError(cast("Any", None), "refused")
    never = [
        requests.ConnectTimeout("proxy"),
        requests.ConnectionError(SimpleNamespace(reason=refused)),
    ]
    perhaps: list[requests.RequestException | PassingFailure] = [
        requests.ReadTimeout("late"),
        requests.ConnectionError("reset"),
        requests.exceptions.ChunkedEncodingError("cut"),
        PassingFailure("an answer that does not end"),
    ]
    assert {type(retries.failed_change(error, "POST /cart")) for error in never} == {PassingFailure}
    for error in perhaps:
        assert isinstance(retries.failed_change(error, "POST /cart"), UncertainChange)
