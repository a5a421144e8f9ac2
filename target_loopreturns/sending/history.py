"""What runs did, one after the other: only added to, and complete after a crash.

What a run is about to do is noted before it begins, so that a run that died has an
outcome for each action, too: whoever opens the ledger next brings it to its end.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import msgspec

from loop_returns import times
from loop_returns.errors import LoopReturnsError
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.outcomes import Outcome, Settled
from target_loopreturns.sending.ledger_store import LedgerStore, StoreError

_DIED = "the run died before"


class RunHistory:
    """A ledger's runs and their outcomes; `run_id` is the present run's, once it has begun."""

    def __init__(self, store: LedgerStore) -> None:
        self.run_id: str | None = None
        self._store = store

    @contextmanager
    def run(
        self, *, applied: bool, given: int, version: str, plan: str | None = None
    ) -> Iterator[None]:
        """A run, from its begin to its end, however it ends.

        Args:
            applied: Whether it acts, or only tells.
            given: Rows of its input.
            version: This program's.
            plan: The digest of the plan that it carries out.
        """
        self.run_id = uuid.uuid4().hex
        with self._store.transaction():
            self._store.change(
                "insert into runs (run_id, sequence, began_at, version, applied, plan, given) "  # noqa: S608
                f"values (?, {_next('runs')}, ?, ?, ?, ?, ?)",
                (self.run_id, _now(), version, int(applied), plan, given),
            )
        try:
            yield
        except BaseException as error:
            code = getattr(error, "exit_code", getattr(error, "code", 1))
            reason = str(error) if isinstance(error, LoopReturnsError) else type(error).__name__
            with suppress(StoreError):  # whoever opens the ledger next says that it died
                self._end("failed", code if isinstance(code, int) else 1, reason)
            raise
        self._end("ended", 0, None)

    def expect(self, actions: Iterable[Action]) -> None:
        """The run is about to do these."""
        with self._store.transaction():
            for action in actions:
                self._store.change(
                    "insert into run_outcomes (run_id, stream, action_id, line, fields, action, "
                    "return_id) values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                    (self.run_id, *_said(action)),
                )

    def tell(self, settled: Settled) -> None:
        """What became of an action in this run; within a transaction."""
        if self.run_id:
            self._tell(self.run_id, settled)

    def end_dead_runs(self) -> None:
        """Give runs that died their end, and each of their actions an outcome.

        Within a transaction; whoever calls it has the ledger alone.
        """
        for (run_id,) in self._store.rows("select run_id from runs where ended_at is null"):
            for settled in list(self._left_behind(run_id)):
                self._tell(run_id, settled)
            self._close(run_id, "died", None, None)

    def runs(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """Runs as records of `action_runs`, those that changed after a sequence number."""
        names = (
            "run_id, sequence, began_at, ended_at, version, applied, plan, given, outcome, "
            "exit_code, reason"
        )
        rows = self._store.rows(
            f"select {names} from runs where sequence > ? order by sequence",  # noqa: S608
            (after,),
        )
        counts = self._store.rows(
            "select run_id, result, count(*) from run_outcomes where result is not null "
            "group by run_id, result"
        )
        for row in rows:
            run = dict(zip(names.split(", "), row, strict=True))
            told = {result: count for run_id, result, count in counts if run_id == run["run_id"]}
            rows_given = run.pop("given")
            yield {**run, "applied": bool(run["applied"]), "rows": rows_given, "outcomes": told}

    def outcomes(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """Outcomes as records of `action_outcomes`, those told after a sequence number."""
        rows = self._store.rows(
            "select record, sequence from run_outcomes where sequence > ? order by sequence",
            (after,),
        )
        for record, sequence in rows:
            yield {**json.loads(record), "sequence": sequence}

    def _tell(self, run_id: str, settled: Settled) -> None:
        action = settled.action
        record = msgspec.json.encode({"run_id": run_id, **settled.record()}).decode()
        self._store.change(
            "insert into run_outcomes (run_id, stream, action_id, line, fields, action, "  # noqa: S608
            "return_id, result, record, sequence) values "
            f"(?, ?, ?, ?, ?, ?, ?, ?, ?, {_next('run_outcomes')}) "
            "on conflict (run_id, stream, action_id) do update set result = excluded.result, "
            "record = excluded.record, sequence = excluded.sequence",
            (run_id, *_said(action), settled.outcome.result, record),
        )

    def _left_behind(self, run_id: str) -> Iterator[Settled]:
        """What a dead run had begun, or had still to begin."""
        rows = self._store.rows(
            "select o.stream, o.action_id, o.line, o.fields, o.action, o.return_id, a.attempts, "
            "a.requested_at, a.return_state, a.attempts > 0 and a.result is null "
            "from run_outcomes o left join actions a "
            "on a.stream = o.stream and a.action_id = o.action_id "
            "where o.run_id = ? and o.sequence is null order by o.line",
            (run_id,),
        )
        for stream, own, line, fields, name, found, attempts, asked, state, is_open in rows:
            action = Action(stream, own, name, json.loads(fields), line or 0, found)
            lost = Outcome("uncertain", f"{_DIED} Loop's answer was noted")
            outcome = lost if is_open else Outcome("not_tried", f"{_DIED} its turn")
            yield Settled(action, outcome, state, attempts or 0, asked, _now())

    def _end(self, outcome: str, code: int, reason: str | None) -> None:
        with self._store.transaction():
            self._close(str(self.run_id), outcome, code, reason)

    def _close(self, run_id: str, outcome: str, code: int | None, reason: str | None) -> None:
        self._store.change(
            "update runs set ended_at = ?, outcome = ?, exit_code = ?, reason = ?, "  # noqa: S608
            f"sequence = {_next('runs')} where run_id = ?",
            (_now(), outcome, code, reason, run_id),
        )


def _next(table: str) -> str:
    """The next sequence number, in SQL.

    A ledger begins with the milliseconds of its first run, so that what reads on from the end
    of one that was lost goes on with the new one.
    """
    begin = int(datetime.now(UTC).timestamp() * 1000)
    return f"(select coalesce(max(sequence) + 1, {begin}) from {table})"  # noqa: S608


def _said(action: Action) -> tuple[str | int | None, ...]:
    fields = json.dumps(dict(action.fields), default=str)
    return (*action.key, action.line, fields, action.name, action.return_id)


def _now() -> str:
    return times.spell(datetime.now(UTC).replace(microsecond=0))
