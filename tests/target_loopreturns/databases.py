"""Ledgers in a PostgreSQL database, for tests."""

from __future__ import annotations

import psycopg

from target_loopreturns.sending.ledger_postgres import SCHEMA

BOTH = ("file", "database")
"""Where a ledger can be."""


def emptied(url: str) -> str:
    """A database without a ledger."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"drop schema if exists {SCHEMA} cascade".encode())
    return url
