"""What was asked of Loop, and what became of it: rows of an SQLite file, one for each action.

Before a request goes out, its intent is written and flushed to disk; after its
answer, the outcome. An intent without an outcome is a request that may have been
made: the next run looks at Loop before it does anything about it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from loop_returns import times
from loop_returns.errors import InputRefused
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.outcomes import Outcome, Result, Settled

_COLUMNS = (
    "stream, action_id, action, fields, line, return_state, "
    "result, reason, code, http_status, target_id, attempts, requested_at, settled_at, "
    "before, unanswered, answer, return_id"
)
SENT = "uncertain", "queued"
"""Results of which Loop may know more by now."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger knows of an action."""

    settled: Settled
    open: bool
    """Its request may have been made, and its end is not known."""
    before: frozenset[str] | None = None
    """Loop's ids of the like that was there before a creation was asked for; None: not known."""
    unanswered: int = 0
    """Requests whose answers were lost, one that is under way among them."""


class Ledger:
    """One account's ledger; one run at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.intended = 0
        """How many requests this run has told it of."""

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

    def sent(self, action: Action) -> Settled | None:
        """What is known of an action that may have been made, and whose end is not known."""
        row = self._connection.execute(
            f"select {_COLUMNS} from actions where stream = ? and action_id = ? "  # noqa: S608
            "and content = ? and (result is null or result in (?, ?))",
            (*action.key, action.content, *SENT),
        ).fetchone()
        return _entry(row).settled if row else None

    def open_entries(self) -> list[Entry]:
        """Actions whose request may have been made, and whose end is not known, oldest first."""
        rows = self._connection.execute(
            f"select {_COLUMNS} from actions where result is null or result in (?, ?) "  # noqa: S608
            "order by requested_at, stream, action_id",
            SENT,
        )
        return [_entry(row) for row in rows]

    def claimed(self, action: Action) -> set[str]:
        """Loop's ids of what other actions of the kind have made: none of it is this one's."""
        rows = self._connection.execute(
            "select target_id from actions where stream = ? and action_id <> ? "
            "and action = ? and result = 'done' and target_id is not null",
            (*action.key, action.name),
        )
        return {str(own) for (own,) in rows}

    def intend(
        self,
        actions: Iterable[Action],
        state: str | None,
        *,
        before: Collection[str] | None = None,
        target_id: str | None = None,
    ) -> None:
        """A request for these is about to be sent.

        Args:
            actions: What the request is for.
            state: Of their return.
            before: Loop's ids of the like that is there already; the first try's stand.
            target_id: Loop's id of what is changed or deleted.
        """
        self.intended += 1
        now = times.spell(datetime.now(UTC).replace(microsecond=0))
        like = None if before is None else json.dumps(sorted(before))
        with self._connection:
            for action in actions:
                self._connection.execute(
                    "insert into actions (stream, action_id, action, content, fields, line, "
                    "return_id, return_state, attempts, requested_at, target_id, before, "
                    "unanswered) values (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, 1) "
                    "on conflict do update set "
                    "result = null, reason = null, code = null, http_status = null, "
                    "return_state = excluded.return_state, line = excluded.line, "
                    "attempts = attempts + 1, requested_at = excluded.requested_at, "
                    "target_id = excluded.target_id, settled_at = null, "
                    "before = case when unanswered > 0 then coalesce(before, excluded.before) "
                    "else excluded.before end, unanswered = unanswered + 1",
                    (*_said(action), state, now, target_id, like),
                )

    def unsent(self, actions: Iterable[Action]) -> None:
        """The request under way surely was not made: refused at the door, or not sent."""
        with self._connection:
            for action in actions:
                self._connection.execute(
                    "update actions set unanswered = max(0, unanswered - 1) "
                    "where stream = ? and action_id = ?",
                    action.key,
                )

    def settle_by_hand(self, stream: str, action_id: str, result: str) -> bool:
        """What a person has found to have become of an action; False if it is not open."""
        now = times.spell(datetime.now(UTC).replace(microsecond=0))
        with self._connection:
            changed = self._connection.execute(
                "update actions set result = ?, reason = 'settled by hand', unanswered = 0, "
                "settled_at = ? where stream = ? and action_id = ? "
                "and (result is null or result in (?, ?))",
                (result, now, stream, action_id, *SENT),
            )
        return changed.rowcount == 1

    def all_entries(self) -> list[Entry]:
        """Every action that is known, the latest request last."""
        rows = self._connection.execute(
            f"select {_COLUMNS} from actions order by requested_at, stream, action_id"  # noqa: S608
        )
        return [_entry(row) for row in rows]

    def settle(
        self, actions: Iterable[Action], outcome: Outcome, state: str | None = None
    ) -> list[Settled]:
        """What became of these; also of ones that needed no request."""
        now = times.spell(datetime.now(UTC).replace(microsecond=0))
        answer = json.dumps(outcome.answer, sort_keys=True) if outcome.answer else None
        told = (outcome.result, outcome.reason, outcome.code, outcome.status, outcome.target_id)
        actions = list(actions)
        with self._connection:
            for action in actions:
                self._connection.execute(
                    "insert into actions (stream, action_id, action, content, fields, line, "
                    "return_id, return_state, result, reason, code, http_status, target_id, "
                    "answer, settled_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                    "on conflict do update set result = excluded.result, "
                    "reason = excluded.reason, code = excluded.code, "
                    "http_status = excluded.http_status, "
                    "target_id = coalesce(excluded.target_id, target_id), "
                    "answer = coalesce(excluded.answer, answer), "
                    "return_state = coalesce(excluded.return_state, return_state), "
                    "line = excluded.line, settled_at = excluded.settled_at, unanswered = case "
                    "when excluded.result in ('done', 'refused', 'queued') then 0 "
                    "else unanswered end",
                    (*_said(action), state, *told, answer, now),
                )
        return [entry.settled for action in actions if (entry := self.find(action))]


def _said(action: Action) -> tuple[str | int | None, ...]:
    fields = json.dumps(dict(action.fields), default=str)
    return (*action.key, action.name, action.content, fields, action.line, action.return_id)


def _entry(row: tuple[object, ...]) -> Entry:
    stream, action_id, name, fields, line, state = row[:6]
    result, reason, code, status, target_id, attempts, requested_at, settled_at = row[6:14]
    before, unanswered, answer, return_id = row[14:]
    action = Action(
        str(stream),
        str(action_id),
        str(name),
        json.loads(str(fields)),
        int(str(line)),
        None if return_id is None else str(return_id),
    )
    outcome = Outcome(
        cast("Result", result or "uncertain"),
        str(reason or ""),
        str(code or ""),
        status if isinstance(status, int) else None,
        None if target_id is None else str(target_id),
        None if answer is None else json.loads(str(answer)),
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
        before=None if before is None else frozenset(json.loads(str(before))),
        unanswered=int(str(unanswered)),
    )
