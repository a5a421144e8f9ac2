"""Open the store that a setting names."""

from __future__ import annotations

import re

from loopreturns_events.errors import SettingsError
from loopreturns_events.store.events import Store
from loopreturns_events.store.session import Session
from loopreturns_events.store.sqlite import SqliteSession


def open_store(where: str, *, aside_bytes: int = 64 * 1024 * 1024) -> Store:
    """A store by a `postgresql://` address or the path of an SQLite file.

    Nothing is connected before the store is used.

    Raises:
        SettingsError: another kind of address, or psycopg is not installed.
    """
    return Store(_session(where), aside_bytes=aside_bytes)


def _session(where: str) -> Session:
    if re.match(r"postgres(ql)?://", where):
        try:
            from loopreturns_events.store.postgres import PostgresSession  # noqa: PLC0415
        except ImportError:
            raise SettingsError(
                "store", "needs psycopg: pip install 'tap-loopreturns[events]'."
            ) from None
        return PostgresSession(where)
    if not where or "://" in where:
        raise SettingsError("store", "accepts postgresql://… or the path of an SQLite file.")
    return SqliteSession(where)
