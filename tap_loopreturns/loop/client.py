"""One Loop account over HTTP: an answer, or a LoopReturnsError. Safe to share by threads.

Here, and only here, it is decided that a request is repeated, and here the key
is sent: in the header X-Authorization (authentication page), to the configured
host alone. Redirects are not followed, and next links are never requested.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import backoff
import requests
from requests.adapters import HTTPAdapter

from tap_loopreturns.errors import AccessError, LoopRefused, LoopUnavailable, UnexpectedAnswer
from tap_loopreturns.loop import envelopes
from tap_loopreturns.loop.pacing import Pacer

log = logging.getLogger("tap-loopreturns.loop")

RETRIED = frozenset(
    {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530}
)
"""Statuses of a passing trouble: Loop's own (429, 500) and those of the proxy before it."""

_TIMEOUT = (10.0, 90.0)  # the proxy in front of Loop gives up on an answer after 100 s (524)
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Account:
    """Where an account is, and how patient to be with it (times in seconds)."""

    url: str
    version: str
    key: str
    patience: float = 600.0
    timeout: float = 90.0
    """For an answer to begin and go on; the proxy before Loop gives up after about 100 s (524)."""
    largest_answer: int = 512 * 1024 * 1024

    def __repr__(self) -> str:
        return f"Account({self.url}, {self.version})"


class Answer:
    """A healthy answer: sound JSON, parsed when it is asked for, and once."""

    __slots__ = ("_body", "where")

    def __init__(self, body: bytes, where: str) -> None:
        self._body = body
        self.where = where

    def json(self) -> Any:
        """The parsed body (see `envelopes.parse`)."""
        return envelopes.parse(self._body, self.where)


class _Passing(Exception):  # noqa: N818  not an error yet
    """A trouble that may pass; `wait` is how long Loop asks to be left alone."""

    def __init__(self, what: str, *, wait: float | None = None, crowded: bool = False) -> None:
        super().__init__(what)
        self.wait = wait
        self.crowded = crowded


class Client:
    """Asks one account, within the budget of its key, and repeats what failed in passing."""

    def __init__(  # noqa: PLR0913  the last four are seams for tests
        self,
        account: Account,
        pacer: Pacer,
        *,
        connections: int = 8,
        user_agent: str = "tap-loopreturns",
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        jitter: Callable[[float], float] = backoff.full_jitter,
    ) -> None:
        self.account = account
        self.requests = 0
        self._pacer = pacer
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._lock = threading.Lock()
        self._told = float("-inf")
        self._kept: dict[tuple[str, tuple[tuple[str, str | int], ...]], Answer] = {}
        self._session = requests.Session()
        adapter = HTTPAdapter(pool_maxsize=connections)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._session.headers["User-Agent"] = user_agent

    def close(self) -> None:
        """Give back the connections."""
        self._session.close()

    def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        scope: str,
    ) -> Answer:
        """Ask for `path` (below `/api/{version}`), as often as patience allows.

        Raises:
            AccessError: 401 or 403; `scope` is what the key needs for this path.
            LoopRefused: another status that says the request is wrong.
            LoopUnavailable: no healthy answer within the account's patience.
            UnexpectedAnswer: a redirect, or an answer larger than is bearable.
        """
        with self._lock:
            kept = self._kept.pop((path, tuple(sorted((params or {}).items()))), None)
        if kept:
            return kept
        began = self._clock()
        pauses = _pauses()
        while True:
            try:
                return self._attempt(path, params or {}, scope)
            except _Passing as trouble:
                half = next(pauses) / 2
                pause = half + self._jitter(half) if trouble.wait is None else trouble.wait
                spent = self._clock() - began
                if spent + pause > self.account.patience:
                    raise LoopUnavailable(
                        f"GET {path}: {trouble}, for {spent:.0f} s. Try again later, or raise "
                        "'retry_minutes'; the next run resumes where this one stopped."
                    ) from None
                self._tell(path, trouble, pause)
                if trouble.crowded:
                    self._pacer.hold(pause)
                self._sleep(pause)

    def probe(
        self, path: str, params: Mapping[str, str | int] | None = None, *, scope: str
    ) -> None:
        """Ask for `path` ahead of time; the answer is kept for whoever asks for the same next.

        Raises:
            As `get`.
        """
        answer = self.get(path, params, scope=scope)
        with self._lock:
            self._kept[path, tuple(sorted((params or {}).items()))] = answer

    def _attempt(self, path: str, params: Mapping[str, str | int], scope: str) -> Answer:
        url = f"{self.account.url}/api/{self.account.version}{path}"
        with self._pacer.turn() as heed:
            with self._lock:
                self.requests += 1
            try:
                with self._session.get(
                    url,
                    params=dict(params),
                    headers={
                        "Accept": "application/json",
                        "X-Authorization": self.account.key,
                    },
                    timeout=(min(10.0, self.account.timeout), self.account.timeout),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    heed(response.headers)
                    body = self._read(response, path)
                    status, response_headers = response.status_code, response.headers
            except requests.exceptions.SSLError as error:
                if "CERTIFICATE_VERIFY_FAILED" in str(error):
                    raise UnexpectedAnswer(
                        f"The TLS certificate of {self.account.url} is not trusted here; "
                        "check 'api_url' and this machine's certificates."
                    ) from None
                raise _Passing("no TLS connection") from None
            except requests.RequestException as error:
                raise _Passing(_cause(error)) from None
        if status == 200:  # noqa: PLR2004
            if not envelopes.is_sound(body):
                raise _Passing("an answer that is not JSON")
            return Answer(body, path)
        raise _failure(status, response_headers, body, path, scope)

    def _read(self, response: requests.Response, path: str) -> bytes:
        deadline = self._clock() + 10 * self.account.timeout
        chunks: list[bytes] = []
        size = 0
        for chunk in response.iter_content(256 * 1024):
            chunks.append(chunk)
            size += len(chunk)
            if size > self.account.largest_answer:
                raise UnexpectedAnswer(
                    f"GET {path}: an answer of more than {self.account.largest_answer:,} bytes; "
                    "no page of Loop's is that large. Check 'api_url'."
                )
            if self._clock() > deadline:
                raise _Passing("an answer that does not end")
        return b"".join(chunks)

    def _tell(self, path: str, trouble: _Passing, pause: float) -> None:
        """At most one line in thirty seconds, however many threads are in trouble."""
        with self._lock:
            now = self._clock()
            if now - self._told < 30:  # noqa: PLR2004
                return
            self._told = now
        log.warning("GET %s: %s; asking again in %.0f s.", path, trouble, pause)


def _pauses() -> Iterator[float]:
    pauses = backoff.expo(base=2, factor=1, max_value=60)
    next(pauses)  # its first value only primes the generator
    return pauses


def _failure(
    status: int, headers: Mapping[str, str], body: bytes, path: str, scope: str
) -> Exception:
    """What an answer other than 200 means."""
    if status in RETRIED:
        busy = status == 429  # noqa: PLR2004
        wait = _retry_after(headers)
        return _Passing(f"Loop answered {status}", wait=wait, crowded=busy or wait is not None)
    if status in {401, 403}:
        return AccessError(
            f"GET {path}: Loop refuses the key ({status}). Either 'api_key' is wrong, or the key "
            f"lacks the scope '{scope}': add it in Loop under Settings > Developers.",
            scope=scope,
        )
    if 300 <= status < 400:  # noqa: PLR2004
        return UnexpectedAnswer(
            f"GET {path}: Loop redirects to another address ({status}), which is not followed, "
            "so that the key goes to the configured host only. Check 'api_url'."
        )
    said = envelopes.parse(body, path) if envelopes.is_sound(body) else None
    return LoopRefused(
        f"GET {path}: Loop refuses the request ({status}): {envelopes.words(said)}",
        status=status,
        body=said,
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, where an answer says so; Loop does not document that it does."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text) + random.random()  # noqa: S311  so that threads do not return at once
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) + 1


def _cause(error: requests.RequestException) -> str:
    """The kind of a failure, without the text, which may hold an address or a proxy's password."""
    kinds = {
        requests.exceptions.Timeout: "no answer in time",
        requests.exceptions.ContentDecodingError: "an answer that cannot be decompressed",
        requests.exceptions.ChunkedEncodingError: "an answer that breaks off",
        requests.exceptions.ProxyError: "no connection through the proxy",
        requests.exceptions.ConnectionError: "no connection, or one that broke",
    }
    for kind, words in kinds.items():
        if isinstance(error, kind):
            return words
    return type(error).__name__
