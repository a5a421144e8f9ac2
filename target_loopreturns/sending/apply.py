"""A run: look at what earlier ones left open, plan, act step by step, and tell the outcomes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from loop_returns import times
from loop_returns.errors import AccessError, InputRefused, LoopUnavailable, UncertainChange
from loop_returns.http.client import Client
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.outcomes import Outcome, Settled
from target_loopreturns.planning import account_now, plan
from target_loopreturns.planning.account_now import Present
from target_loopreturns.planning.plan import Planned, Step
from target_loopreturns.planning.rules import ExpectedAccount
from target_loopreturns.sending import api_calls
from target_loopreturns.sending.ledger import Entry, Ledger
from target_loopreturns.sending.lost_answers import was_made
from target_loopreturns.settings import TargetSettings

log = logging.getLogger("target-loopreturns")

_TRIES = 3
_BREATH = 2.0  # seconds for Loop to finish what it may still be doing, before a look
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 15.0
Key = tuple[str, str]


class Application:
    """Carries out actions, each once. `results` holds what is known so far, by action."""

    def __init__(
        self,
        client: Client,
        ledger: Ledger,
        settings: TargetSettings,
        *,
        stop_if_asked: Callable[[], object],
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.results: dict[Key, Settled] = {}
        self._client = client
        self._ledger = ledger
        self._settings = settings
        self._stop_if_asked = stop_if_asked
        self._sleep = sleep
        self._tried_before: set[Key] = set()

    def plan(self, actions: Sequence[Action]) -> list[Planned]:
        """What is left to do of these, judged by what Loop has now.

        With `apply`, requests of earlier runs whose end is not known are looked at first.

        Raises:
            InputRefused: more actions than `max_actions`; nothing has been asked of Loop yet.
        """
        todo = self._left(actions)
        if len(todo) > self._settings.max_actions:
            raise InputRefused(
                f"{len(todo):,} actions are more than 'max_actions', {self._settings.max_actions:,}"
                ". Nothing was done. Look at the query, or raise the setting."
            )
        entries = self._ledger.open_entries()
        if self._settings.apply:
            self._look_at(entries, {action.key for action in todo})
        todo = [action for action in todo if action.key not in self.results]
        left = {action.key for action in todo}
        account = ExpectedAccount(
            account_now.read(self._client, todo), self._settings.process_flagged
        )
        for entry in self._ledger.open_entries():
            action = entry.settled.action
            if action.name == "process" and action.key not in left:
                account.expect_processing(str(action.return_id))
        return plan.plan(todo, account, self._settings.allow)

    def carry_out(self, planned: Iterable[Planned]) -> None:
        """Act; every planned action has a result afterwards.

        Raises:
            AccessError, LoopUnavailable, UnexpectedAnswer: the rest was not tried.
        """
        planned = list(planned)
        for one in planned:
            if one.outcome.result != "planned":
                self._settle([one.action], one.outcome, one.state)
        troubled: dict[str, int] = {}
        for step in plan.steps(planned):
            self._stop_if_asked()
            first = step.actions[0]
            if first.return_id in troubled:
                line = troubled[first.return_id]
                reason = f"not tried, since line {line} on the same return did not succeed"
                self._settle(step.actions, Outcome("failed", reason), step.state)
                continue
            outcome = self._send(step)
            self._settle(step.actions, outcome, step.state)
            if first.return_id and outcome.result in {"failed", "uncertain"}:
                troubled[first.return_id] = first.line

    def wait(self) -> None:
        """Give Loop `wait_seconds` to process what it has queued."""
        until = time.monotonic() + self._settings.wait
        pause = _FIRST_WAIT
        while time.monotonic() < until:
            queued = [one for one in self.results.values() if one.outcome.result == "queued"]
            if not queued:
                return
            self._sleep(max(0.0, min(pause, until - time.monotonic())))
            pause = min(2 * pause, _LONGEST_WAIT)
            self._stop_if_asked()
            self._look_at([Entry(one, open=True) for one in queued], set())

    def _left(self, actions: Sequence[Action]) -> list[Action]:
        """What the ledger does not know the end of; the rest has its result from there."""
        todo = []
        for action in actions:
            entry = self._ledger.find(action)
            outcome = entry.settled.outcome if entry else None
            if outcome and outcome.result == "refused" and self._settings.retry_refused:
                outcome = None
            known = outcome and (
                outcome.final or (entry and entry.open and not self._settings.apply)
            )
            if entry and known:
                self.results[action.key] = entry.settled
            else:
                todo.append(action)
        return todo

    def _look_at(self, entries: Sequence[Entry], wanted: set[Key]) -> None:
        """Look in Loop for what may have been made; what surely was not is left to plan."""
        if not entries:
            return
        youngest = min(_age(entry.settled.requested_at) for entry in entries)
        self._sleep(max(0.0, _BREATH - youngest))
        actions = [entry.settled.action for entry in entries]
        now = account_now.read(self._client, actions)
        for entry, action in zip(entries, actions, strict=True):
            outcome = self._look(action, now, entry.settled)
            if outcome:
                self._settle([action], outcome)
            elif action.key in wanted:
                self._tried_before.add(action.key)
            else:
                reason = "not made by an earlier run, and its row was not given again"
                self._settle([action], Outcome("failed", reason))

    def _look(self, action: Action, now: Present, sent: Settled) -> Outcome | None:
        """What has become of a request; None if it was surely not made."""
        made = self._was_made(action, now, sent.requested_at)
        queued = sent.outcome.status is not None  # Loop had answered, and taken it up
        if made:
            return Outcome("done", "found so in Loop", status=sent.outcome.status)
        state = getattr(now.returns.get(str(action.return_id)), "state", "gone")
        if made is None:
            if queued:
                return Outcome("queued", "Loop has queued it", status=sent.outcome.status)
            return Outcome("uncertain", f"the answer was lost, and Loop does not tell; {state}")
        if not queued:
            return None
        if state in {"open", "review"}:
            return Outcome(
                "uncertain",
                f"Loop queued it more than {self._settings.queue // 60} minutes ago, and the "
                f"return is still {state}; look at it in Loop",
                status=sent.outcome.status,
            )
        return Outcome("failed", f"Loop queued it, yet the return is now {state}")

    def _was_made(self, action: Action, now: Present, requested_at: str | None) -> bool | None:
        notes = 0
        if action.name == "note":
            words = account_now.notes(self._client, str(action.return_id))
            notes = words.count(action.fields["content"]) - self._ledger.notes_done(action)
        overdue = _age(requested_at) >= self._settings.queue
        return was_made(action, now, notes=notes, overdue=overdue)

    def _send(self, step: Step) -> Outcome:
        """Ask Loop for a change, and again only where a look shows that it was not made."""
        request = api_calls.request(step.actions, step.row)
        trouble = ""
        for _ in range(_TRIES):
            self._ledger.intend(step.actions, step.state)
            try:
                reply = self._client.send(
                    request.method,
                    request.path,
                    params=request.params,
                    body=request.body,
                    scope=request.scope,
                )
            except UncertainChange as error:
                trouble = str(error)
            except (AccessError, LoopUnavailable) as error:
                self._settle(step.actions, Outcome("failed", str(error)), step.state)
                raise
            else:
                if api_calls.is_known_already(reply) and step.actions[0].key in self._tried_before:
                    return Outcome("done", "Loop has it from the attempt before", status=409)
                if outcome := api_calls.outcome(step.actions[0], reply):
                    return outcome
                trouble = f"{request.method} {request.path}: an answer not known ({reply.status})"
            log.warning("%s. Looking at Loop before anything is repeated.", trouble)
            self._tried_before.update(action.key for action in step.actions)
            self._sleep(_BREATH)
            if outcome := self._after_trouble(step, trouble):
                return outcome
        return Outcome("failed", f"{trouble}; tried {_TRIES} times, and not made")

    def _after_trouble(self, step: Step, trouble: str) -> Outcome | None:
        """What a look at Loop says of a step whose answer was lost; None if it was not made."""
        now = account_now.read(self._client, step.actions)
        found = [self._ledger.find(action) for action in step.actions]
        asked = next(entry.settled.requested_at for entry in found if entry)
        made = {self._was_made(action, now, asked) for action in step.actions}
        if made == {True}:
            return Outcome("done", "found so in Loop; its answer was lost")
        if made == {False}:
            return None
        return Outcome("uncertain", f"{trouble}, and Loop does not tell whether it was made")

    def _settle(
        self, actions: Sequence[Action], outcome: Outcome, state: str | None = None
    ) -> None:
        for settled in self._ledger.settle(actions, outcome, state):
            self.results[settled.action.key] = settled


def _age(requested_at: str | None) -> float:
    """Seconds since a request was about to be sent."""
    asked = times.second(requested_at) if requested_at else 0
    return datetime.now(UTC).timestamp() - asked
