"""The settings about received events: names, defaults, and what is wrong with them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from singer_sdk import typing as th

from loop_returns.errors import SettingsError
from loopreturns_plugin import checks

EVENTS = (
    th.Property(
        "events_store",
        th.StringType,
        secret=True,
        title="Store of events",
        description="Where loopreturns-events keeps what it receives: postgresql://… or the path "
        "of its SQLite file. With it, the stream loop_events is selected by default.",
    ),
    th.Property(
        "events_shop",
        th.StringType,
        default="",
        title="Shop of the events",
        description="The name that this account's shop has in the receiver's settings. Needed by "
        "refresh: events; else, without it, the events of all shops in the store are read.",
    ),
    th.Property(
        "events_reader",
        th.StringType,
        default="tap-loopreturns",
        title="Reader of the events",
        description="The name under which the store remembers what this pipeline has landed. Give "
        "each pipeline that reads the same store a name of its own.",
    ),
    th.Property(
        "refresh",
        th.StringType,
        default="dates",
        title="Refresh",
        description="What a run reads: dates, which is everything that changed; or events, which "
        "is the returns that new events name, and everything by date each reconcile_hours.",
    ),
    th.Property(
        "reconcile_hours",
        th.IntegerType,
        default=24,
        title="Reconcile hours",
        description="With refresh: events, how many hours after the last dated reading the next "
        "one is due, 0 or more; 0 is in every run.",
    ),
)
_READER = re.compile(r"[\w.-]{1,64}", re.ASCII)
_STORE = re.compile(r"postgres(ql)?://.+|(?!.*://).*")


@dataclass(frozen=True, slots=True)
class EventsSettings:
    """Where events are, which of them are this account's, who reads them, and what for."""

    store: str = field(repr=False)
    shop: str
    """Name in the receiver's settings; empty reads the events of all shops."""
    reader: str
    refresh: bool
    """Whether a run reads what events name, where no dated reading is due."""
    reconcile: int
    """Seconds after the last dated reading after which the next is due."""


def check_events(given: Mapping[str, Any]) -> EventsSettings | None:
    """What is set of the events; None where no store is named.

    Raises:
        SettingsError: a value cannot be used, or `refresh: events` lacks what it needs.
    """
    store, shop, reader = (
        given.get(name) or "" for name in ("events_store", "events_shop", "events_reader")
    )
    if not isinstance(store, str) or not _STORE.fullmatch(store):
        raise SettingsError("events_store", "accepts postgresql://… or the path of an SQLite file.")
    if not isinstance(shop, str):
        raise SettingsError("events_shop", "accepts the name of a shop.")
    if not isinstance(reader, str) or not _READER.fullmatch(reader):
        raise SettingsError("events_reader", "accepts 1 to 64 letters, digits, '.', '_' and '-'.")
    refresh = checks.one_of(given, "refresh", ("dates", "events")) == "events"
    reconcile = checks.integer(given, "reconcile_hours", 0) * 3600
    if refresh and not store:
        raise SettingsError("events_store", "is needed by refresh: events.")
    if refresh and not shop:
        raise SettingsError(
            "events_shop",
            "is needed by refresh: events, since a store may hold the events of several shops.",
        )
    return EventsSettings(store, shop, reader, refresh, reconcile) if store else None
