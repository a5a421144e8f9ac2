"""Loop's rules on what may be done to what, known before Loop is asked. Pure.

From Loop's pages on the return actions: closed, cancelled and expired are the
end of a return; a return in review is flagged, and is processed only where the
shop's setting "Allow flagged returns to process" is on; only an open return can
be flagged or cancelled; line items leave a return only for a refund or credit,
all in one call, which closes the return. Loop has the last word all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from target_loopreturns.actions.action import Action
from target_loopreturns.planning.account_now import Listed, Present, ReturnNow
from target_loopreturns.planning.matching import holds, merged

_ENDED = ("closed", "cancelled", "expired")
_PROCESSING = "processing"
"""What a return counts as between Loop's queue and its end; not one of Loop's five states."""

_AFTER = {
    "process": _PROCESSING,
    "cancel": "cancelled",
    "flag": "review",
    "close": "closed",
    "remove_line_items": "closed",
}
_TRIGGERS = {
    "return": ("return.created", "return.updated", "return.closed"),
    "return.processing": ("return.processing.failed",),
    "label": ("label.created", "label.updated"),
    "restock": ("restock.requested",),
    "label.request": ("label.request.issued", "label.request.cancelled"),
    "giftcard": ("giftcard.requested",),
    "happy.returns.shipment": ("shipment.processed",),
}


class Refused(Exception):  # noqa: N818  an outcome, not an error
    """A rule says no: its short name, and why in words."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class NothingToDo(Exception):  # noqa: N818  likewise
    """Loop is already as the action wants it."""


@dataclass(slots=True)
class ExpectedAccount:
    """The account as it will be, action after action: what one does, the next one meets."""

    present: Present
    process_flagged: bool = False

    def judge(self, action: Action) -> Listed | None:
        """Whether Loop would do an action; gives the row that an update or deletion is about.

        Raises:
            Refused: it would not.
            NothingToDo: it is so already.
        """
        if action.stream == "return_actions":
            self._judge_return(action)
        elif action.stream == "fraud_reports":
            self._return(action)
        elif action.stream == "carts":
            self._judge_cart(action)
        else:
            return self._judge_row(action)
        return None

    def copy(self) -> ExpectedAccount:
        """The same account, to be thought further without this one."""
        present = self.present
        same = Present(dict(present.returns), dict(present.lists), dict(present.carts))
        return ExpectedAccount(same, self.process_flagged)

    def happen(self, action: Action, row: Listed | None, made: str | None = None) -> None:
        """An action is carried out: the next one meets what it leaves.

        Args:
            action: What is done.
            row: The row of a list that it changes or deletes.
            made: Loop's id of the row that it makes, where that is known.
        """
        if action.stream == "return_actions" and action.name in _AFTER:
            now = self._return(action)
            after = ReturnNow(_AFTER[action.name], now.outcome, now.line_items)
            self.present.returns[str(action.return_id)] = after
        elif action.stream in self.present.lists:
            rows = [one for one in self.present.lists[action.stream] if one is not row]
            if action.name != "delete":
                own = {"id": made} if made and row is None else {}
                rows.append(merged(row or own, action.fields))
            self.present.lists[action.stream] = rows
        elif action.stream == "carts" and "token" in action.fields:
            cart = action.fields.get("cart")
            self.present.carts[action.fields["token"]] = cart

    def expect_processing(self, return_id: str) -> None:
        """Loop has a return in its queue, from an earlier run."""
        now = self.present.returns.get(return_id)
        if now and now.state not in _ENDED:
            in_queue = ReturnNow(_PROCESSING, now.outcome, now.line_items)
            self.present.returns[return_id] = in_queue

    def _return(self, action: Action) -> ReturnNow:
        now = self.present.returns.get(str(action.return_id))
        if now is None:
            raise Refused("return_not_found", "Loop has no return with this id")
        return now

    def _judge_return(self, action: Action) -> None:
        now = self._return(action)
        state, name = now.state, action.name
        if name == "note":
            return
        if state == _PROCESSING:
            raise Refused("processing", "the return is being processed, by an action before this")
        if state in _ENDED:
            raise Refused("ended", f"the return is {state}; Loop does nothing more to it")
        if state not in {"open", "review"}:
            raise Refused("unknown_state", f"the return is in a state not known here, '{state}'")
        if state == "review":
            self._judge_flagged(name)
        if name == "remove_line_items":
            judge_removal(action, now)

    def _judge_flagged(self, name: str) -> None:
        if name in {"flag", "cancel"}:
            raise Refused("flagged", f"the return is in review; Loop will not {name} it")
        if name != "close" and not self.process_flagged:
            raise Refused(
                "flagged",
                "the return is in review; set 'process_flagged' if the shop allows flagged "
                "returns to process",
            )

    def _judge_cart(self, action: Action) -> None:
        if action.name == "create":
            return
        cart = self.present.carts.get(action.fields["token"])
        if cart is None:
            if action.name == "delete":
                raise NothingToDo("there is no cart with this token")
            raise Refused("cart_not_found", "Loop has no cart with this token")
        if action.name == "update" and cart == action.fields["cart"]:
            raise NothingToDo("the cart holds these variants already")

    def _judge_row(self, action: Action) -> Listed | None:
        rows = self.present.lists[action.stream]
        fields = action.fields
        if action.stream == "webhooks":
            _judge_trigger(fields)
        if action.name == "create":
            if any(holds(row, fields) for row in rows):
                raise NothingToDo("Loop has it already")
            return None
        keys = ("id",) if "id" in fields else ("type", "value", "secondary_value")
        wanted = {name: fields[name] for name in keys if name in fields}
        found = [row for row in rows if holds(row, wanted)]
        if len(found) > 1:
            raise Refused("ambiguous", f"{len(found)} entries match; name one by its id")
        if not found and action.name == "delete":
            raise NothingToDo("Loop has it no longer, or never had")
        if not found:
            raise Refused("not_found", "Loop has none with this id")
        if action.name == "update" and holds(found[0], fields):
            raise NothingToDo("it is so already")
        return found[0]


def judge_removal(action: Action, now: ReturnNow) -> None:
    """Only a refund or a credit can be taken back from a return (page "Remove line items").

    Raises:
        Refused: its outcome is another, or it has no such line items.
    """
    parts = (now.outcome or "").split("+")
    if {"exchange", "upsell"} & set(parts):
        raise Refused(
            "outcome",
            f"the return's outcome is {now.outcome}; only refunds and credits can be removed",
        )
    missing = [one for one in action.fields["line_item_ids"] if one not in now.line_items]
    if missing:
        raise Refused("line_items", f"the return has no line item {', '.join(missing)}")


def _judge_trigger(fields: Mapping[str, Any]) -> None:
    """Loop sends empty events where a trigger is not of its topic (page "Webhooks")."""
    triggers = _TRIGGERS.get(fields.get("topic", ""))
    if triggers and fields.get("trigger", triggers[0]) not in triggers:
        raise Refused(
            "trigger", f"the topic {fields['topic']} has the triggers {', '.join(triggers)}"
        )
