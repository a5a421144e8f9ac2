"""What went wrong with a request: will it pass, or what does it mean? Pure."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from urllib3.exceptions import NewConnectionError

from tap_loopreturns.errors import AccessError, LoopRefused, UnexpectedAnswer
from tap_loopreturns.loop import envelopes
from tap_loopreturns.loop.envelopes import Text

RETRIED = frozenset(
    {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530}
)
"""Statuses of a passing trouble: Loop's own (429, 500) and those of the proxy before it."""


class Passing(Exception):  # noqa: N818  not an error yet
    """A trouble that may pass; `wait` is how long Loop asks to be left alone."""

    def __init__(self, what: str, *, wait: float | None = None, crowded: bool = False) -> None:
        super().__init__(what)
        self.wait = wait
        self.crowded = crowded


def failure(
    status: int, headers: Mapping[str, str], body: Text, where: str, scope: str
) -> Exception:
    """What an answer other than 200 means."""
    if status in RETRIED:
        busy = status == 429  # noqa: PLR2004
        wait = _retry_after(headers)
        return Passing(f"Loop answered {status}", wait=wait, crowded=busy or wait is not None)
    if status in {401, 403}:
        return AccessError(
            f"{where}: Loop refuses the key ({status}). Either 'api_key' is wrong, or the key "
            f"lacks the scope '{scope}': add it in Loop under Settings > Developers.",
            scope=scope,
        )
    if 300 <= status < 400:  # noqa: PLR2004
        return UnexpectedAnswer(
            f"{where}: Loop redirects to another address ({status}), which is not followed, "
            "so that the key goes to the configured host only. Check 'api_url'."
        )
    said = envelopes.parse(body, where) if envelopes.is_sound(body) else None
    return LoopRefused(
        f"{where}: Loop refuses the request ({status}): {envelopes.words(said)}",
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
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) + 1


def never_sent(error: Exception) -> bool:
    """Whether no connection came about, so that Loop cannot have seen the request."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def cause(error: Exception) -> str:
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
    return str(error) if isinstance(error, Passing) else type(error).__name__
