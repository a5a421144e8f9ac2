"""How to reach an account: the settings that the tap and the target share, checked. Pure."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from singer_sdk import typing as th

from loop_returns.endpoints import VERSIONS
from loop_returns.errors import SettingsError
from loop_returns.http.client import Client
from loop_returns.http.exchange import Account
from loop_returns.http.pacing import Pacer
from loop_returns.times import DAY
from loopreturns_plugin import checks

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")

_LEGACY = (
    "Setting 'api_version': v1 is a legacy alias of 2026-07 and goes when that is retired; "
    "use 2026-10."
)

_SETTINGS: tuple[th.Property[Any], ...] = (
    th.Property(
        "api_key",
        th.StringType,
        secret=True,
        title="API key",
        description="Key of your Loop account, sent as X-Authorization. Made in Loop under "
        "Settings > Developers; the streams table says which scopes it needs.",
    ),
    th.Property(
        "api_url",
        th.StringType,
        default="https://api.loopreturns.com",
        title="API URL",
        description="Scheme and host, and port, of Loop's API. https, unless it is this machine.",
    ),
    th.Property(
        "api_version",
        th.StringType,
        default="2026-10",
        title="API version",
        description=f"Dated version in the path. One of {', '.join(VERSIONS)}.",
    ),
    th.Property(
        "requests_per_minute",
        th.IntegerType,
        default=300,
        title="Requests a minute",
        description="Budget of this key, 1 or more. Give each of several workers a share of it.",
    ),
    th.Property(
        "retry_minutes",
        th.IntegerType,
        default=10,
        title="Retry minutes",
        description="How long a request that fails in passing (429, 5xx, broken connections) is "
        "repeated before the run ends, 0 or more.",
    ),
    th.Property(
        "timeout_seconds",
        th.IntegerType,
        default=90,
        title="Timeout in seconds",
        description="How long to wait for an answer to begin or go on, 1 or more.",
    ),
)
CONNECTION: Mapping[str, th.Property[Any]] = {setting.name: setting for setting in _SETTINGS}
"""The settings by their names; a plugin lists them among its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A checked way to an account. Times in seconds."""

    api_key: str
    api_url: str
    api_version: str
    requests_per_minute: int
    patience: int
    timeout: int
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Connection({self.api_url}, {self.api_version})"

    def client(
        self,
        *,
        user_agent: str,
        connections: int = 8,
        sleep: Callable[[float], object] = time.sleep,
        gate: AbstractContextManager[object] | None = None,
    ) -> Client:
        """A client with a budget of its own; nothing is asked yet.

        Args:
            user_agent: Who asks.
            connections: How many are kept open.
            sleep: Waits for seconds, before a request and between its repetitions.
            gate: Entered for each request, such as a semaphore that several clients share.
        """
        account = Account(
            self.api_url,
            self.api_version,
            self.api_key,
            patience=self.patience,
            timeout=self.timeout,
        )
        return Client(
            account,
            Pacer(self.requests_per_minute, sleep=sleep),
            connections=connections,
            user_agent=user_agent,
            sleep=sleep,
            gate=gate,
        )


def check_connection(given: Mapping[str, Any]) -> Connection:
    """Check the settings of the connection; `given` has defaults filled in.

    Raises:
        SettingsError: the first thing that is wrong, in one line.
    """
    version = checks.one_of(given, "api_version", VERSIONS)
    return Connection(
        api_key=_key(given.get("api_key")),
        api_url=_url(given.get("api_url")),
        api_version=version,
        requests_per_minute=checks.integer(given, "requests_per_minute", 1),
        patience=checks.integer(given, "retry_minutes", 0) * 60,
        # The system's timers do not take centuries.
        timeout=min(checks.integer(given, "timeout_seconds", 1), DAY),
        warnings=(_LEGACY,) if version == "v1" else (),
    )


def _key(key: object) -> str:
    if not isinstance(key, str) or not key.strip():
        raise SettingsError(
            "api_key", "is missing or empty; give the API key of your Loop account, or 'shops'."
        )
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError("api_key", "holds a space or a character that no key has.")
    return key


def _url(url: object) -> str:
    wants = "accepts a scheme and host (and port), such as https://api.loopreturns.com."
    if not isinstance(url, str):
        raise SettingsError("api_url", wants)
    try:
        parts = urlsplit(url.strip().rstrip("/"))
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise SettingsError("api_url", wants) from None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.netloc):
        raise SettingsError("api_url", wants)
    if parts.path or parts.query or parts.fragment:
        raise SettingsError("api_url", f"{wants} The path /api/… is added by the tap.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise SettingsError(
            "api_url", "must be https, since the key is sent to it; http only to this machine."
        )
    return f"{parts.scheme}://{parts.netloc}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
