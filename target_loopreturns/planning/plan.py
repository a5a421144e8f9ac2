"""What would be done, action by action, and why the rest would not. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from target_loopreturns import kinds
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.outcomes import Outcome
from target_loopreturns.kinds.kind import NothingToDo, RuledOut
from target_loopreturns.kinds.present import Listed, ReturnNow
from target_loopreturns.kinds.returns import judge_removal
from target_loopreturns.planning import rules
from target_loopreturns.planning.moved import Met

SHOWN = 50
"""Actions that are told one by one."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An action, and whether it would be done."""

    action: Action
    outcome: Outcome
    state: str | None = None
    """Of its return, before it."""
    row: Listed | None = None
    """What it changes or deletes, as Loop has it."""
    met: Met = field(default_factory=dict)
    """What it was planned on (see `moved.planned_on`)."""

    @property
    def told(self) -> str:
        """One line for a reader, without personal data."""
        return tell(self.action, self.outcome, self.state)


def tell(action: Action, outcome: Outcome, state: str | None) -> str:
    """An action and its outcome in one line, without personal data; `state` is its return's."""
    where = f"line {action.line}" if action.line else "an earlier run"
    before = f" ({state})" if state else ""
    verdict = "would be done" if outcome.result == "planned" else outcome.result
    reason = f": {outcome.reason}" if outcome.reason else ""
    return f"{where}: {action.name} {action.subject}{before}: {verdict}{reason}"


def plan(
    actions: Iterable[Action], account: rules.ExpectedAccount, allow: Collection[str]
) -> list[Planned]:
    """Judge actions in their order; each meets what those before it leave.

    Args:
        actions: What is asked for.
        account: What they meet; it is not changed.
        allow: What may be done although it cannot be undone.
    """
    account = account.copy()
    removing: dict[str | None, ReturnNow] = {}
    planned = []
    for action in actions:
        now = account.present.returns.get(action.return_id or "")
        together = removing.get(action.return_id) if action.name == "remove_line_items" else None
        before = together or now
        state = before.state if before else None
        row = None
        try:
            if together:
                judge_removal(action, together)
            else:
                row = account.judge(action)
            _want_permission(action, allow)
        except RuledOut as no:
            outcome = Outcome("refused", str(no), no.code)
        except NothingToDo as reason:
            outcome = Outcome("done", str(reason))
        else:
            outcome = Outcome("planned")
            if action.name == "remove_line_items" and now and not together:
                removing[action.return_id] = now
            if not together:
                account.happen(action, row)
        planned.append(Planned(action, outcome, state, row))
    return planned


def steps(planned: Iterable[Planned]) -> list[tuple[Action, ...]]:
    """The actions in order, each by itself, but for those that one request takes together.

    These are the planned removals from one return, and batches of line items of returns in
    one state: a batch takes no action before another one on the same return. What is not
    planned is a step, too: an action before it may turn out otherwise, and with it the verdict.
    """
    groups: list[list[Action]] = []
    removals: dict[str, list[Action]] = {}
    batches: dict[tuple[str, str | None], _Batch] = {}
    for one in planned:
        action = one.action
        own, place = str(action.return_id), (action.stream, one.state)
        size = kinds.of(action).batch if one.outcome.result == "planned" else 1
        if action.name == "remove_line_items" and one.outcome.result == "planned":
            group = removals.setdefault(own, [])
        elif size > 1:
            if place not in batches or not batches[place].takes(action, size):
                batches[place] = _Batch()
            group = batches[place].actions
        else:
            group = []
        if not group:
            groups.append(group)
        group.append(action)
        for batch in batches.values():
            if batch.actions is not group:
                batch.passed.add(own)
    return [tuple(group) for group in groups]


class _Batch:
    """Actions for one request, and the returns that actions after its first are about."""

    def __init__(self) -> None:
        self.actions: list[Action] = []
        self.passed: set[str] = set()

    def takes(self, action: Action, size: int) -> bool:
        """Whether an action may go with it."""
        items = {one.fields.get("line_item_id") for one in self.actions}
        return (
            len(self.actions) < size
            and str(action.return_id) not in self.passed
            and action.fields.get("line_item_id") not in items
        )


def show(planned: Collection[Planned], *, where: str) -> Iterator[str]:
    """The plan for a reader: a line for each action, then how many there are of a kind."""
    for one in list(planned)[:SHOWN]:
        yield one.told
    if len(planned) > SHOWN:
        yield f"… and {len(planned) - SHOWN} more; all of them are in {where}"
    counts = Counter((one.action.name, one.outcome.result) for one in planned)
    for (name, result), count in sorted(counts.items()):
        yield f"{count:,} x {name}: {'would be done' if result == 'planned' else result}"


def _want_permission(action: Action, allow: Collection[str]) -> None:
    if action.permission and action.permission not in allow:
        raise RuledOut("not_allowed", f"it cannot be undone; add '{action.permission}' to 'allow'")
