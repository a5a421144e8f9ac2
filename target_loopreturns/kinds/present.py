"""What Loop has now, as far as the actions are about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from loop_returns.errors import UnexpectedAnswer
from loop_returns.http import envelopes

Listed = Mapping[str, Any]
"""A row of Loop's, as Loop has it."""

_ASSESSED = ("condition", "disposition")


@dataclass(frozen=True, slots=True)
class ReturnNow:
    """A return, as the rules need to know it."""

    state: str
    outcome: str | None = None
    line_items: frozenset[str] = frozenset()
    assessed: Mapping[str, Listed] = field(default_factory=dict)
    """`condition` and `disposition` of the line items that have any, by the item's id."""
    labels: tuple[Listed, ...] = ()
    total: str | None = None
    """Of the return, in `currency`."""
    currency: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> ReturnNow:
        """From the list of returns, or from the details of one: there, ids are numbers.

        Raises:
            UnexpectedAnswer: its line items are not a list of objects.
        """
        items = row.get("line_items") or []
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise UnexpectedAnswer(
                f"A return of Loop's has line items that are {envelopes.shape(items)}, "
                "not a list of objects."
            )
        outcome, labels = row.get("outcome"), row.get("labels")
        return cls(
            str(row.get("state")),
            outcome if isinstance(outcome, str) else None,
            frozenset(str(item.get("line_item_id")) for item in items),
            {
                str(item.get("line_item_id")): {name: item.get(name) for name in _ASSESSED}
                for item in items
                if any(item.get(name) for name in _ASSESSED)
            },
            tuple(one for one in labels if isinstance(one, dict) and one)
            if isinstance(labels, list)
            else (),
            _amount(row.get("total")),
            str(row["currency"]) if row.get("currency") else None,
        )


def _amount(given: object) -> str | None:
    """An amount in one form: the list of returns and a return's details may write it otherwise."""
    try:
        return f"{Decimal(str(given)):.2f}"
    except (InvalidOperation, ValueError):
        return None


@dataclass(slots=True)
class Present:
    """What Loop has now. Returns, carts and things that it has not are None."""

    returns: dict[str, ReturnNow | None] = field(default_factory=dict)
    lists: dict[str, list[Listed]] = field(default_factory=dict)
    carts: dict[str, list[int] | None] = field(default_factory=dict)
    things: dict[tuple[str, str], Listed | None] = field(default_factory=dict)
    """What is read one by one, by its kind and key (see `ActionKind.key`)."""
    version: str = ""
    """Of Loop's API, as it was asked."""

    def assess(self, return_id: str, line_item: str, kept: Listed) -> None:
        """A line item is graded, or its disposition is told."""
        if now := self.returns.get(return_id):
            assessed = {**now.assessed, line_item: kept}
            self.returns[return_id] = replace(now, assessed=assessed)

    def copy(self) -> Present:
        """The same, to be thought further without this one."""
        return Present(
            dict(self.returns),
            dict(self.lists),
            dict(self.carts),
            dict(self.things),
            self.version,
        )
