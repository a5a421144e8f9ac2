"""Looking at Loop for what became of requests whose answers were lost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

from loop_returns import times
from loop_returns.http.client import Client
from target_loopreturns import kinds
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.outcomes import Outcome
from target_loopreturns.kinds import matching
from target_loopreturns.kinds.kind import Clues, Finding
from target_loopreturns.kinds.present import Listed, Present
from target_loopreturns.planning import account_now
from target_loopreturns.sending import lost_answers
from target_loopreturns.sending.ledger import Entry, Ledger
from target_loopreturns.settings import TargetSettings

BREATH = 2.0  # seconds for Loop to finish what it is about, before the first look


class Looker:
    """Finds out what became of requests, by the ledger and by what Loop has now."""

    def __init__(
        self,
        client: Client,
        ledger: Ledger,
        settings: TargetSettings,
        sleep: Callable[[float], object],
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._settings = settings
        self._sleep = sleep

    def breathe(self, entries: Sequence[Entry] = ()) -> None:
        """Give Loop a moment, if requests are younger than that; none given: just now."""
        youngest = min((age(entry) for entry in entries), default=0.0)
        self._sleep(min(BREATH, max(0.0, BREATH - youngest)))

    def like_now(self, action: Action, present: Present) -> frozenset[str] | None:
        """Loop's ids of the like of what an action would make; None if it makes nothing."""
        if action.name == "note":
            rows: Collection[Listed] = self._notes(action)
            return matching.like(rows, {"content": action.fields["content"]})
        return kinds.of(action).like(action, present)

    def find(self, entry: Entry, present: Present) -> Finding:
        """What Loop has now of what an action asked for."""
        action = entry.settled.action
        clues = Clues(
            before=entry.before,
            claimed=self._ledger.claimed(action),
            target_id=entry.settled.outcome.target_id,
            overdue=age(entry) >= self._settings.queue,
        )
        notes = self._notes(action) if action.name == "note" else ()
        return lost_answers.was_made(action, present, clues, notes=notes)

    def may_come(self, entry: Entry) -> bool:
        """Whether Loop may still make a change that it has not made by now."""
        return age(entry) < self._settings.late

    def after_all(self, action: Action, ruled: Outcome) -> Outcome:
        """What to say of an action that a rule refuses: its own lost request may be the cause."""
        entry = self._ledger.find(action)
        if ruled.result != "refused" or entry is None or not entry.unanswered:
            return ruled
        found = self.find(entry, account_now.read(self._client, [action]))
        if found.made:
            return found_so(found)
        if found.made is None or self.may_come(entry):
            return Outcome("uncertain", f"the answer was lost; {ruled.reason}")
        return ruled

    def verdict(self, entry: Entry, present: Present) -> Outcome | None:
        """What has become of a request of earlier; None if it may be asked for again."""
        action, status = entry.settled.action, entry.settled.outcome.status
        found = self.find(entry, present)
        queued = status is not None  # Loop had answered, and taken it up
        if found.made:
            return found_so(found, status=status)
        if found.refused:
            return Outcome("refused", found.refused, "FAILED", status or 200, found.target_id)
        state = getattr(present.returns.get(str(action.return_id)), "state", "gone")
        if queued:
            return self._of_queue(found, state, status)
        if found.made is None:
            about = f"; the return is {state}" if action.return_id else ""
            return Outcome("uncertain", f"the answer was lost, and Loop does not tell{about}")
        if self.may_come(entry) and not lost_answers.is_repeatable(action):
            return Outcome("uncertain", f"the answer was lost; {self.until(entry)}")
        return None

    def not_found(self, entry: Entry, *, is_given: bool) -> Outcome:
        """What to say of a request that was not carried out, and will not be sent again now.

        Args:
            entry: What is known of it.
            is_given: Whether its row is in the input of this run.
        """
        if not lost_answers.can_tell(entry.settled.action):
            return Outcome("uncertain", "the answer was lost, and Loop does not tell")
        if self.may_come(entry):
            return Outcome("uncertain", f"the answer was lost; {self.until(entry)}")
        if is_given:
            return Outcome("failed", "not made; the next run asks again")
        return Outcome("failed", "not made by an earlier run, and its row was not given again")

    def may_end(self, entry: Entry) -> bool:
        """Whether waiting may tell more about a request."""
        outcome = entry.settled.outcome
        if outcome.result == "queued":
            return True
        lookable = lost_answers.can_tell(entry.settled.action) and outcome.status is None
        return lookable and self.may_come(entry)

    def until(self, entry: Entry) -> str:
        """Until when a request may still be carried out, in words."""
        asked = times.second(entry.settled.requested_at or "1970-01-01T00:00:00Z")
        moment = datetime.fromtimestamp(asked + self._settings.late, UTC)
        return f"Loop may still make it until {times.spell(moment)}"

    def _of_queue(self, found: Finding, state: str, status: int | None) -> Outcome:
        if found.made is None:
            return Outcome("queued", "Loop has queued it", status=status)
        if state in {"open", "review"}:
            return Outcome(
                "uncertain",
                f"Loop queued it more than {self._settings.queue // 60} minutes ago, and the "
                f"return is still {state}; look at it in Loop",
                status=status,
            )
        return Outcome("failed", f"Loop queued it, yet the return is now {state}")

    def _notes(self, action: Action) -> list[Listed]:
        return account_now.notes(self._client, str(action.return_id))


def found_so(
    found: Finding, reason: str = "found so in Loop", status: int | None = None
) -> Outcome:
    """What to say of a change that a look at Loop has found."""
    return Outcome("done", reason, status=status, target_id=found.target_id, answer=found.answer)


def age(entry: Entry) -> float:
    """Seconds since a request was about to be sent; never less than none."""
    asked = times.second(entry.settled.requested_at) if entry.settled.requested_at else 0
    return max(0.0, datetime.now(UTC).timestamp() - asked)
