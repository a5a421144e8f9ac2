"""What was asked of Loop, and what became of it: a row for each action.

Before a request goes out, its intent is written and flushed to disk; after its
answer, the outcome. An intent without an outcome is a request that may have been
made: the next run looks at Loop before it does anything about it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from loop_returns import times
from loop_returns.errors import InputRefused
from target_loopreturns import kinds
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.outcomes import Outcome, Result, Settled
from target_loopreturns.sending.history import RunHistory
from target_loopreturns.sending.ledger_store import LedgerStore

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
    """One account's ledger; one run at a time, whose threads share it."""

    def __init__(self, store: LedgerStore, history: RunHistory) -> None:
        self.history = history
        self._store = store
        self.intended = 0
        """How many requests this run has told it of."""

    @property
    def is_new(self) -> bool:
        """Nothing was known when it was opened: it is the first, or the one before is lost."""
        return self._store.is_new

    def find(self, action: Action) -> Entry | None:
        """What is known of an action.

        Raises:
            InputRefused: its identity was given to another action before.
        """
        rows = self._store.rows(
            f"select content, {_COLUMNS} from actions where stream = ? and action_id = ?",  # noqa: S608
            action.key,
        )
        if not rows:
            return None
        row = rows[0]
        if row[0] != action.content:
            raise InputRefused(
                f"Line {action.line}, stream {action.stream}, field 'action_id' is that of another "
                "action, of an earlier run; give each action its own. Nothing was done."
            )
        return _entry(row[1:])

    def sent(self, action: Action) -> Settled | None:
        """What is known of an action that may have been made, and whose end is not known."""
        rows = self._store.rows(
            f"select {_COLUMNS} from actions where stream = ? and action_id = ? "  # noqa: S608
            "and content = ? and (result is null or result in (?, ?))",
            (*action.key, action.content, *SENT),
        )
        return _entry(rows[0]).settled if rows else None

    def open_entries(self) -> list[Entry]:
        """Actions whose request may have been made, and whose end is not known, oldest first."""
        rows = self._store.rows(
            f"select {_COLUMNS} from actions where result is null or result in (?, ?) "  # noqa: S608
            "order by requested_at, stream, action_id",
            SENT,
        )
        return [_entry(row) for row in rows]

    def claimed(self, action: Action) -> set[str]:
        """Loop's ids of what other actions of the kind have made: none of it is this one's."""
        rows = self._store.rows(
            "select target_id from actions where stream = ? and action_id <> ? "
            "and action = ? and result = 'done' and target_id is not null",
            (*action.key, action.name),
        )
        return {str(own) for (own,) in rows}

    def made(self, actions: Iterable[Action]) -> dict[tuple[str, str], str]:
        """Loop's ids of what these have made, by their keys."""
        found = ((action.key, self.find(action)) for action in actions)
        return {
            key: entry.settled.outcome.target_id
            for key, entry in found
            if entry and entry.settled.outcome.result == "done" and entry.settled.outcome.target_id
        }

    def planned_again(self, actions: Iterable[Action], made_at: str) -> set[tuple[str, str]]:
        """Of a plan, rows of lists that were done before it was made: they are done again."""
        found = ((action, self.find(action)) for action in actions if kinds.of(action).is_listed)
        return {
            action.key
            for action, entry in found
            if entry and (entry.settled.settled_at or "") <= made_at
        }

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
        now = times.spell(datetime.now(UTC).replace(microsecond=0))
        like = None if before is None else json.dumps(sorted(before))
        with self._store.transaction():
            self.intended += 1  # of one lane at a time
            for action in actions:
                self._store.change(
                    "insert into actions (stream, action_id, action, content, fields, line, "
                    "return_id, return_state, attempts, requested_at, target_id, before, "
                    "unanswered) values (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, 1) "
                    "on conflict (stream, action_id) do update set "
                    "result = null, reason = null, code = null, http_status = null, "
                    "return_state = excluded.return_state, line = excluded.line, "
                    "attempts = actions.attempts + 1, requested_at = excluded.requested_at, "
                    "target_id = excluded.target_id, settled_at = null, "
                    "before = case when actions.unanswered > 0 "
                    "then coalesce(actions.before, excluded.before) "
                    "else excluded.before end, unanswered = actions.unanswered + 1",
                    (*_said(action), state, now, target_id, like),
                )

    def unsent(self, actions: Iterable[Action]) -> None:
        """The request under way surely was not made: refused at the door, or not sent."""
        with self._store.transaction():
            for action in actions:
                self._store.change(
                    "update actions set unanswered = case when unanswered > 0 "
                    "then unanswered - 1 else 0 end where stream = ? and action_id = ?",
                    action.key,
                )

    def tell(self, settled: Iterable[Settled]) -> None:
        """Put outcomes into the history alone: of actions that had no turn."""
        with self._store.transaction():
            for one in settled:
                self.history.tell(one)

    def settle_by_hand(self, stream: str, action_id: str, result: str) -> bool:
        """What a person has found to have become of an action; False if it is not open."""
        now = times.spell(datetime.now(UTC).replace(microsecond=0))
        with self._store.transaction():
            changed = self._store.change(
                "update actions set result = ?, reason = 'settled by hand', unanswered = 0, "
                "settled_at = ? where stream = ? and action_id = ? "
                "and (result is null or result in (?, ?))",
                (result, now, stream, action_id, *SENT),
            )
        return changed == 1

    def all_entries(self) -> list[Entry]:
        """Every action that is known, the latest request last."""
        rows = self._store.rows(
            f"select {_COLUMNS} from actions order by requested_at, stream, action_id"  # noqa: S608
        )
        return [_entry(row) for row in rows]

    def settle(
        self, actions: Iterable[Action], outcome: Outcome, state: str | None = None
    ) -> list[Settled]:
        """What became of these; also of ones that needed no request."""
        now = times.spell(datetime.now(UTC).replace(microsecond=0))
        reason = outcome.reason.replace("\0", "\ufffd")  # PostgreSQL keeps no NUL
        answer = json.dumps(outcome.answer, sort_keys=True) if outcome.answer else None
        told = (outcome.result, reason, outcome.code, outcome.status, outcome.target_id)
        actions = list(actions)
        with self._store.transaction():
            for action in actions:
                self._store.change(
                    "insert into actions (stream, action_id, action, content, fields, line, "
                    "return_id, return_state, result, reason, code, http_status, target_id, "
                    "answer, settled_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                    "on conflict (stream, action_id) do update set result = excluded.result, "
                    "reason = excluded.reason, code = excluded.code, "
                    "http_status = excluded.http_status, "
                    "target_id = coalesce(excluded.target_id, actions.target_id), "
                    "answer = coalesce(excluded.answer, actions.answer), "
                    "return_state = coalesce(excluded.return_state, actions.return_state), "
                    "line = excluded.line, settled_at = excluded.settled_at, unanswered = case "
                    "when excluded.result in ('done', 'refused', 'queued') then 0 "
                    "else actions.unanswered end",
                    (*_said(action), state, *told, answer, now),
                )
            found = [entry.settled for action in actions if (entry := self.find(action))]
            for settled in found:
                self.history.tell(settled)
        return found


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
