"""What asking again will not mend fails at once, in words that say what to do."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest

from loop_returns.errors import AccessError, LoopRefused, UnexpectedAnswer
from loop_returns.http.client import Client
from mock_loop.errors import ENVELOPES
from tests.loop_returns.http.scripted import HEALTHY, SCOPE, Clock, ask, scripted


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
