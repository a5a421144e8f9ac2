"""One Loop account over HTTP: an answer, or a LoopReturnsError. Safe to share by threads.

Here, and only here, it is decided that a request is repeated, and here the key
is sent: in the header X-Authorization (authentication page), to the configured
host alone. Redirects are not followed, and next links are never requested.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import backoff
import msgspec
import requests
from requests.adapters import HTTPAdapter

from tap_loopreturns.errors import LoopUnavailable, UncertainChange, UnexpectedAnswer
from tap_loopreturns.loop import bodies, envelopes
from tap_loopreturns.loop.bodies import Body
from tap_loopreturns.loop.pacing import Pacer
from tap_loopreturns.loop.troubles import RETRIED, Passing, cause, failure, never_sent

T = TypeVar("T")
log = logging.getLogger("tap-loopreturns.loop")
_FRESH = 30.0  # seconds; an older page and those after it are not one list


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

    __slots__ = ("body", "where")

    def __init__(self, body: Body, where: str) -> None:
        self.body = body
        self.where = where

    def json(self) -> Any:
        """The parsed body (see `envelopes.parse`)."""
        return envelopes.parse(bodies.whole(self.body), self.where)


@dataclass(frozen=True, slots=True)
class Reply:
    """What Loop says to a change: made, or refused, whatever the status."""

    status: int
    body: Any
    """Parsed; None where there is none."""


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
        self.ahead = float("inf")
        """Seconds that this machine's clock is ahead of Loop's, at most; endless while unknown."""
        self._pacer = pacer
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._lock = threading.Lock()
        self._told = float("-inf")
        self._kept: dict[tuple[str, tuple[tuple[str, str | int], ...]], tuple[float, Answer]] = {}
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
        hold: Callable[[int], object] = bool,
    ) -> Answer:
        """Ask for `path` (below `/api/{version}`), as often as patience allows.

        `hold` is told now and then how many bytes of the answer take up memory; it may wait.

        Raises:
            AccessError: 401 or 403; `scope` is what the key needs for this path.
            LoopRefused: another status that says the request is wrong.
            LoopUnavailable: no healthy answer within the account's patience.
            UnexpectedAnswer: a redirect, or an answer larger than is bearable.
        """
        with self._lock:
            kept = self._kept.pop((path, tuple(sorted((params or {}).items()))), None)
        if kept and self._clock() - kept[0] < _FRESH:
            return kept[1]
        return self._patiently(
            f"GET {path}", lambda: self._attempt(path, params or {}, scope, hold)
        )

    def probe(
        self, path: str, params: Mapping[str, str | int] | None = None, *, scope: str
    ) -> None:
        """Ask for `path` ahead of time; the answer is kept for whoever soon asks for the same.

        Raises:
            As `get`.
        """
        answer = self.get(path, params, scope=scope)
        with self._lock:
            self._kept[path, tuple(sorted((params or {}).items()))] = (self._clock(), answer)

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: object = None,
        scope: str,
    ) -> Reply:
        """Ask for a change, and say what Loop answers, be it a refusal.

        A change is asked for again only where Loop surely has not made it: it
        answered 429, or no connection came about.

        Raises:
            UncertainChange: it was sent, and whether Loop made it is not known.
            AccessError: 401; `scope` is what the key needs for this path.
            LoopUnavailable: not even sent, for as long as the account's patience.
            UnexpectedAnswer: a redirect, or an answer larger than is bearable.
        """
        where = f"{method} {path}"

        def attempt() -> Reply:
            try:
                status, headers, answered = self._exchange(method, path, params or {}, body)
            except (requests.RequestException, Passing) as error:
                if never_sent(error):
                    raise Passing(cause(error)) from None
                raise UncertainChange(f"{where}: {cause(error)}") from None
            said = bodies.whole(answered)
            if status in {401, 429} or 300 <= status < 400:  # noqa: PLR2004
                raise failure(status, headers, said, where, scope)
            if status in RETRIED or status >= 500:  # noqa: PLR2004
                raise UncertainChange(f"{where}: Loop answered {status}")
            if envelopes.is_sound(said):
                return Reply(status, envelopes.parse(said, path))
            # Deleting a destination is answered with the bare word Success.
            if status < 300 and said.strip() not in (b"", b"Success"):  # noqa: PLR2004
                raise UncertainChange(f"{where}: an answer that is not JSON")
            return Reply(status, None)

        return self._patiently(where, attempt)

    def _patiently(self, where: str, attempt: Callable[[], T]) -> T:
        """Repeat what fails in passing, with growing pauses, while patience lasts."""
        began = self._clock()
        pauses = _pauses()
        while True:
            try:
                return attempt()
            except Passing as trouble:
                half = next(pauses) / 2
                pause = half + self._jitter(half) if trouble.wait is None else trouble.wait
                spent = self._clock() - began
                if spent + pause > self.account.patience:
                    raise LoopUnavailable(
                        f"{where}: {trouble}, for {spent:.0f} s. Try again later, or raise "
                        "'retry_minutes'; the next run resumes where this one stopped."
                    ) from None
                self._tell(where, trouble, pause)
                if trouble.crowded:
                    self._pacer.hold(pause)
                self._sleep(pause)

    def _attempt(
        self,
        path: str,
        params: Mapping[str, str | int],
        scope: str,
        hold: Callable[[int], object],
    ) -> Answer:
        try:
            status, headers, body = self._exchange("GET", path, params, hold=hold)
        except requests.exceptions.SSLError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise UnexpectedAnswer(
                    f"The TLS certificate of {self.account.url} is not trusted here; "
                    "check 'api_url' and this machine's certificates."
                ) from None
            raise Passing("no TLS connection") from None
        except requests.RequestException as error:
            raise Passing(cause(error)) from None
        if status == 200:  # noqa: PLR2004
            if not bodies.is_sound(body):
                raise Passing("an answer that is not JSON")
            return Answer(body, path)
        if "json" in headers.get("Content-Type", "") and body and not bodies.is_sound(body):
            raise Passing("a refusal that came damaged")
        raise failure(status, headers, bodies.whole(body), f"GET {path}", scope)

    def _exchange(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int],
        body: object = None,
        hold: Callable[[int], object] = bool,
    ) -> tuple[int, Mapping[str, str], Body]:
        """One request, when its turn has come."""
        headers = {"Accept": "application/json", "X-Authorization": self.account.key}
        if body is not None:
            headers["Content-Type"] = "application/json"
        with self._pacer.turn() as heed:
            with self._lock:
                self.requests += 1
            with self._session.request(
                method,
                f"{self.account.url}/api/{self.account.version}{path}",
                params=dict(params),
                data=None if body is None else msgspec.json.encode(body),
                headers=headers,
                timeout=(min(10.0, self.account.timeout), self.account.timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                heed(response.headers)
                self._compare_clocks(response.headers)
                return response.status_code, response.headers, self._read(response, path, hold)

    def _compare_clocks(self, headers: Mapping[str, str]) -> None:
        try:
            ahead = time.time() - parsedate_to_datetime(headers["Date"]).timestamp()
        except (KeyError, ValueError, OverflowError):
            return
        with self._lock:
            self.ahead = min(self.ahead, ahead)

    def _read(self, response: requests.Response, path: str, hold: Callable[[int], object]) -> Body:
        deadline = self._clock() + 10 * self.account.timeout
        intake = bodies.Intake()
        for chunk in response.iter_content(64 * 1024):
            intake.add(chunk)
            hold(intake.held)
            if intake.size > self.account.largest_answer:
                raise UnexpectedAnswer(
                    f"GET {path}: an answer of more than {self.account.largest_answer:,} bytes; "
                    "no page of Loop's is that large. Check 'api_url'."
                )
            if self._clock() > deadline:
                raise Passing("an answer that does not end")
        body = intake.body()
        hold(len(body))
        return body

    def _tell(self, where: str, trouble: Passing, pause: float) -> None:
        """At most one line in thirty seconds, however many threads are in trouble."""
        with self._lock:
            now = self._clock()
            if now - self._told < 30:  # noqa: PLR2004
                return
            self._told = now
        log.warning("%s: %s; asking again in %.0f s.", where, trouble, pause)


def _pauses() -> Iterator[float]:
    pauses = backoff.expo(base=2, factor=1, max_value=60)
    next(pauses)  # its first value only primes the generator
    return pauses
