"""One Loop account over HTTP: an answer, or a LoopReturnsError. Safe to share by threads.

The key is sent here alone: in the header X-Authorization (authentication page), to
the configured host. Redirects are not followed, and next links are never requested.
What is repeated, and when, is decided in `retries`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from email.utils import parsedate_to_datetime

import backoff
import msgspec
import requests
from requests.adapters import HTTPAdapter

from loop_returns.errors import AnswerTooLarge, UncertainChange
from loop_returns.http import envelopes, packing, retries
from loop_returns.http.envelopes import Text
from loop_returns.http.exchange import Account, Answer, Reply, Upload
from loop_returns.http.kept import KeptAnswers
from loop_returns.http.pacing import Pacer
from loop_returns.http.packing import Body
from loop_returns.http.retries import PassingFailure, Retries
from loop_returns.http.slow import SlowAnswers

Params = Mapping[str, str | int]

_ENCODER = msgspec.json.Encoder(decimal_format="number")

_CHUNK = 64 * 1024  # bytes
_CONNECTING = 10.0  # seconds


class Client:
    """Asks one account, within the budget of its key, and repeats what failed in passing."""

    def __init__(  # noqa: PLR0913  the last three are seams for tests
        self,
        account: Account,
        pacer: Pacer,
        *,
        connections: int = 8,
        user_agent: str = "tap-loopreturns",
        gate: AbstractContextManager[object] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        jitter: Callable[[float], float] = backoff.full_jitter,
    ) -> None:
        self.account = account
        self.requests = 0
        """How many requests have been sent."""
        self.answered = 0
        """How many readings have been answered healthily."""
        self.ahead = float("inf")
        """Seconds that this machine's clock is ahead of Loop's, at most; endless while unknown."""
        self._pacer = pacer
        self._gate = gate or nullcontext()
        self._slow = SlowAnswers(account.timeout, 10 * account.timeout)
        self._clock = clock
        self._retries = Retries(
            account.patience, pacer.pause, clock=clock, sleep=sleep, jitter=jitter
        )
        self._lock = threading.Lock()
        self._kept = KeptAnswers[Answer](clock)
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
        params: Params | None = None,
        *,
        scope: str,
        hold: Callable[[int], object] | None = None,
        patience: float | None = None,
    ) -> Answer:
        """Ask for `path` (below `/api/{version}`), as often as patience allows.

        `hold` is told now and then how many bytes of the answer take up memory; it may wait.
        `patience`, in seconds, is less than the account's.

        Raises:
            AccessError: 401 or 403; `scope` is what the key needs for this path.
            LoopRefused: another status that says the request is wrong.
            LoopUnavailable: no healthy answer within the account's patience.
            UnexpectedAnswer: a redirect.
            AnswerTooLarge: an answer larger than is bearable.
        """
        if kept := self._kept.take(path, params):
            return kept
        return self._retries.repeat(
            f"GET {path}", lambda: self._read(path, params or {}, scope, hold), patience
        )

    def probe(self, path: str, params: Params | None = None, *, scope: str) -> None:
        """Ask for `path` ahead of time, as `get`, for a minute; kept for whoever soon asks so."""
        if not self._kept.holds(path, params):
            self._kept.keep(path, params, self.get(path, params, scope=scope, patience=60))

    def look(self, path: str, params: Params) -> tuple[int, Mapping[str, str], Text]:
        """Ask once: status, headers and body as they came (see `get` for what may be raised)."""
        try:
            status, headers, body = self._exchange("GET", path, params)
        except requests.RequestException as error:
            raise retries.never_answered(error, self.account.url, path) from None
        return status, headers, packing.whole(body)

    def send(  # noqa: PLR0913  what a request has
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: object = None,
        scope: str,
        forbids: bool = False,
    ) -> Reply:
        """Ask for a change, and say what is answered, be it a refusal, or no word of Loop's.

        Args:
            method: POST, PUT or DELETE.
            path: Below `/api/{version}`.
            params: The query.
            body: Sent as JSON; decimals are numbers in it. An `Upload` is sent as a file.
            scope: What the key needs for this path.
            forbids: Loop documents 403 as its word on this change.

        Raises:
            UncertainChange: it was sent, and whether Loop made it is not known.
            AccessError: 401, or 403 that is not Loop's word on the change.
            LoopUnavailable: not even sent, for as long as the account's patience.
            UnexpectedAnswer: a redirect, or an answer larger than is bearable.
        """
        where = f"{method} {path}"
        return self._retries.repeat(
            where,
            lambda: self._change(method, path, params or {}, body, scope=scope, forbids=forbids),
        )

    def _read(
        self, path: str, params: Params, scope: str, hold: Callable[[int], object] | None
    ) -> Answer:
        try:
            status, headers, body = self._exchange("GET", path, params, hold=hold)
        except requests.RequestException as error:
            raise retries.failed_reading(error, self.account.url) from None
        if status == 200:  # noqa: PLR2004
            if not packing.is_sound(body):
                raise PassingFailure("an answer that is not JSON")
            self.answered += 1  # by many threads; that it grows is all that matters
            return Answer(body, path)
        if "json" in headers.get("Content-Type", "") and body and not packing.is_sound(body):
            raise PassingFailure("a refusal that came damaged")
        raise retries.refused_reading(status, headers, packing.whole(body), f"GET {path}", scope)

    def _change(  # noqa: PLR0913  as they are given to `send`
        self,
        method: str,
        path: str,
        params: Params,
        sent: object,
        *,
        scope: str,
        forbids: bool,
    ) -> Reply:
        where = f"{method} {path}"
        try:
            status, headers, body = self._exchange(method, path, params, sent)
        except (requests.RequestException, PassingFailure) as error:
            raise retries.failed_change(error, where) from None
        said = packing.whole(body)
        if refusal := retries.refused_change(status, headers, said, where, scope, forbids=forbids):
            raise refusal
        if envelopes.is_sound(said):
            return Reply(status, envelopes.parse(said, path))
        # Deleting a destination is answered with the bare word Success.
        if status < 300 and said.strip() not in (b"", b"Success"):  # noqa: PLR2004
            raise UncertainChange(f"{where}: an answer that is not JSON")
        return Reply(status, "Success" if said.strip() == b"Success" else None)

    def _exchange(
        self,
        method: str,
        path: str,
        params: Params,
        body: object = None,
        hold: Callable[[int], object] | None = None,
    ) -> tuple[int, Mapping[str, str], Body]:
        """One request, when its turn has come."""
        headers = {"Accept": "application/json", "X-Authorization": self.account.key}
        files = {"file": (body.name, body.content)} if isinstance(body, Upload) else None
        data = None if body is None or files else _ENCODER.encode(body)
        if data is not None:
            headers["Content-Type"] = "application/json"
        # The gate comes last: who waits for the budget of one key holds up no other key.
        with self._pacer.turn() as heed, self._gate, self._slow.watch(f"{method} {path}") as begun:
            with self._lock:
                self.requests += 1
            with self._session.request(
                method,
                f"{self.account.url}/api/{self.account.version}{path}",
                params=dict(params),
                data=data,
                files=files,
                headers=headers,
                timeout=(min(_CONNECTING, self.account.timeout), self.account.timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                begun()
                heed(response.headers, response.status_code)
                self._compare_clocks(response.headers)
                return response.status_code, response.headers, self._body(response, path, hold)

    def _compare_clocks(self, headers: Mapping[str, str]) -> None:
        try:
            ahead = time.time() - parsedate_to_datetime(headers["Date"]).timestamp()
        except (KeyError, ValueError, OverflowError):
            return
        with self._lock:
            self.ahead = min(self.ahead, ahead)

    def _body(
        self, response: requests.Response, path: str, hold: Callable[[int], object] | None
    ) -> Body:
        deadline = self._clock() + 10 * self.account.timeout
        intake = packing.Intake()
        for chunk in response.iter_content(_CHUNK):
            intake.add(chunk)
            if hold:
                hold(intake.held)
            if intake.size > self.account.largest_answer:
                raise AnswerTooLarge(
                    f"GET {path}: an answer of more than {self.account.largest_answer:,} bytes. "
                    "No page of Loop's is that large; check 'api_url'."
                )
            if self._clock() > deadline:
                raise PassingFailure("an answer that does not end")
        body = intake.body()
        if hold:
            hold(len(body))
        return body
