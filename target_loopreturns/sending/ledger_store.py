"""Where a ledger's rows are kept: what an SQLite file and a PostgreSQL database have in common.

Statements are written once, in the SQL that both understand, with `?` for values.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from loop_returns.errors import SettingsError

Values = Sequence[Any]
Rows = list[tuple[Any, ...]]

ACTIONS = """create table if not exists actions (
    stream text not null, action_id text not null, action text not null, content text not null,
    fields text not null, line integer, return_id text, return_state text,
    result text, reason text, code text, http_status integer, target_id text,
    attempts integer not null default 0, requested_at text, settled_at text{more},
    primary key (stream, action_id)
    )"""
LAYOUT = (
    "create table if not exists account (url text primary key)",
    "create table if not exists account_keys (digest text primary key)",
    """create table if not exists runs (
    run_id text primary key, sequence bigint not null, began_at text not null, ended_at text,
    version text, applied integer not null, plan text, given integer, outcome text,
    exit_code integer, reason text
    )""",
    """create table if not exists run_outcomes (
    run_id text not null, stream text not null, action_id text not null, line integer,
    fields text not null, action text not null, return_id text, result text, record text,
    sequence bigint,
    primary key (run_id, stream, action_id)
    )""",
    "create index if not exists run_outcomes_sequence on run_outcomes (sequence)",
    "create index if not exists actions_open on actions (result)",
)
"""Beside the actions. `runs` and `run_outcomes` are only added to, and brought to their end."""


class StoreError(Exception):
    """A store cannot be read or written; the message is the database's, in one line."""


class LedgerInUse(SettingsError):  # noqa: N818  "in use" says it
    """Another run has the ledger now."""

    def __init__(self, where: str) -> None:
        super().__init__("ledger", f"{where} is in use by another run.")


class LedgerStore(Protocol):
    """A ledger's tables, for one run alone, safe to share by its threads.

    Attributes:
        where: What to call it, without a password.
        is_new: It was made by this run.
    """

    where: str
    is_new: bool

    def rows(self, statement: str, values: Values = ()) -> Rows:
        """What a query finds.

        Raises:
            StoreError: it cannot be read any more.
        """

    def change(self, statement: str, values: Values = ()) -> int:
        """Change rows, within a transaction; gives how many.

        Raises:
            StoreError: it cannot be written any more.
        """

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, on disk when the block is left.

        Raises:
            StoreError: nothing of it is written.
        """


def in_words(error: Exception) -> str:
    """A database's complaint, in one line."""
    return " ".join(str(error).split()) or type(error).__name__
