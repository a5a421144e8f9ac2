"""The whole retry policy: what passes, what is final, what may be repeated, how long to wait.

Readings are repeated after every failure that may pass. A change is repeated only
where Loop surely has not made it: it answered 429, or no connection came about.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

import backoff
import requests
from urllib3.exceptions import NameResolutionError, NewConnectionError

from loop_returns.errors import (
    AccessError,
    LoopRefused,
    LoopUnavailable,
    Redirected,
    UncertainChange,
    UnexpectedAnswer,
)
from loop_returns.http import envelopes
from loop_returns.http.envelopes import Text

T = TypeVar("T")
log = logging.getLogger(__name__)

PASSING_STATUSES = frozenset(
    {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530}
)
"""Statuses of a passing failure: Loop's own (429, 500) and those of the proxy before it."""

LONGEST_PAUSE = 60.0  # seconds, as long as Loop's budget looks back
_SELDOM = 30.0  # seconds between two lines about repeated requests
_TOO_MANY = 429
_SEE_OTHER = 303
"""What a change may be answered with after it was made; other redirects come before it."""


class PassingFailure(Exception):  # noqa: N818  not an error yet
    """A failure that may pass.

    Attributes:
        wait: Seconds that Loop asks to be left alone, if it says so.
        crowded: Loop's budget is used up, so every request should wait.
    """

    def __init__(self, what: str, *, wait: float | None = None, crowded: bool = False) -> None:
        super().__init__(what)
        self.wait = wait
        self.crowded = crowded


class Retries:
    """Repeats attempts while patience lasts. Safe to share by threads.

    Args:
        patience: Seconds after which a request that still fails is given up.
        pause_all: Called with seconds for which no request may be sent, where Loop is crowded.
        clock: Seconds that only grow.
        sleep: Waits for seconds.
        jitter: Makes a random number between 0 and its argument.
    """

    def __init__(
        self,
        patience: float,
        pause_all: Callable[[float], object],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        jitter: Callable[[float], float] = backoff.full_jitter,
    ) -> None:
        self._patience = patience
        self._pause_all = pause_all
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._lock = threading.Lock()
        self._logged = float("-inf")

    def repeat(self, where: str, attempt: Callable[[], T], patience: float | None = None) -> T:
        """The result of an attempt; after a PassingFailure, of the next one.

        Pauses double from a second up to a minute, half of each by chance, so that
        threads do not return all at once. Where Loop says how long to wait, that long.

        Args:
            where: Method and path, for messages.
            attempt: Sends the request once.
            patience: Seconds, where it is less than usual.

        Raises:
            LoopUnavailable: it still failed when patience ended.
        """
        patience = min(self._patience, self._patience if patience is None else patience)
        began = self._clock()
        pauses = _pauses()
        while True:
            try:
                return attempt()
            except PassingFailure as failure:
                half = next(pauses) / 2
                pause = half + self._jitter(half) if failure.wait is None else failure.wait
                spent = self._clock() - began
                if spent + pause > patience:
                    raise LoopUnavailable(
                        f"{where}: {failure}, for {spent:.0f} s. Try again later, or raise "
                        "'retry_minutes'; the next run resumes where this one stopped."
                    ) from None
                self._log(where, failure, pause)
                if failure.crowded:
                    self._pause_all(pause)
                self._sleep(pause)

    def _log(self, where: str, failure: PassingFailure, pause: float) -> None:
        with self._lock:
            now = self._clock()
            if now - self._logged < _SELDOM:
                return
            self._logged = now
        log.warning("%s: %s; asking again in %.0f s.", where, failure, pause)


def _pauses() -> Iterator[float]:
    pauses = backoff.expo(base=2, factor=1, max_value=LONGEST_PAUSE)
    next(pauses)  # its first value only primes the generator
    return pauses


def failed_reading(error: requests.RequestException, url: str) -> Exception:
    """What it means that a reading has no answer: a PassingFailure, or TLS that is not trusted."""
    if isinstance(error, requests.exceptions.SSLError):
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return UnexpectedAnswer(
                f"The TLS certificate of {url} is not trusted here; "
                "check 'api_url' and this machine's certificates."
            )
        return PassingFailure(f"no TLS connection to {urlsplit(url).netloc}")
    return PassingFailure(_where(error, urlsplit(url).netloc) or _cause(error))


def _where(error: requests.RequestException, host: str) -> str | None:
    """What kept a connection from coming about, and to which host; None for all else."""
    if isinstance(error, requests.exceptions.ProxyError):
        return f"no connection to {host} through the proxy (HTTPS_PROXY, HTTP_PROXY)"
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, NameResolutionError):
        return f"the name {host} cannot be resolved (DNS)"
    if isinstance(reason, NewConnectionError):
        refused = "refused" in str(reason)
        return f"{host} refuses the connection" if refused else f"no connection to {host}"
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection to {host} in time"
    return None


def never_answered(error: requests.RequestException, url: str, path: str) -> Exception:
    """What it means that a reading that is not repeated has no answer."""
    failure = failed_reading(error, url)
    if isinstance(failure, PassingFailure):
        return LoopUnavailable(f"GET {path}: {failure}.")
    return failure


def failed_change(error: requests.RequestException | PassingFailure, where: str) -> Exception:
    """What it means that a change has no answer: may it be sent again, or was it perhaps made?"""
    if _never_sent(error):
        return PassingFailure(_cause(error))
    return UncertainChange(f"{where}: {_cause(error)}")


def refused_change(  # noqa: PLR0913  the answer, and what was asked
    status: int,
    headers: Mapping[str, str],
    body: Text,
    where: str,
    scope: str,
    *,
    forbids: bool = False,
) -> Exception | None:
    """What a status means for a change; None where the change was answered, or surely not made.

    403 is about the key, but where Loop documents it for the change (`forbids`), in JSON
    with a list of errors (page "Remove line items").
    """
    if status == _SEE_OTHER:
        return UncertainChange(f"{where}: Loop points to another address ({status})")
    forbidden = status == 403 and not (forbids and _is_list_of_errors(body, where))  # noqa: PLR2004
    if status in {401, _TOO_MANY} or forbidden or 300 <= status < 400:  # noqa: PLR2004
        return refused_reading(status, headers, body, where, scope)
    if status in PASSING_STATUSES or status >= 500:  # noqa: PLR2004
        return UncertainChange(f"{where}: Loop answered {status}")
    return None


def refused_reading(
    status: int, headers: Mapping[str, str], body: Text, where: str, scope: str
) -> Exception:
    """What an answer other than 200 means.

    Loop answers 401 to a wrong key and to a missing scope alike (authentication page, FAQ).
    """
    if status in PASSING_STATUSES:
        wait = _retry_after(headers)
        crowded = status == _TOO_MANY or wait is not None
        return PassingFailure(f"Loop answered {status}", wait=wait, crowded=crowded)
    if status in {401, 403}:
        return AccessError(
            f"{where}: Loop refuses the key ({status}). Either 'api_key' is wrong, or the key "
            f"lacks the scope '{scope}': add it in Loop under Settings > Developers.",
            scope=scope,
        )
    if 300 <= status < 400:  # noqa: PLR2004
        return Redirected(
            f"{where}: Loop redirects to another address ({status}), which is not followed, "
            "so that the key goes to the configured host only. Check 'api_url'."
        )
    said = envelopes.parse(body, where.partition(" ")[2]) if envelopes.is_sound(body) else None
    return LoopRefused(
        f"{where}: Loop refuses the request ({status}): {envelopes.words(said)}",
        status=status,
        body=said,
    )


def _is_list_of_errors(body: Text, where: str) -> bool:
    said = envelopes.parse(body, where.partition(" ")[2]) if envelopes.is_sound(body) else None
    return isinstance(said, Mapping) and isinstance(said.get("errors"), list)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, where an answer says so; Loop does not document that it does."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text) + random.random()  # noqa: S311  so that threads do not return at once
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) + 1


def _never_sent(error: Exception) -> bool:
    """Whether no connection came about, so that Loop cannot have seen the request."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _cause(error: Exception) -> str:
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
    return str(error) if isinstance(error, PassingFailure) else type(error).__name__
