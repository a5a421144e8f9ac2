"""Loop as its clients meet it: versions, keys, scopes, the budget, then the endpoint."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from mock_loop import (
    actions,
    clock,
    commerce,
    errors,
    fraud,
    imports,
    inspection,
    keeping,
    labels,
    links,
    lists,
    returns,
    scopes,
    shipping,
)
from mock_loop.call import RELEASES, Call
from mock_loop.faults import Faults
from mock_loop.limits import Allowance
from mock_loop.quirks import Quirks
from mock_loop.responses import Response
from mock_loop.routes import find
from mock_loop.shop import Shop

ROUTES = tuple(
    route
    for module in (
        returns, shipping, lists, commerce, actions,
        fraud, inspection, labels, links, keeping, imports,
    )
    for route in module.ROUTES
)  # fmt: skip

# `/api/latest` moves on to 2026-10 on this day; `/api/v1` stays on 2026-07.
LATEST_MOVES = clock.parse("2026-10-29")


@dataclass(frozen=True)
class Request:
    """A request as the server saw it."""

    method: str
    path: str
    """With /api and the version, without the query."""
    query: dict[str, str]
    status: int
    """0 where the connection was broken without an answer."""
    at: float
    """When it arrived, in seconds since the epoch."""
    fault: str | None
    """What was made to go wrong with it."""
    headers: dict[str, str]
    """Names in lower case."""


@dataclass(frozen=True)
class Received:
    """A request as it came off the wire."""

    method: str
    target: str
    headers: dict[str, str]
    """Names in lower case."""
    base: str
    """Scheme and host by which the server was reached."""
    body: bytes = b""

    @cached_property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)


class Loop:
    """A running Loop. What is public here may be replaced while it runs.

    `hook` is called with the number of the request (0: the first) and the shop
    before each is answered; what it changes is what that request sees.
    """

    def __init__(
        self,
        shop: Shop,
        key: str,
        scopes: Iterable[str],
        quirks: Quirks,
        faults: Faults | None,
    ) -> None:
        self.shop = shop
        self.key = key
        self.scopes = frozenset(scopes)
        self.quirks = quirks
        self.faults = faults
        self.hook: Callable[[int, Shop], None] | None = None
        self.url = ""
        self.requests: list[Request] = []
        self.lock = threading.RLock()
        self.budget = Allowance()
        self._tokens: dict[str, Any] = {}
        self._seen = 0
        self._random = Random(7)

    def clear_requests(self) -> None:
        """Forget the log; the budget already used up stays used."""
        with self.lock:
            self.requests.clear()

    def reset_budget(self) -> None:
        """Begin the key's minute anew."""
        with self.lock:
            self.budget = Allowance()

    def latency(self) -> float:
        """Seconds until the next answer."""
        latency = self.quirks.latency
        if isinstance(latency, tuple):
            with self.lock:
                return self._random.uniform(*latency)
        return latency

    def handle(self, received: Received) -> Response:
        """Answer one request; this is Loop without the wire."""
        arrived = time.time()
        path = received.path
        with self.lock, self.shop.lock:
            if self.hook:
                self.hook(self._seen, self.shop)
            self._seen += 1
            actions.run_queue(self.shop)
            fault = self.faults.draw(path, received.method) if self.faults else None
            answer = self.faults.instead(fault, self.quirks) if self.faults and fault else None
            if answer is None:
                answer = self._answer(received)
                if self.faults:
                    answer = self.faults.spoil(fault, answer)
            kind = None if fault is None else fault.name
            query = dict(received.pairs)
            self.requests.append(
                Request(
                    received.method, path, query, answer.status, arrived, kind, received.headers
                ),
            )
        return answer

    def _answer(self, received: Received) -> Response:
        version, release, rest = self._version(received.path)
        if release is None:
            return errors.not_found("Unknown API version.")
        route, params, known = find(ROUTES, received.method, rest)
        # The gateway asks for the key before it looks for the path.
        gateway = route is None or route.scope != scopes.RETURNS
        if received.headers.get("x-authorization") != self.key:
            return errors.unauthorized(gateway=gateway)
        verdict = self.budget.take(self.quirks, time.monotonic())
        said = self.budget.headers(self.quirks, verdict, time.time())
        if not verdict.allowed:
            answer = errors.throttled()
        elif route is None:
            answer = errors.method_not_allowed() if known else errors.not_found()
        elif route.scope not in self.scopes:
            answer = errors.unauthorized(gateway=gateway)
        else:
            lists: dict[str, list[str]] = {}
            for name, value in received.pairs:
                lists.setdefault(name, []).append(value)
            call = Call(
                shop=self.shop,
                quirks=self.quirks,
                base=received.base,
                version=version,
                release=release,
                path=rest,
                params=params,
                query=dict(received.pairs),
                lists=lists,
                headers=received.headers,
                body=received.body,
                tokens=self._tokens,
            )
            answer = route.answer(call)
        return replace(answer, headers=answer.headers | said)

    def _version(self, path: str) -> tuple[str, str | None, str]:
        """The version as written, the release that it means, and the path behind it."""
        if not path.startswith("/api/"):
            return "", None, path
        version, _, rest = path.removeprefix("/api/").partition("/")
        rest = f"/{rest}"
        if version in RELEASES:
            return version, version, rest
        if version == "v1":
            return version, "2026-07", rest
        if version == "latest":
            moved = self.shop.moment() >= LATEST_MOVES
            return version, "2026-10" if moved else "2026-07", rest
        if re.fullmatch(r"v\d+|\d{4}-\d\d", version):
            return version, None, rest
        # Without any version the oldest one that is still supported answers.
        return RELEASES[0], RELEASES[0], path.removeprefix("/api")
