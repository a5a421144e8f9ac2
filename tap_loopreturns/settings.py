"""The tap's settings: their names and defaults, and what is wrong with a configuration. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from singer_sdk import typing as th

from loop_returns import times
from loop_returns.endpoints import STATES
from loop_returns.errors import SettingsError
from loop_returns.fetch_ahead import AHEAD
from loop_returns.returns_list.reading import MOST
from loop_returns.spans import Span
from loopreturns_plugin import checks
from loopreturns_plugin.connection import CONNECTION, Connection, check_connection
from loopreturns_plugin.shop_list import SHOPS
from tap_loopreturns.events_settings import EVENTS, EventsSettings, check_events
from tap_loopreturns.late_settings import LATE
from tap_loopreturns.records.privacy import Mode, check_hash_key

_TWO_YEARS = timedelta(days=730)
MOST_AT_ONCE = 256
"""Requests under way at once, at most: each is a thread."""

CONFIG = th.PropertiesList(
    CONNECTION["api_key"],
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
    CONNECTION["api_url"],
    CONNECTION["api_version"],
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
        default=MOST,
        title="Page size",
        description=f"Returns asked for in a page, 1 to {MOST}.",
    ),
    CONNECTION["requests_per_minute"],
    th.Property(
        "concurrency",
        th.IntegerType,
        default=10,
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
    CONNECTION["retry_minutes"],
    CONNECTION["timeout_seconds"],
    th.Property(
        "on_missing_scope",
        th.StringType,
        default="fail",
        title="On a missing scope",
        description="What to do about a selected stream that the key lacks the scope for: fail, "
        "before anything is read, or skip it with a warning.",
    ),
    th.Property(
        "activate_version",
        th.BooleanType,
        default=True,
        title="ACTIVATE_VERSION",
        description="Tell the target, after each complete reading of a list, which rows are gone. "
        "Switch it off for a target that does not know ACTIVATE_VERSION, or that removes nothing.",
    ),
    th.Property(
        "on_unknown_shape",
        th.StringType,
        default="keep",
        title="On an unknown shape",
        description="What to do about a value that has not the shape that the schema says, in any "
        "field but a key or replication key: keep it in additional_fields, with a warning, or "
        "fail.",
    ),
    *LATE,
    th.Property(
        "stop_after_seconds",
        th.IntegerType,
        default=0,
        title="Stop after seconds",
        description="End a run in good order so many seconds after its first answer, at a place "
        "that the next one goes on from: for targets that acknowledge at the end of a run only; "
        "loopreturns-run --repeat runs the next. 0: read to the end.",
    ),
    th.Property(
        "notes_lookback_days",
        th.IntegerType,
        default=0,
        title="Notes lookback days",
        description="How many days behind its bookmark return_notes asks again for notes, since a "
        "new note may not touch its return; each return in them costs a request. 0 or more.",
    ),
    *EVENTS,
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
    *SHOPS.values(),
    th.Property(
        "shops_concurrency",
        th.IntegerType,
        default=32,
        title="Concurrency of shops",
        description="With many shops, requests under way at once in all of them, and shops read "
        f"side by side, 1 to {MOST_AT_ONCE}.",
    ),
)

OF_ONE_SHOP = frozenset(CONFIG.to_dict()["properties"]) - {*SHOPS, "api_key", "shops_concurrency"}
"""The settings that an entry of `shops` may have for itself, beside its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TapSettings:
    """A checked configuration. Times in seconds; `span` is what one run may read."""

    connection: Connection
    span: Span
    states: tuple[str, ...]
    page_size: int
    concurrency: int
    lookback: int
    skip_missing_scopes: bool
    activate_version: bool
    strict_shapes: bool
    trailing: int
    late_notice_requests: int
    deep_every: int
    send_unchanged: bool
    stop_after: int
    notes_lookback: int
    events: EventsSettings | None
    """The store of events, where one is named."""
    cart_tokens: tuple[str, ...]
    pii: Mode
    pii_hash_key: str
    shops_concurrency: int
    """Requests under way at once in all of many shops."""
    warnings: tuple[str, ...]

    @property
    def reconcile(self) -> int:
        """Seconds from one dated reading to the next; 0 reads by date in every run."""
        return self.events.reconcile if self.events and self.events.refresh else 0

    def __repr__(self) -> str:
        return f"TapSettings({self.connection!r})"


def check(config: Mapping[str, Any], *, now: datetime, known: Mapping[str, Any]) -> TapSettings:
    """Check a configuration.

    Args:
        config: Values by the names of settings.
        now: The end of what may be read, and what a default `start_date` counts from.
        known: The JSON Schema of all settings there are, those of the SDK included.

    Raises:
        SettingsError: the first thing that is wrong, in one line.
    """
    checks.refuse_unknown(config, known)
    given = checks.with_defaults(config, CONFIG.to_dict()["properties"])
    connection = check_connection(given)
    warnings = list(connection.warnings)
    return TapSettings(
        connection=connection,
        span=_span(given, now, warnings),
        states=_states(given),
        page_size=checks.integer(given, "page_size", 1, MOST),
        concurrency=checks.integer(given, "concurrency", 1, AHEAD),
        lookback=checks.integer(given, "lookback_hours", 0) * 3600,
        skip_missing_scopes=checks.one_of(given, "on_missing_scope", ("fail", "skip")) == "skip",
        activate_version=checks.truth(given, "activate_version"),
        strict_shapes=checks.one_of(given, "on_unknown_shape", ("keep", "fail")) == "fail",
        trailing=checks.integer(given, "trailing_days", 0) * times.DAY,
        late_notice_requests=checks.integer(given, "late_notice_requests", 0),
        deep_every=checks.integer(given, "deep_reading_days", 0) * times.DAY,
        send_unchanged=checks.truth(given, "send_unchanged"),
        stop_after=checks.integer(given, "stop_after_seconds", 0),
        notes_lookback=checks.integer(given, "notes_lookback_days", 0) * times.DAY,
        events=check_events(given),
        cart_tokens=checks.cart_tokens(given),
        pii=(pii := cast("Mode", checks.one_of(given, "pii", ("keep", "hash", "drop")))),
        pii_hash_key=check_hash_key(given, pii),
        shops_concurrency=checks.integer(given, "shops_concurrency", 1, MOST_AT_ONCE),
        warnings=tuple(warnings),
    )


def _span(given: Mapping[str, Any], now: datetime, warnings: list[str]) -> Span:
    end = min(_date(given, "end_date", now), int(now.timestamp()))
    if "start_date" in given:
        start = _date(given, "start_date", now)
    else:
        start = min(int((now - _TWO_YEARS).timestamp()), end - 1)
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
    states = checks.words(given, "states", STATES)
    if not states:
        raise SettingsError("states", f"accepts a list of {', '.join(STATES)}.")
    return tuple(state for state in STATES if state in states)
