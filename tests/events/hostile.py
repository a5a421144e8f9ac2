"""Senders that mean harm, or are broken: each says what it must be told.

A kind sends what it sends and returns the statuses that it got, 0 for a
connection that was closed without one. What it wants taken in must not be.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from loopreturns_events import signature
from tests.events.receiving import SECRET, Process, ask, body, signed
from tests.events.wires import HOOK, Statuses, head, post, raw, right, told, trickle, wire

EVIL = body(666, evil=True)


@dataclass(frozen=True)
class Kind:
    """A kind of sender, and the statuses that it may be told."""

    name: str
    send: Callable[[Process], Statuses]
    allowed: frozenset[int]
    taken: int = 0
    """How many of its deliveries are right, so taken in."""


KINDS: list[Kind] = []
Send = Callable[[Process], Statuses]


def kind(*allowed: int, taken: int = 0) -> Callable[[Send], Send]:
    """Put a function among the kinds, by its name."""

    def add(send: Send) -> Send:
        KINDS.append(Kind(send.__name__, send, frozenset(allowed), taken))
        return send

    return add


@kind(401)
def no_signature(receiver: Process) -> Statuses:
    return post(receiver, EVIL)


@kind(401)
def signature_that_is_none(receiver: Process) -> Statuses:
    short = signature.sign(EVIL, SECRET)[:20]
    return set.union(*(post(receiver, EVIL, given) for given in ("", "x" * 44, "=", "YQ==", short)))


@kind(401)
def signature_in_hex(receiver: Process) -> Statuses:
    return post(receiver, EVIL, signature.parse(signature.sign(EVIL, SECRET)).hex())  # type: ignore[union-attr]


@kind(401)
def signature_of_odd_characters(receiver: Process) -> Statuses:
    return raw(
        receiver, head(f"{signature.HEADER}: \xff\xfe\xe9", f"Content-Length: {len(EVIL)}") + EVIL
    )


@kind(401)
def wrong_secret(receiver: Process) -> Statuses:
    return post(receiver, EVIL, signature.sign(EVIL, b"guessed"))


@kind(401)
def secret_of_another_shop(receiver: Process) -> Statuses:
    return post(receiver, EVIL, signature.sign(EVIL, b"other-secret"))


@kind(401)
def signature_of_another_body(receiver: Process) -> Statuses:
    return post(receiver, EVIL, signature.sign(body(1), SECRET))


@kind(401)
def body_changed_by_a_byte(receiver: Process) -> Statuses:
    return post(receiver, EVIL + b" ", signature.sign(EVIL, SECRET))


@kind(401)
def two_signatures_the_first_wrong(receiver: Process) -> Statuses:
    wrong = f"{signature.HEADER}: {signature.sign(EVIL, b'guessed')}"
    return raw(receiver, head(wrong, right(EVIL), f"Content-Length: {len(EVIL)}") + EVIL)


@kind(413)
def huge_and_says_so(receiver: Process) -> Statuses:
    return raw(receiver, head(right(EVIL), "Content-Length: 10000000000"))


@kind(413, 0)
def huge_in_chunks(receiver: Process) -> Statuses:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    return raw(receiver, head(right(EVIL), "Transfer-Encoding: chunked") + chunk * 100)


@kind(400, 0)
def lengths_that_are_none(receiver: Process) -> Statuses:
    lengths = ("-1", "1e3", "0x10", "9" * 400, "5, 6")
    return set.union(
        *(raw(receiver, head(right(EVIL), f"Content-Length: {n}") + EVIL) for n in lengths)
    )


@kind(400, 401, 0)
def two_lengths_to_smuggle_a_request(receiver: Process) -> Statuses:
    inner = head(right(EVIL), f"Content-Length: {len(EVIL)}") + EVIL
    lines = (f"Content-Length: {len(inner) + 5}", "Transfer-Encoding: chunked", "Connection: close")
    return raw(receiver, head(*lines) + b"0\r\n\r\n" + inner)


@kind(0)
def headers_that_trickle(receiver: Process) -> Statuses:
    return trickle(receiver, b"POST /hooks/acme HTTP/1.1\r\nHost: " + b"x" * 1000)


@kind(408, 0)
def body_that_trickles(receiver: Process) -> Statuses:
    begun = head(right(EVIL), f"Content-Length: {len(EVIL)}")
    return trickle(receiver, EVIL, begun)


@kind(0)
def silent_connections(receiver: Process) -> Statuses:
    to = urlsplit(receiver.url)
    with contextlib.ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection((to.hostname, to.port), timeout=15))
            for _ in range(200)
        ]
        return {told(one) for one in held}


@kind(0)
def broken_off_half_way(receiver: Process) -> Statuses:
    with wire(receiver) as connection:
        connection.sendall(head(right(EVIL), f"Content-Length: {len(EVIL)}") + EVIL[:-5])
    return {0}


@kind(415)
def packed_bomb(receiver: Process) -> Statuses:
    bomb = gzip.compress(b"0" * 100_000_000)
    return post(receiver, bomb, signature.sign(bomb, SECRET), Content_Encoding="gzip")


@kind(401)
def packed_bomb_that_does_not_say_so(receiver: Process) -> Statuses:
    return post(receiver, gzip.compress(b"0" * 100_000_000), signature.sign(EVIL, SECRET))


@kind(200, taken=1)
def endless_nesting(receiver: Process) -> Statuses:
    deep = b'{"topic":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    return post(receiver, deep, signature.sign(deep, SECRET))


@kind(200, taken=1)
def numbers_and_names_without_end(receiver: Process) -> Statuses:
    long = json.dumps({"topic": "t" * 300_000, "trigger": "\0\ud800", "id": 10**4000}).encode()
    return post(receiver, long, signature.sign(long, SECRET))


@kind(401)
def wrong_type(receiver: Process) -> Statuses:
    return set.union(
        *(post(receiver, EVIL, "none", Content_Type=given) for given in (
            "text/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "\t"
        ))
    )  # fmt: skip


@kind(405, 400, 0)
def other_methods(receiver: Process) -> Statuses:
    methods = ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")
    return {
        ask(receiver.url + HOOK, method, EVIL, signed(EVIL)).status for method in methods
    } | raw(receiver, b"CONNECT /hooks/acme HTTP/1.1\r\nHost: x\r\n\r\n")


@kind(503, 404, 400)
def made_up_addresses(receiver: Process) -> Statuses:
    paths = ("nobody", "../acme", "acme/../other", "%2e%2e", "acme%00", "a" * 5000, "%ff", "acme/x")
    length = f"Content-Length: {len(EVIL)}"
    return set.union(
        *(raw(receiver, head(right(EVIL), length, path=f"/hooks/{p}") + EVIL) for p in paths)
    )


@kind(400, 0)
def no_http_at_all(receiver: Process) -> Statuses:
    hello = bytes.fromhex("160301020001fc0303") + bytes(500)
    return raw(receiver, hello) | raw(receiver, b"\0" * 100_000) | raw(receiver, b"x" * 100_000)


@kind(400, 401, 0)
def headers_without_end(receiver: Process) -> Statuses:
    many = [f"X-{number}: {'y' * 100}" for number in range(1000)]
    return raw(receiver, head(*many)) | raw(receiver, head("X: " + "y" * 100_000))


@kind(200, taken=1)
def a_right_one_again_and_again(receiver: Process) -> Statuses:
    again = body(777)
    return {receiver.deliver(again).status for _ in range(AGAIN)}


@kind(401, 503)
def a_wrong_one_again_and_again(receiver: Process) -> Statuses:
    return {receiver.deliver(EVIL, b"guessed").status for _ in range(AGAIN)}


@kind(401, 503)
def a_flood_of_wrong_ones(receiver: Process) -> Statuses:
    return {receiver.deliver(body(n, evil=True), b"guessed").status for n in range(AGAIN)}


@kind(400, 401, 0)
def many_requests_in_one_write(receiver: Process) -> Statuses:
    one = head("Content-Length: 2") + b"{}"
    return raw(receiver, one * 1000)


AGAIN = 100
"""How often something is sent again; the proof sends it 10,000 times."""
