"""A change is asked for again only where Loop surely has not made it."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from loop_returns.errors import AccessError, LoopUnavailable, UncertainChange, UnexpectedAnswer
from loop_returns.http.client import Client
from loop_returns.http.exchange import Account, Reply
from loop_returns.http.pacing import Pacer
from mock_loop import Faults, Loop, Quirks, Shop, serve

CANCEL = "/warehouse/return/1/cancel"


@pytest.fixture
def loop() -> Iterator[Loop]:
    shop = Shop()
    shop.add_return("1", "open")
    with serve(shop, quirks=Quirks(requests_per_minute=None)) as running:
        yield running


def send(url: str, key: str = "test-key", *, patience: float = 5.0) -> Reply:
    account = Account(url, "2026-10", key, patience=patience, timeout=2)
    client = Client(account, Pacer(60_000), sleep=lambda _: None)
    try:
        return client.send("POST", CANCEL, scope="Returns")
    finally:
        client.close()


def test_a_change_is_sent_once_and_its_answer_returned(loop: Loop) -> None:
    """Done, or refused under HTTP 200: both are answers."""
    assert send(loop.url) == Reply(200, True)
    again = send(loop.url)
    assert (again.status, set(again.body)) == (200, {"errors"})
    assert len(loop.requests) == 2


@pytest.mark.slow
def test_429_is_waited_out(loop: Loop) -> None:
    """Loop refused to look at it, so that asking again is safe."""
    loop.faults = Faults.script(["429", "429-retry-after"])
    assert send(loop.url) == Reply(200, True)
    assert len(loop.requests) == 3


@pytest.mark.parametrize(
    "fault",
    ["500", "502", "503", "524-html", "close", "reset", "acted-close", "acted-500",
     "truncate", "stall", "html-200", "bad-gzip"],
)  # fmt: skip
def test_whatever_breaks_after_it_was_sent_is_uncertain_and_not_repeated(
    loop: Loop, fault: str
) -> None:
    """One request, and an error of its own."""
    loop.faults = Faults.script([fault], stall_seconds=4)
    if fault == "bad-gzip":
        loop.shop.move_return("1", "closed")  # a body that is worth compressing
    with pytest.raises(UncertainChange):
        send(loop.url)
    assert len(loop.requests) == 1


def test_without_a_connection_it_was_not_sent() -> None:
    """Nobody listens: repeated while patience lasts, then the usual error."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(LoopUnavailable, match=f"POST {CANCEL}"):
            send(f"http://127.0.0.1:{taken.getsockname()[1]}", patience=0)


def test_a_wrong_key_and_a_redirect_are_errors(loop: Loop) -> None:
    """401 names the scope; another address is never followed with the key."""
    with pytest.raises(AccessError, match="'Returns'"):
        send(loop.url, "wrong")
    loop.faults = Faults.script(["redirect"])
    with pytest.raises(UnexpectedAnswer, match="redirects"):
        send(loop.url)
    assert loop.shop.book["1"].state == "open"
