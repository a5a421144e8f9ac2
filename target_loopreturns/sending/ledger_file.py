"""The ledger's file: opened for one run alone, laid out, and known to be this account's.

All of its truth is in the one file that is named, also after a kill: it is kept
with a rollback journal, not with SQLite's write-ahead log, whose file beside it
caches and backups leave behind.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from loop_returns import times
from loop_returns.errors import RecordsUnwritable, SettingsError
from target_loopreturns.sending.ledger import Ledger

_LAYOUT = (
    "create table if not exists account (url text primary key)",
    "create table if not exists account_keys (digest text primary key)",
    """create table if not exists actions (
    stream text not null, action_id text not null, action text not null, content text not null,
    fields text not null, line integer, return_id text, return_state text,
    result text, reason text, code text, http_status integer, target_id text,
    attempts integer not null default 0, requested_at text, settled_at text,
    primary key (stream, action_id)
    ) without rowid""",
)
_SINCE: tuple[tuple[str, ...], ...] = (
    (
        "alter table actions add column before text",
        "alter table actions add column unanswered integer not null default 0",
        "update actions set unanswered = 1 where result is null or result = 'uncertain'",
        "pragma user_version = 1",
    ),
    (
        "alter table actions add column answer text",
        "pragma user_version = 2",
    ),
)
"""What each version has beyond the one before."""

_SLACK = timedelta(seconds=60)  # clocks are set by as much all the time


def account_digest(url: str, key: str) -> str:
    """What tells accounts apart: all have one URL, so it is a digest of it by the key."""
    return hmac.new(key.encode(), url.encode(), hashlib.sha256).hexdigest()[:32]


@contextmanager
def open_ledger(path: str, url: str, key: str) -> Iterator[Ledger]:
    """The ledger at a path, for this run alone.

    A new ledger becomes that of the account. One of before accounts were told apart by
    their keys goes to the first key that uses it with the same URL.

    Raises:
        SettingsError: it is in use, is no ledger, or is another account's.
        RecordsUnwritable: it cannot be written any more, while the run acts.
    """
    with opened(path) as connection:
        _want_account(connection, path, url, account_digest(url, key))
        try:
            yield Ledger(connection)
        except sqlite3.Error as error:
            raise RecordsUnwritable(
                f"The ledger {path} cannot be written ({error}), so nothing more was asked of "
                "Loop. Make room, or mend the file's permissions, and run again with the same "
                "rows: what was sent without an outcome is looked at first."
            ) from None


@contextmanager
def opened(path: str) -> Iterator[sqlite3.Connection]:
    """The file, locked and laid out, whosever it is.

    Raises:
        SettingsError: it is in use, or is no ledger.
    """
    with closing(_connect(path)) as connection:
        try:
            _lock(connection, path)
            _lay_out(connection)
        except sqlite3.Error as error:
            raise _unusable(path, error) from None
        yield connection


@contextmanager
def opened_by_hand(path: str) -> Iterator[sqlite3.Connection]:
    """The same, for a command that acts on nothing else.

    Raises:
        SettingsError: it is in use, is no ledger, or cannot be written.
    """
    with opened(path) as connection:
        try:
            yield connection
        except sqlite3.Error as error:
            raise _unusable(path, error) from None


def adopt(connection: sqlite3.Connection, url: str, key: str) -> None:
    """Make the ledger that of this account, too: its key was renewed."""
    with connection:
        connection.execute("delete from account")
        connection.execute("insert into account values (?)", (url,))
        connection.execute(
            "insert or ignore into account_keys values (?)", (account_digest(url, key),)
        )


def _connect(path: str) -> sqlite3.Connection:
    is_new = not Path(path).exists()
    try:
        connection = sqlite3.connect(path, timeout=1)
        if is_new:
            Path(path).chmod(0o600)  # it holds what the rows said, e-mail addresses among it
    except (sqlite3.Error, OSError) as error:
        raise _unusable(path, error) from None
    return connection


def _lock(connection: sqlite3.Connection, path: str) -> None:
    connection.execute("pragma locking_mode = exclusive")
    # A ledger of an earlier version had a write-ahead log, which goes into the file here.
    (mode,) = connection.execute("pragma journal_mode = delete").fetchone()
    if mode != "delete":
        raise SettingsError("ledger", f"{path} is in use by another run.")
    connection.execute("pragma synchronous = full")
    connection.execute("begin exclusive")


def _lay_out(connection: sqlite3.Connection) -> None:
    for statement in _LAYOUT:
        connection.execute(statement)
    (version,) = connection.execute("pragma user_version").fetchone()
    for statement in (one for since in _SINCE[version:] for one in since):
        connection.execute(statement)
    # A request of the future was written before the clock was set back: how old it is
    # is not known, so it is taken for new.
    now = datetime.now(UTC).replace(microsecond=0)
    connection.execute(
        "update actions set requested_at = ? where requested_at > ?",
        (times.spell(now), times.spell(now + _SLACK)),
    )
    connection.commit()
    (sound,) = connection.execute("pragma quick_check(1)").fetchone()
    if sound != "ok":
        raise sqlite3.DatabaseError(sound)


def _want_account(connection: sqlite3.Connection, path: str, url: str, digest: str) -> None:
    try:
        owner = connection.execute("select url from account").fetchone()
        known = {one for (one,) in connection.execute("select digest from account_keys")}
        if owner and owner[0] != url:
            raise SettingsError(
                "ledger", f"{path} is that of {owner[0]}; give each account its own."
            )
        if known and digest not in known:
            raise SettingsError(
                "ledger",
                f"{path} is that of another account or key; give each account its own. If the "
                "key of this account was renewed: target-loopreturns-ledger adopt.",
            )
        if not known:
            with connection:
                connection.execute("insert or ignore into account values (?)", (url,))
                connection.execute("insert into account_keys values (?)", (digest,))
    except sqlite3.Error as error:
        raise _unusable(path, error) from None


def _unusable(path: str, error: Exception) -> SettingsError:
    if "locked" in str(error):
        return SettingsError("ledger", f"{path} is in use by another run.")
    return SettingsError("ledger", f"{path} cannot be used: {error}.")
