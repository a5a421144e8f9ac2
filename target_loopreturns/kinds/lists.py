"""Rows of lists that Loop shows whole: allowlist, blocklist, destinations, webhooks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.kind import (
    EMPTY,
    ActionKind,
    Change,
    Clues,
    Finding,
    NothingToDo,
    RuledOut,
    made,
)
from target_loopreturns.kinds.matching import created, holds, like, merged
from target_loopreturns.kinds.present import Listed, Present

_WHOLE = ("name", "type", "address", "enabled", "topic", "trigger", "url", "status")
"""Fields of destinations and webhooks that Loop's PUT takes, and wants all of."""
_TRIGGERS = {
    "return": ("return.created", "return.updated", "return.closed"),
    "return.processing": ("return.processing.failed",),
    "label": ("label.created", "label.updated"),
    "restock": ("restock.requested",),
    "label.request": ("label.request.issued", "label.request.cancelled"),
    "giftcard": ("giftcard.requested",),
    "happy.returns.shipment": ("shipment.processed",),
}


class ListedRows(ActionKind):
    """Rows that are created, updated and deleted by Loop's id of them."""

    is_listed = True

    def judge(self, action: Action, present: Present, *, process_flagged: bool) -> Listed | None:
        del process_flagged
        rows, fields = present.lists[action.stream], action.fields
        _judge_trigger(fields)
        if action.name == "create":
            if any(holds(row, fields) for row in rows):
                raise NothingToDo("Loop has it already")
            return None
        keys = ("id",) if "id" in fields else ("type", "value", "secondary_value")
        wanted = {name: fields[name] for name in keys if name in fields}
        found = [row for row in rows if holds(row, wanted)]
        if len(found) > 1:
            raise RuledOut("ambiguous", f"{len(found)} entries match; name one by its id")
        if not found and action.name == "delete":
            raise NothingToDo("Loop has it no longer, or never had")
        if not found:
            raise RuledOut("not_found", "Loop has none with this id")
        if action.name == "update" and holds(found[0], fields):
            raise NothingToDo("it is so already")
        return found[0]

    def happen(
        self, action: Action, present: Present, row: Listed | None, made: str | None
    ) -> None:
        rows = [one for one in present.lists[action.stream] if one is not row]
        if action.name != "delete":
            own = {"id": made} if made and row is None else {}
            rows.append(merged(row or own, action.fields))
        present.lists[action.stream] = rows

    def own_id(self, action: Action, row: Listed | None) -> str | None:
        if action.name == "create":
            return None
        own = action.fields.get("id") or (row or {}).get("id")
        return None if own is None else str(own)

    def request(self, actions: Sequence[Action], row: Listed | None, version: str) -> Change:
        del version
        (action,) = actions
        scope, own = self.endpoint.changes, self.own_id(action, row)
        fields = {name: value for name, value in action.fields.items() if name != "id"}
        if action.name == "create":
            return Change("POST", self.endpoint.path, scope, body=fields)
        if own is None:
            raise ValueError(f"{action.subject}: it is not known which row this is about")
        path = f"{self.endpoint.path}/{quote(own, safe='')}"
        if action.name == "delete":
            return Change("DELETE", path, scope)
        body = {name: value for name, value in (row or {}).items() if name in _WHOLE}
        return Change("PUT", path, scope, body=merged(body, fields))

    def like(self, action: Action, present: Present) -> frozenset[str] | None:
        if action.name != "create":
            return None
        return like(present.lists[action.stream], action.fields)

    def is_success(self, action: Action, status: int, body: object) -> bool:
        if action.name == "create":
            return made(body) is not None
        if action.name == "delete":
            # allowlist, webhooks: 204; blocklist: true; destinations: the word Success
            return status == EMPTY or body is True or body == "Success"
        # webhooks: 204; destinations: the row
        return status == EMPTY or made(body) == str(action.fields["id"])

    def was_made(
        self, action: Action, present: Present, clues: Clues, notes: Collection[Listed]
    ) -> Finding:
        del notes
        rows = present.lists[action.stream]
        if action.name == "create":
            found = created(rows, action.fields, clues.before, clues.claimed)
            return Finding(found is not None, found)
        if action.name == "delete" and clues.target_id:
            return Finding(clues.target_id not in {str(row.get("id")) for row in rows})
        return Finding(self.is_so(action, present))


def _judge_trigger(fields: Mapping[str, Any]) -> None:
    """Loop sends empty events where a trigger is not of its topic (page "Webhooks")."""
    triggers = _TRIGGERS.get(fields.get("topic", ""))
    if triggers and fields.get("trigger", triggers[0]) not in triggers:
        raise RuledOut(
            "trigger", f"the topic {fields['topic']} has the triggers {', '.join(triggers)}"
        )
