"""One change asked of Loop: noted before it is sent, looked for where its answer is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from loop_returns.errors import (
    AccessError,
    LoopUnavailable,
    Redirected,
    UncertainChange,
    UnexpectedAnswer,
)
from loop_returns.http.client import Client
from loop_returns.http.exchange import Reply
from loopreturns_plugin.stopping import Stopped
from target_loopreturns import kinds
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.outcomes import Outcome
from target_loopreturns.kinds import matching
from target_loopreturns.kinds.kind import Change
from target_loopreturns.kinds.present import Listed, Present
from target_loopreturns.planning import account_now
from target_loopreturns.sending import api_calls, lost_answers
from target_loopreturns.sending.ledger import Entry, Ledger
from target_loopreturns.sending.looking import Looker, found_so

log = logging.getLogger("target-loopreturns")

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Step:
    """What one request is for.

    Attributes:
        actions: One, or removals of line items from one return.
        state: Of their return, before.
        row: What is changed or deleted, as Loop has it now.
    """

    actions: tuple[Action, ...]
    state: str | None = None
    row: Listed | None = None

    @property
    def first(self) -> Action:
        return self.actions[0]

    @property
    def is_batch(self) -> bool:
        """Whether its actions could also be asked for one by one."""
        return len(self.actions) > 1 and kinds.of(self.first).batch > 1


class NotDone(Exception):  # noqa: N818  it carries the outcome of a step that ends the run
    """The run cannot go on; `outcome` is what is known of the step, the cause is the error."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class Sender:
    """Sends changes, each as often as it surely was not made, and three times at most."""

    def __init__(
        self, client: Client, ledger: Ledger, looker: Looker, breathe: Callable[[], object]
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._looker = looker
        self._breathe = breathe

    def send(self, step: Step, present: Present) -> Outcome:
        """Ask for a change, and again only where nothing can be done twice by it.

        Args:
            step: What to ask for.
            present: The account, as it is expected to be.

        Raises:
            NotDone: the key was refused, Loop is away, or the run is to stop.
            LoopReturnsError: what is to be changed could not be read; nothing was sent.
        """
        if step.first.name == "update" and kinds.of(step.first).is_listed:
            step = replace(step, row=self._row_now(step.first))
            if outcome := _settled_before(step):
                return outcome
        if outcome := self._found_before(step):
            return outcome
        request = api_calls.request(step.actions, step.row, self._client.account.version)
        before = self._looker.like_now(step.first, present)
        trouble, lost = "", False
        for _ in range(_TRIES):
            own = api_calls.own_id(step.first, step.row)
            self._ledger.intend(step.actions, step.state, before=before, target_id=own)
            reply = self._ask(request, step)
            if isinstance(reply, Reply):
                outcome = self._understood(step, reply)
                if outcome:
                    return outcome
                trouble = f"{request.method} {request.path}: an answer not known ({reply.status})"
            else:
                trouble, lost = reply, True
            log.warning("%s. Looking at Loop before anything is repeated.", trouble)
            self._breathe()
            if outcome := self._after_trouble(step, trouble, lost=lost):
                return outcome
        return self._given_up(step, trouble, lost=lost)

    def passed_over(self, step: Step, cause: str) -> Outcome:
        """What to say of a step that was not sent, because of one before it."""
        entry = self._ledger.find(step.first)
        if entry and entry.unanswered:
            return Outcome("uncertain", f"the answer was lost; not asked again, since {cause}")
        return Outcome("failed", f"not tried, since {cause}")

    def _found_before(self, step: Step) -> Outcome | None:
        """What an earlier request has made meanwhile whose answer was lost: one more look."""
        entries = [self._ledger.find(action) for action in step.actions]
        asked = [entry for entry in entries if entry and entry.unanswered]
        if len(asked) < len(entries):
            return None
        now = account_now.read(self._client, step.actions)
        found = [self._looker.find(entry, now) for entry in asked]
        if not all(one.made for one in found):
            return None
        return found_so(found[0])

    def _ask(self, request: Change, step: Step) -> Reply | str:
        """Loop's answer; or in words, why it is not known whether the change was made."""
        try:
            return self._client.send(
                request.method,
                request.path,
                params=request.params,
                body=request.body,
                scope=request.scope,
                forbids=request.forbids,
            )
        except UncertainChange as error:
            return str(error)
        except Redirected as error:
            raise NotDone(self._unsent(step, str(error))) from error
        except UnexpectedAnswer as error:
            raise NotDone(Outcome("uncertain", str(error))) from error
        except AccessError as error:
            caution = kinds.of(step.first).caution
            told = f"{error} {caution}." if caution else str(error)
            raise NotDone(self._unsent(step, told)) from error
        except LoopUnavailable as error:
            raise NotDone(self._unsent(step, str(error))) from error
        except Stopped as stop:
            raise NotDone(self._unsent(step, "the run was stopped before it was sent")) from stop

    def _understood(self, step: Step, reply: Reply) -> Outcome | None:
        """The outcome that an answer tells; after an attempt that may have been made, with a look.

        A refusal may then be the answer to the second of two requests.
        """
        outcome = api_calls.outcome(step.first, reply)
        if outcome is None or outcome.result not in {"refused", "failed"}:
            return outcome
        if outcome.result == "failed":
            return self._unsent(step, outcome.reason)
        entry = self._entry(step.first)
        if entry.unanswered > 1 and api_calls.is_known_already(reply):
            return Outcome("done", "Loop has it from the attempt before", status=reply.status)
        if entry.unanswered <= 1 or not lost_answers.can_tell(step.first):
            return outcome
        found = self._looker.find(entry, account_now.read(self._client, step.actions))
        if found.made:
            return found_so(found, status=reply.status)
        return outcome

    def _unsent(self, step: Step, reason: str) -> Outcome:
        """The request was surely not carried out; an attempt before it may have been."""
        self._ledger.unsent(step.actions)
        if self._entry(step.first).unanswered:
            return Outcome("uncertain", f"{reason}; the answer to a request before it was lost")
        return Outcome("failed", reason)

    def _after_trouble(self, step: Step, trouble: str, *, lost: bool) -> Outcome | None:
        """What a look at Loop says of a step; None if it may be asked for again now."""
        now = account_now.read(self._client, step.actions)
        found = [self._looker.find(self._entry(action), now) for action in step.actions]
        made = {one.made for one in found}
        if made == {True}:
            return found_so(found[0], "found so in Loop; its answer was lost")
        if made != {False}:
            return Outcome("uncertain", f"{trouble}, and Loop does not tell whether it was made")
        entry = self._entry(step.first)
        if lost and self._looker.may_come(entry) and not lost_answers.is_repeatable(step.first):
            return Outcome("uncertain", f"{trouble}; {self._looker.until(entry)}")
        return None

    def _given_up(self, step: Step, trouble: str, *, lost: bool) -> Outcome:
        reason = f"{trouble}; tried {_TRIES} times, and not made"
        entry = self._entry(step.first)
        if not lost_answers.can_tell(step.first):
            return Outcome("uncertain", f"{trouble}; tried {_TRIES} times, and Loop does not tell")
        if lost and self._looker.may_come(entry):
            return Outcome("uncertain", f"{reason} so far; {self._looker.until(entry)}")
        return Outcome("failed", reason)

    def _row_now(self, action: Action) -> Listed | None:
        """What an update changes, read just before: people may have changed it since the plan."""
        rows = account_now.rows(self._client, action.stream)
        own = str(action.fields["id"])
        return next((row for row in rows if str(row.get("id")) == own), None)

    def _entry(self, action: Action) -> Entry:
        entry = self._ledger.find(action)
        if entry is None:
            raise LookupError(f"{action.subject}: no intent in the ledger")
        return entry


def _settled_before(step: Step) -> Outcome | None:
    if step.row is None:
        return Outcome("refused", "Loop has none with this id any more", "not_found")
    if matching.holds(step.row, step.first.fields):
        return Outcome("done", "it is so already")
    return None
