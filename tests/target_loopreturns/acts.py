"""Actions, and accounts of one return, for tests that need no network."""

from __future__ import annotations

from typing import Any

from target_loopreturns.actions.action import Action, read_action
from target_loopreturns.kinds.present import Present, ReturnNow
from target_loopreturns.planning import plan
from target_loopreturns.planning.plan import Planned
from target_loopreturns.planning.rules import ExpectedAccount

STATES = ("open", "review", "closed", "cancelled", "expired")
EVERY = ("process", "remove_line_items", "delete")
ITEMS = frozenset({"1", "2", "3"})


def act(stream: str = "return_actions", line: int = 1, **row: Any) -> Action:
    if stream == "return_actions":
        row = {"return_id": "7"} | row
    return read_action(stream, row, line)


def judged(present: Present, *rows: Action, flagged: bool = False) -> list[Planned]:
    return plan.plan(rows, ExpectedAccount(present, flagged), EVERY)


def one(state: str, outcome: str | None = "refund") -> Present:
    return Present(returns={"7": ReturnNow(state, outcome, ITEMS)})
