"""Open the store that a setting names."""

from __future__ import annotations

import re

from loopreturns_events.errors import SettingsError
from loopreturns_events.store.events import Store
from loopreturns_events.store.session import Session
from loopreturns_events.store.sqlite import SqliteSession


def open_store(where: str, *, aside_bytes: int = 64 * 1024 * 1024, create: bool = True) -> Store:
    """A store by a `postgresql://` address or the path of an SQLite file.

    Nothing is connected before the store is used.

    Args:
        where: The address or the path.
        aside_bytes: How much may be kept aside for each shop.
        create: Make the store where there is none. Whoever reads does not: at a
            mistyped path it would for ever find no events.

    Raises:
        SettingsError: another kind of address, or psycopg is not installed.
    """
    return Store(_session(where, create=create), aside_bytes=aside_bytes)


def _session(where: str, *, create: bool) -> Session:
    if re.match(r"postgres(ql)?://", where):
        try:
            from loopreturns_events.store.postgres import PostgresSession  # noqa: PLC0415
        except ImportError:
            raise SettingsError(
                "store", "needs psycopg: pip install 'tap-loopreturns[events]'."
            ) from None
        return PostgresSession(where, create=create)
    if not where or "://" in where:
        raise SettingsError("store", "accepts postgresql://… or the path of an SQLite file.")
    return SqliteSession(where, create=create)
