"""What may be configured, and what is wrong with a configuration, in words. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

from singer_sdk import typing as th

from tap_loopreturns import times
from tap_loopreturns.errors import SettingsError
from tap_loopreturns.ordered import AHEAD
from tap_loopreturns.privacy import Mode
from tap_loopreturns.spans import Span

STATES = ("open", "closed", "cancelled", "expired", "review")
_SHORTEST_HASH_KEY = 16
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
VERSIONS = ("2026-10", "2026-07", "v1", "unstable")

CONFIG = th.PropertiesList(
    th.Property(
        "api_key",
        th.StringType,
        required=True,
        secret=True,
        title="API key",
        description="Key of your Loop account, sent as X-Authorization. Made in Loop under "
        "Settings > Developers; the streams table says which scopes it needs.",
    ),
    th.Property(
        "start_date",
        th.DateTimeType,
        title="Start date",
        description="Date or date-time where the first sync begins; without a zone it is UTC. "
        "Default: two years before the run. Moved back later, the missing stretch is read.",
    ),
    th.Property(
        "end_date",
        th.DateTimeType,
        title="End date",
        description="Date or date-time where reading ends (not included), so that a history can be "
        "split among workers. Default: the start of the run.",
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
        "states",
        th.ArrayType(th.StringType),
        default=list(STATES),
        title="Return states",
        description=f"States of returns to read. Any of {', '.join(STATES)}. A state added later "
        "is read from the start.",
    ),
    th.Property(
        "page_size",
        th.IntegerType,
        default=750,
        title="Page size",
        description="Returns asked for in a page, 1 to 750.",
    ),
    th.Property(
        "requests_per_minute",
        th.IntegerType,
        default=300,
        title="Requests a minute",
        description="Budget of this key, 1 or more. Give each of several workers a share of it.",
    ),
    th.Property(
        "concurrency",
        th.IntegerType,
        default=8,
        title="Concurrency",
        description=f"Requests under way at once, 1 to {AHEAD}. The output is the same with any.",
    ),
    th.Property(
        "lookback_hours",
        th.IntegerType,
        default=1,
        title="Lookback hours",
        description="How far behind its bookmark an incremental run reads again, 0 or more.",
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
    th.Property(
        "on_missing_scope",
        th.StringType,
        default="fail",
        title="On a missing scope",
        description="What to do about a selected stream that the key lacks the scope for: fail, "
        "before anything is read, or skip it with a warning.",
    ),
    th.Property(
        "trailing_days",
        th.IntegerType,
        default=30,
        title="Trailing days",
        description="How many days behind their bookmark advanced shipping notices, label requests "
        "and Happy Returns shipments are read again for late changes, 0 or more.",
    ),
    th.Property(
        "notes_lookback_days",
        th.IntegerType,
        default=0,
        title="Notes lookback days",
        description="How many days behind its bookmark return_notes asks again for notes, since a "
        "new note may not touch its return; each return in them costs a request. 0 or more.",
    ),
    th.Property(
        "cart_tokens",
        th.ArrayType(th.StringType),
        default=[],
        title="Cart tokens",
        description="Tokens of the carts to read; Loop has no list of carts.",
    ),
    th.Property(
        "pii",
        th.StringType,
        default="keep",
        title="Personal data",
        description="What happens to personal data, in every stream: keep, hash (keyed, equal for "
        "equal values; needs pii_hash_key), or drop.",
    ),
    th.Property(
        "pii_hash_key",
        th.StringType,
        secret=True,
        title="Personal data hash key",
        description="Key of the hashes that pii: hash makes, 16 characters or more. Keep it: "
        "another key makes other hashes.",
    ),
)


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


def default(name: str) -> Any:
    """The default of a setting."""
    return CONFIG.to_dict()["properties"][name].get("default")


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
