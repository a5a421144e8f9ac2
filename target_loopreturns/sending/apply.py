"""A run: look at what earlier ones left open, plan, act step by step, and tell the outcomes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from loop_returns.errors import InputRefused
from loop_returns.http.client import Client
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.messages import Input
from target_loopreturns.actions.outcomes import Outcome, Settled
from target_loopreturns.kinds.present import Present
from target_loopreturns.planning import account_now, approval, moved, plan
from target_loopreturns.planning.plan import Planned
from target_loopreturns.planning.plan_file import Approved
from target_loopreturns.planning.rules import ExpectedAccount
from target_loopreturns.sending import lanes
from target_loopreturns.sending.ledger import Entry, Ledger
from target_loopreturns.sending.ledger_store import StoreError
from target_loopreturns.sending.looking import Looker, age
from target_loopreturns.sending.mirror_lists import mirror_lists
from target_loopreturns.sending.progress import ActionsProgress
from target_loopreturns.sending.sender import NotDone, Sender, Step
from target_loopreturns.sending.subjects import Troubled
from target_loopreturns.settings import TargetSettings

log = logging.getLogger("target-loopreturns")

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 15.0
_HOLDING = ("not_allowed", "moved")
"""Refusals after which the row is to be given again."""
Key = tuple[str, str]


class Application:
    """Carries out actions, each once. `results` holds what is known so far, by action.

    Args:
        client: The account.
        ledger: What was asked of it before.
        settings: The checked configuration.
        stop_if_asked: Ends the run between two requests, if a signal has asked for it.
        on_settled: Told of each action that has come to an outcome in this run.
        sleep: Waits for seconds.
    """

    def __init__(  # noqa: PLR0913  the last three are what surrounds a run
        self,
        client: Client,
        ledger: Ledger,
        settings: TargetSettings,
        *,
        stop_if_asked: Callable[[], object],
        on_settled: Callable[[Settled], object] = lambda _: None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.results: dict[Key, Settled] = {}
        self.known_before: frozenset[Key] = frozenset()
        """Actions whose end was known when the run began."""
        self._client = client
        self._ledger = ledger
        self._settings = settings
        self._stop_if_asked = stop_if_asked
        self._on_settled = on_settled
        self._sleep = sleep
        self._looker = Looker(client, ledger, settings, sleep)
        self._sender = Sender(client, ledger, self._looker, self._looker.breathe)
        self._account = ExpectedAccount(Present(), settings.process_flagged)
        self._troubled = Troubled()
        self._given: dict[Key, Action] = {}
        self._thinking = threading.Lock()
        self._withheld: dict[Key, Outcome] = {}
        self._anew: set[Key] = set()

    @property
    def sent(self) -> int:
        """How many requests for a change were sent in this run."""
        return self._ledger.intended

    def plan(self, actions: Sequence[Action], approved: Approved | None = None) -> list[Planned]:
        """What is left to do of these, judged by what Loop has now.

        With `apply`, requests of earlier runs whose end is not known are looked at first.
        Of an approved plan, what was not to be done, or has moved since, is left.

        Raises:
            InputRefused: more actions than `max_actions`; nothing has been asked of Loop yet.
        """
        self._given = {action.key: action for action in actions}
        if approved:
            self._anew = self._ledger.planned_again(approved.actions, approved.made_at)
        todo = self._left(actions)
        self.known_before = frozenset(self.results)
        if len(todo) > self._settings.max_actions:
            raise InputRefused(
                f"{len(todo):,} actions are more than 'max_actions', {self._settings.max_actions:,}"
                ". Nothing was done. Look at the query, or raise the setting."
            )
        if self._settings.apply:
            self._look_at(self._ledger.open_entries(), {action.key for action in todo})
        todo = [action for action in todo if action.key not in self.results]
        todo = account_now.with_returns(self._client, todo)
        self._given |= {action.key: action for action in todo}
        left = {action.key for action in todo}
        present = account_now.read(self._client, todo)
        self._account = ExpectedAccount(present, self._settings.process_flagged)
        for entry in self._ledger.open_entries():
            action = entry.settled.action
            if action.name == "process" and action.key not in left:
                self._account.expect_processing(str(action.return_id))
        met = {action.key: moved.planned_on(action, present) for action in todo}
        sent = {key for key, one in self.results.items() if one.attempts}
        self._withheld = approval.withheld(approved, met, sent) if approved else {}
        left_over = [action for action in todo if action.key not in self._withheld]
        judged = plan.plan(left_over, self._account, self._settings.allow)
        judged += [
            Planned(one, self._withheld[one.key]) for one in todo if one.key in self._withheld
        ]
        order = {action.key: number for number, action in enumerate(todo)}
        judged.sort(key=lambda one: order[one.action.key])
        return [replace(one, met=met[one.action.key]) for one in judged]

    def mirror(self, given: Input) -> list[Action]:
        """The input's actions, and those that make mirrored lists equal to it.

        Raises:
            InputRefused: more would be removed than may be, or the input breaks off.
        """
        actions, self._anew = mirror_lists(given, self._settings, self._client, self._ledger)
        return actions

    def carry_out(self, planned: Iterable[Planned]) -> None:
        """Act; every action has a result afterwards.

        Each is judged once more when its turn comes, by what those before it really left.
        Actions on different things go side by side; on one thing, they keep their order.

        Raises:
            LoopReturnsError: the key was refused, Loop is away, or answers what is no answer
                of its; the rest was not tried.
            SystemExit: a signal has asked to stop; likewise.
            ActionsUnsettled: too many have failed (`stop_after_failures`); likewise.
        """
        planned = list(planned)
        self._ledger.history.expect(one.action for one in planned)
        progress = ActionsProgress(len(planned))
        rows = {one.action.key: one.row for one in planned}

        limit = self._settings

        def take(actions: tuple[Action, ...]) -> None:
            self._stop_if_asked()
            progress.stop_if_failing(limit)
            failed = self._take_step(actions)
            progress.take(len(actions), failed=failed)

        for one in planned:
            if one.action.key in self._withheld:
                self._settle([one.action], one.outcome, one.state)
        open_ = [one for one in planned if one.action.key not in self._withheld]
        progress.take(len(planned) - len(open_), failed=False)
        todo = lanes.lanes(plan.steps(open_), rows)
        lanes.run_lanes(todo, take, workers=self._settings.concurrency)

    def _take_step(self, actions: tuple[Action, ...]) -> bool:
        """Judge actions once more, and carry out what may be; True if that failed."""
        with self._thinking:
            judged = plan.plan(actions, self._account.about(actions), self._settings.allow)
        for one in judged:
            if one.outcome.result != "planned":
                self._settle(
                    [one.action], self._looker.after_all(one.action, one.outcome), one.state
                )
        todo = [one for one in judged if one.outcome.result == "planned"]
        return bool(todo) and not self._take(
            Step(tuple(one.action for one in todo), todo[0].state, todo[0].row)
        )

    def wait(self) -> None:
        """Give Loop `wait_seconds` for what it has queued, or may still be doing."""
        until = time.monotonic() + self._settings.wait
        pause = _FIRST_WAIT
        while time.monotonic() < until:
            open_ = [one for one in self._ledger.open_entries() if self._looker.may_end(one)]
            if not open_:
                return
            self._sleep(max(0.0, min(pause, until - time.monotonic())))
            pause = min(2 * pause, _LONGEST_WAIT)
            self._stop_if_asked()
            self._look_at(open_, set())

    def leave_the_rest(self, actions: Iterable[Action], reason: str) -> None:
        """Say of actions without a result that they were not tried, in the history, too.

        What was sent, in this run or before, and has no end that is known, is uncertain.
        """
        left = [action for action in actions if action.key not in self.results]
        for action in left:
            sent = self._ledger.sent(action)
            outcome = Outcome("not_tried", reason)
            if sent:
                lost = Outcome("uncertain", f"sent, and not looked for: {reason}")
                outcome = sent.outcome if sent.outcome.result == "queued" else lost
            settled = sent or Settled(action, outcome)
            self.results[action.key] = replace(settled, action=action, outcome=outcome)
        with suppress(StoreError):  # then whoever opens the ledger next tells of them
            self._ledger.tell(self.results[action.key] for action in left)

    def holds_state(self, settled: Settled) -> bool:
        """Whether an action is to be given again, so that STATE must not pass.

        What Loop will never tell holds it for `hold_hours` after its request, and no longer.
        """
        outcome = settled.outcome
        if outcome.result == "uncertain":
            held = max(self._settings.hold, self._settings.late)
            return age(Entry(settled, open=True)) < held
        return outcome.result in {"failed", "not_tried"} or outcome.code in _HOLDING

    def _take(self, step: Step) -> bool:
        """Carry out a step; False if it failed, or is uncertain, by itself."""
        causes = [self._troubled.cause(action, step.row) for action in step.actions]
        cause = causes[0]
        if any(causes) and step.is_batch:
            return self._one_by_one(step)
        if cause:
            self._settle(step.actions, self._sender.passed_over(step, cause), step.state)
            return True
        try:
            outcome = self._sender.send(step, self._account.present)
        except NotDone as end:
            self._settle(step.actions, end.outcome, step.state)
            if end.__cause__:
                raise end.__cause__ from None
            raise
        if outcome.result == "refused" and step.is_batch:
            self._ledger.unsent(step.actions)
            return self._one_by_one(step)  # one of them is the cause
        self._settle(step.actions, outcome, step.state)
        with self._thinking:
            for action in step.actions:
                if outcome.result in {"failed", "uncertain"}:
                    self._troubled.add(action, step.row)
                elif outcome.result != "refused":
                    self._account.happen(action, step.row, outcome.target_id)
        return outcome.result not in {"failed", "uncertain"}

    def _one_by_one(self, step: Step) -> bool:
        return False not in [self._take(replace(step, actions=(one,))) for one in step.actions]

    def _left(self, actions: Sequence[Action]) -> list[Action]:
        """What the ledger does not know the end of; the rest has its result from there."""
        todo = []
        for action in actions:
            entry = self._ledger.find(action)
            outcome = entry.settled.outcome if entry else None
            if outcome and outcome.result == "refused" and self._settings.retry_refused:
                outcome = None
            if outcome and outcome.result == "done" and action.key in self._anew:
                outcome = None
            known = outcome and (
                outcome.final or (entry and entry.open and not self._settings.apply)
            )
            if entry and known:
                known_as = replace(action, found_return=entry.settled.action.found_return)
                self.results[action.key] = replace(entry.settled, action=known_as)
            else:
                todo.append(action)
        return todo

    def _look_at(self, entries: Sequence[Entry], wanted: Collection[Key]) -> None:
        """Look in Loop for what may have been made; what surely was not is left to plan."""
        if not entries:
            return
        self._looker.breathe(entries)
        now = account_now.read(self._client, [entry.settled.action for entry in entries])
        for entry in entries:
            action = entry.settled.action
            outcome = self._looker.verdict(entry, now)
            if outcome is None and action.key in wanted:
                continue
            outcome = outcome or self._looker.not_found(entry, is_given=action.key in self._given)
            self._settle([action], outcome)
            if outcome.result == "uncertain" and self._looker.may_come(entry):
                self._troubled.add(replace(action, line=0), None)

    def _settle(
        self, actions: Sequence[Action], outcome: Outcome, state: str | None = None
    ) -> None:
        for settled in self._ledger.settle(actions, outcome, state):
            # The ledger has the line of the run before; a row not given in this one has none.
            key = settled.action.key
            action = self._given.get(key) or replace(settled.action, line=0)
            self.results[key] = replace(settled, action=action)
            self._on_settled(self.results[key])
