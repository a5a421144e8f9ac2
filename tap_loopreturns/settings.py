"""A checked configuration, and what is wrong with one, in words. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

from tap_loopreturns import times
from tap_loopreturns.errors import SettingsError
from tap_loopreturns.options import STATES, VERSIONS, default
from tap_loopreturns.ordered import AHEAD
from tap_loopreturns.privacy import Mode
from tap_loopreturns.spans import Span

_SHORTEST_HASH_KEY = 16
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A checked configuration. Times in seconds; `span` is what one run may read."""

    api_key: str
    api_url: str
    api_version: str
    span: Span
    states: tuple[str, ...]
    page_size: int
    requests_per_minute: int
    concurrency: int
    lookback: int
    patience: int
    timeout: int
    skip_missing_scopes: bool
    trailing: int
    notes_lookback: int
    cart_tokens: tuple[str, ...]
    pii: Mode
    pii_hash_key: str
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Settings({self.api_url}, {self.api_version})"


def check(config: Mapping[str, Any], *, now: datetime, known: Mapping[str, Any]) -> Settings:
    """Check a configuration; `known` are the properties of all settings there are.

    Raises:
        SettingsError: the first thing that is wrong, in one line.
    """
    for name in config:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"the settings are {', '.join(known)}."
            raise SettingsError(name, f"is not known; {hint}")
    given = {name: value for name, value in config.items() if value is not None}
    warnings: list[str] = []
    version = _one_of(given, "api_version", VERSIONS)
    if version == "v1":
        warnings.append(
            "Setting 'api_version': v1 is a legacy alias of 2026-07 and goes when that is retired; "
            "use 2026-10."
        )
    return Settings(
        api_key=_key(given),
        api_url=_url(given),
        api_version=version,
        span=_span(given, now, warnings),
        states=_states(given),
        page_size=_integer(given, "page_size", 1, 750),
        requests_per_minute=_integer(given, "requests_per_minute", 1),
        concurrency=_integer(given, "concurrency", 1, AHEAD),
        lookback=_integer(given, "lookback_hours", 0) * 3600,
        patience=_integer(given, "retry_minutes", 0) * 60,
        # The system's timers do not take centuries.
        timeout=min(_integer(given, "timeout_seconds", 1), times.DAY),
        skip_missing_scopes=_one_of(given, "on_missing_scope", ("fail", "skip")) == "skip",
        trailing=_integer(given, "trailing_days", 0) * times.DAY,
        notes_lookback=_integer(given, "notes_lookback_days", 0) * times.DAY,
        cart_tokens=_cart_tokens(given),
        pii=(pii := cast("Mode", _one_of(given, "pii", ("keep", "hash", "drop")))),
        pii_hash_key=_hash_key(given, pii),
        warnings=tuple(warnings),
    )


def _key(given: Mapping[str, Any]) -> str:
    key = given.get("api_key")
    if not isinstance(key, str) or not key.strip():
        raise SettingsError(
            "api_key", "is missing or empty; give the API key of your Loop account."
        )
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError("api_key", "holds a space or a character that no key has.")
    return key


def _url(given: Mapping[str, Any]) -> str:
    url = given.get("api_url", default("api_url"))
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


def _span(given: Mapping[str, Any], now: datetime, warnings: list[str]) -> Span:
    end = min(_date(given, "end_date", now), int(now.timestamp()))
    if "start_date" in given:
        start = _date(given, "start_date", now)
    else:
        start = min(int((now - timedelta(days=730)).timestamp()), end - 1)
    if start < times.EARLIEST:
        warnings.append(
            "Setting 'start_date': Loop has no returns from before "
            f"{times.show(times.EARLIEST)[:10]}; reading begins there."
        )
        start = times.EARLIEST
    if start >= end:
        until = (
            "'end_date'" if "end_date" in given and end < int(now.timestamp()) else "the present"
        )
        raise SettingsError(
            "start_date", f"is {times.show(start)}, not before {until}, {times.show(end)}."
        )
    return Span(start, end)


def _date(given: Mapping[str, Any], name: str, otherwise: datetime) -> int:
    value = given.get(name, otherwise)
    if isinstance(value, datetime):
        return int(value.replace(tzinfo=value.tzinfo or UTC).timestamp())
    try:
        return times.second(value)
    except (TypeError, ValueError, AttributeError, OverflowError):
        raise SettingsError(
            name, "is not a date; it accepts 2024-01-31 or 2024-01-31T12:00:00Z."
        ) from None


def _states(given: Mapping[str, Any]) -> tuple[str, ...]:
    states = given.get("states", default("states"))
    if isinstance(states, str):
        states = [state.strip() for state in states.split(",")]
    wants = f"accepts a list of {', '.join(STATES)}"
    if not isinstance(states, list) or not states:
        raise SettingsError("states", f"{wants}.")
    for state in states:
        if state not in STATES:
            raise SettingsError("states", f"{wants}; not {str(state)[:40]!r}.")
    return tuple(state for state in STATES if state in states)


def _cart_tokens(given: Mapping[str, Any]) -> tuple[str, ...]:
    tokens = given.get("cart_tokens", [])
    if isinstance(tokens, str):
        tokens = [token.strip() for token in tokens.split(",") if token.strip()]
    if not isinstance(tokens, list) or not all(
        isinstance(token, str) and re.fullmatch(r"(?!\.+$)[\w.~-]+", token) for token in tokens
    ):
        raise SettingsError("cart_tokens", "accepts a list of cart tokens.")
    return tuple(dict.fromkeys(tokens))


def _hash_key(given: Mapping[str, Any], pii: Mode) -> str:
    key = given.get("pii_hash_key", "")
    if not isinstance(key, str) or (pii == "hash" and len(key) < _SHORTEST_HASH_KEY):
        raise SettingsError(
            "pii_hash_key", f"is needed by pii: hash; give {_SHORTEST_HASH_KEY} characters or more."
        )
    return key


def _one_of(given: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
    value = given.get(name, default(name))
    if value not in choices:
        raise SettingsError(name, f"accepts one of {', '.join(choices)}; not {str(value)[:40]!r}.")
    return str(value)


def _integer(given: Mapping[str, Any], name: str, least: int, most: int | None = None) -> int:
    value = given.get(name, default(name))
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d{1,15}\s*", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if (
        not isinstance(value, int)
        or isinstance(value, bool)
        or value < least
        or (most and value > most)
    ):
        range_ = f"from {least} to {most}" if most else f"of {least} or more"
        raise SettingsError(name, f"accepts a whole number {range_}; not {str(value)[:40]!r}.")
    return value
