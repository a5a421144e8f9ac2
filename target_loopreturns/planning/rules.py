"""The account as it will be, action after action: Loop's rules are asked of each kind. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from target_loopreturns import kinds
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.present import Listed, Present
from target_loopreturns.kinds.returns import ENDED, PROCESSING


@dataclass(slots=True)
class ExpectedAccount:
    """The account as it will be, action after action: what one does, the next one meets."""

    present: Present
    process_flagged: bool = False

    def judge(self, action: Action) -> Listed | None:
        """Whether Loop would do an action; gives the row that an update or deletion is about.

        Raises:
            RuledOut: it would not.
            NothingToDo: it is so already.
        """
        return kinds.of(action).judge(action, self.present, process_flagged=self.process_flagged)

    def copy(self) -> ExpectedAccount:
        """The same account, to be thought further without this one."""
        return ExpectedAccount(self.present.copy(), self.process_flagged)

    def about(self, actions: Iterable[Action]) -> ExpectedAccount:
        """The same account with no other returns, carts and things than these actions name.

        A copy of a large account for each action costs more than all else that is done here.
        """
        actions = list(actions)
        now = self.present
        returns = {str(one.return_id) for one in actions} & now.returns.keys()
        tokens = {str(one.fields.get("token")) for one in actions} & now.carts.keys()
        things = {(one.stream, str(kinds.of(one).key(one))) for one in actions} & now.things.keys()
        few = replace(
            now,
            returns={one: now.returns[one] for one in returns},
            carts={one: now.carts[one] for one in tokens},
            things={one: now.things[one] for one in things},
        )
        return ExpectedAccount(few, self.process_flagged)

    def happen(self, action: Action, row: Listed | None, made: str | None = None) -> None:
        """An action is carried out: the next one meets what it leaves.

        Args:
            action: What is done.
            row: The row of a list that it changes or deletes.
            made: Loop's id of the row that it makes, where that is known.
        """
        kinds.of(action).happen(action, self.present, row, made)

    def expect_processing(self, return_id: str) -> None:
        """Loop has a return in its queue, from an earlier run."""
        now = self.present.returns.get(return_id)
        if now and now.state not in ENDED:
            self.present.returns[return_id] = replace(now, state=PROCESSING)
