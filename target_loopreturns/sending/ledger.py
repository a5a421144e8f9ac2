"""What was asked of Loop, and what became of it: an SQLite file that outlives every crash.

Before a request goes out, its intent is written and flushed to disk; after its
answer, the outcome. An intent without an outcome is a request that may have been
made: the next run looks at Loop before it does anything about it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from loop_returns import times
from loop_returns.errors import InputRefused, RecordsUnwritable, SettingsError
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.outcomes import Outcome, Result, Settled

_LAYOUT = """
create table if not exists account (url text primary key);
create table if not exists actions (
    stream text not null, action_id text not null, action text not null, content text not null,
    fields text not null, line integer, return_id text, return_state text,
    result text, reason text, code text, http_status integer, target_id text,
    attempts integer not null default 0, requested_at text, settled_at text,
    primary key (stream, action_id)
) without rowid;
"""
_COLUMNS = (
    "stream, action_id, action, fields, line, return_state, "
    "result, reason, code, http_status, target_id, attempts, requested_at, settled_at"
)
SENT = "uncertain", "queued"
"""Results of which Loop may know more by now."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger knows of an action."""

    settled: Settled
    open: bool
    """Its request may have been made, and its end is not known."""


class Ledger:
    """One account's ledger; one run at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, action: Action) -> Entry | None:
        """What is known of an action.

        Raises:
            InputRefused: its identity was given to another action before.
        """
        row = self._connection.execute(
            f"select content, {_COLUMNS} from actions where stream = ? and action_id = ?",  # noqa: S608
            action.key,
        ).fetchone()
        if row is None:
            return None
        if row[0] != action.content:
            raise InputRefused(
                f"Line {action.line}, stream {action.stream}, field 'action_id' is that of another "
                "action, of an earlier run; give each action its own. Nothing was done."
            )
        return _entry(row[1:])

    def open_entries(self) -> list[Entry]:
        """Actions whose request may have been made, and whose end is not known, oldest first."""
        rows = self._connection.execute(
            f"select {_COLUMNS} from actions where result is null or result in (?, ?) "  # noqa: S608
            "order by requested_at, stream, action_id",
            SENT,
        )
        return [_entry(row) for row in rows]

    def notes_done(self, action: Action) -> int:
        """How many notes of the same words this target has written on the same return."""
        count: int = self._connection.execute(
            "select count(*) from actions where content = ? and result = 'done'",
            (action.content,),
        ).fetchone()[0]
        return count

    def intend(self, actions: Iterable[Action], state: str | None) -> None:
        """A request for these is about to be sent."""
        now = times.spell(datetime.now(UTC).replace(microsecond=0))
        with self._connection:
            for action in actions:
                self._connection.execute(
                    "insert into actions (stream, action_id, action, content, fields, line, "
                    "return_id, return_state, attempts, requested_at) "
                    "values (?, ?, ?, ?, ?, ?, ?, ?, 1, ?) on conflict do update set "
                    "result = null, reason = null, code = null, http_status = null, "
                    "return_state = excluded.return_state, line = excluded.line, "
                    "attempts = attempts + 1, requested_at = excluded.requested_at, "
                    "settled_at = null",
                    (*_said(action), state, now),
                )

    def settle(
        self, actions: Iterable[Action], outcome: Outcome, state: str | None = None
    ) -> list[Settled]:
        """What became of these; also of ones that needed no request."""
        now = times.spell(datetime.now(UTC).replace(microsecond=0))
        told = (outcome.result, outcome.reason, outcome.code, outcome.status, outcome.target_id)
        actions = list(actions)
        with self._connection:
            for action in actions:
                self._connection.execute(
                    "insert into actions (stream, action_id, action, content, fields, line, "
                    "return_id, return_state, result, reason, code, http_status, target_id, "
                    "settled_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                    "on conflict do update set result = excluded.result, "
                    "reason = excluded.reason, code = excluded.code, "
                    "http_status = excluded.http_status, target_id = excluded.target_id, "
                    "return_state = coalesce(excluded.return_state, return_state), "
                    "line = excluded.line, settled_at = excluded.settled_at",
                    (*_said(action), state, *told, now),
                )
        return [entry.settled for action in actions if (entry := self.find(action))]


@contextmanager
def open_ledger(path: str, url: str) -> Iterator[Ledger]:
    """The ledger at a path, for this run alone.

    Raises:
        SettingsError: it is in use, is no ledger, or is that of another account's address.
        RecordsUnwritable: it cannot be written any more, while the run acts.
    """
    with closing(_connect(path)) as connection:
        _take_over(connection, path, url)
        try:
            yield Ledger(connection)
        except sqlite3.Error as error:
            raise RecordsUnwritable(
                f"The ledger {path} cannot be written ({error}), so nothing more was asked of "
                "Loop. Make room, or mend the file's permissions, and run again with the same "
                "rows: what was sent without an outcome is looked at first."
            ) from None


def _connect(path: str) -> sqlite3.Connection:
    is_new = not Path(path).exists()
    try:
        connection = sqlite3.connect(path, timeout=1)
        if is_new:
            Path(path).chmod(0o600)  # it holds what the rows said, e-mail addresses among it
    except (sqlite3.Error, OSError) as error:
        raise SettingsError("ledger", f"{path} cannot be used: {error}.") from None
    return connection


def _take_over(connection: sqlite3.Connection, path: str, url: str) -> None:
    """Lock the ledger, lay it out if it is new, and see whose it is."""
    try:
        connection.execute("pragma locking_mode = exclusive")
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.executescript(_LAYOUT)
        with connection:
            connection.execute(
                "insert or ignore into account select ? where not exists (select 1 from account)",
                (url,),
            )
        owner = connection.execute("select url from account").fetchone()[0]
    except sqlite3.Error as error:
        if "locked" in str(error):
            raise SettingsError("ledger", f"{path} is in use by another run.") from None
        raise SettingsError("ledger", f"{path} cannot be used: {error}.") from None
    if owner != url:
        raise SettingsError("ledger", f"{path} is that of {owner}; give each account its own.")


def _said(action: Action) -> tuple[str | int | None, ...]:
    fields = json.dumps(dict(action.fields), default=str)
    return (*action.key, action.name, action.content, fields, action.line, action.return_id)


def _entry(row: tuple[object, ...]) -> Entry:
    stream, action_id, name, fields, line, state = row[:6]
    result, reason, code, status, target_id, attempts, requested_at, settled_at = row[6:]
    action = Action(str(stream), str(action_id), str(name), json.loads(str(fields)), int(str(line)))
    outcome = Outcome(
        cast("Result", result or "uncertain"),
        str(reason or ""),
        str(code or ""),
        status if isinstance(status, int) else None,
        None if target_id is None else str(target_id),
    )
    return Entry(
        Settled(
            action,
            outcome,
            None if state is None else str(state),
            int(str(attempts)),
            None if requested_at is None else str(requested_at),
            None if settled_at is None else str(settled_at),
        ),
        open=result is None or result in SENT,
    )
