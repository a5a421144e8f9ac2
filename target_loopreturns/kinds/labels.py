"""Labels: of returns, which Loop makes in its own time, and those that providers of labels hand in.

From the pages "Generate label", "Create label", "Update label status" and "Create label
request error". The last three are for providers; Loop's page on authentication names
OAuth for them, their own pages a key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from loop_returns.endpoints import LABEL_REQUEST
from loop_returns.errors import UnexpectedAnswer
from loop_returns.http import envelopes
from loop_returns.http.client import Client
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.kind import (
    EMPTY,
    ActionKind,
    Change,
    Clues,
    Finding,
    NothingToDo,
    ReadOneByOne,
    RuledOut,
    made,
    the_return,
)
from target_loopreturns.kinds.matching import holds
from target_loopreturns.kinds.present import Listed, Present

CAUTION = (
    "Loop's pages name OAuth for what providers of labels do: a plain key may not be allowed "
    "to, whatever its scopes"
)
_ACCEPTED = 202
_TOLD = ("url", "carrier", "tracking_number")


class GeneratedLabels(ActionKind):
    """A label for a return: queued by Loop (202), and then found in the return's details."""

    def judge(self, action: Action, present: Present, *, process_flagged: bool) -> Listed | None:
        del process_flagged
        if the_return(action, present).labels:
            raise NothingToDo("the return has a label already")
        return None

    def happen(
        self, action: Action, present: Present, row: Listed | None, made: str | None
    ) -> None:
        del row, made
        now = the_return(action, present)
        present.returns[str(action.return_id)] = replace(now, labels=({"status": "queued"},))

    def request(self, actions: Sequence[Action], row: Listed | None, version: str) -> Change:
        del row, version
        path = self.endpoint.at(id=str(actions[0].return_id))
        return Change("POST", path, self.endpoint.changes)

    def is_success(self, action: Action, status: int, body: object) -> bool:
        del action
        return status == _ACCEPTED and isinstance(body, Mapping) and "message" in body

    def is_queued(self, action: Action) -> bool:
        del action
        return True

    def was_made(
        self, action: Action, present: Present, clues: Clues, notes: Collection[Listed]
    ) -> Finding:
        del notes
        now = present.returns.get(str(action.return_id))
        if now is None:
            return Finding(None)
        if not now.labels:
            return Finding(False if clues.overdue else None)
        label = now.labels[-1]
        told = {name: label[name] for name in _TOLD if label.get(name)}
        number = label.get("tracking_number")
        return Finding(True, str(number) if number else None, told)


class ProviderLabels(ReadOneByOne):
    """Labels that answer a label request, and their status; Loop shows none of them again.

    Whether a request has its label is told by its status.
    """

    caution = CAUTION

    def key(self, action: Action) -> str | None:
        return action.fields.get("label_request_id")

    def read(self, client: Client, action: Action) -> Listed | None:
        return read_request(client, action)

    def judge(self, action: Action, present: Present, *, process_flagged: bool) -> Listed | None:
        del process_flagged
        if action.name == "update":
            return None
        status = _wanted(action, self.thing(action, present)).get("status")
        if status in {"fulfilled", "cancelled"}:
            raise RuledOut("label_request", f"the label request is {status}; it takes no label")
        return None

    def happen(
        self, action: Action, present: Present, row: Listed | None, made: str | None
    ) -> None:
        del row, made
        if action.name == "create":
            thing = self.thing(action, present) or {}
            present.things[action.stream, str(self.key(action))] = {**thing, "status": "fulfilled"}

    def own_id(self, action: Action, row: Listed | None) -> str | None:
        del row
        return action.fields.get("id")

    def request(self, actions: Sequence[Action], row: Listed | None, version: str) -> Change:
        del row, version
        (action,) = actions
        path, scope = self.endpoint.path, self.endpoint.changes
        if action.name == "update":
            body: dict[str, Any] = {"status": action.fields["status"]}
            return Change("PUT", f"{path}/{action.fields['id']}", scope, body=body)
        own = action.fields["label_request_id"]
        # A number in the OpenAPI file, a UUID in webhooks.
        body = {**action.fields, "label_request_id": int(own) if own.isdecimal() else own}
        return Change("POST", path, scope, body=body)

    def is_success(self, action: Action, status: int, body: object) -> bool:
        if action.name == "create":
            return made(body) is not None
        # The page shows no body.
        return status == EMPTY or body is None or made(body) == action.fields["id"]

    def can_tell(self, action: Action) -> bool:
        return action.name == "create"

    def was_made(
        self, action: Action, present: Present, clues: Clues, notes: Collection[Listed]
    ) -> Finding:
        del clues, notes
        if action.name == "update":
            return Finding(made=False)  # the same status may be set again, later
        thing = self.thing(action, present)
        return Finding(None if thing is None else thing.get("status") == "fulfilled")


class LabelRequestErrors(ReadOneByOne):
    """Why a provider cannot make a label; they stand in the label request."""

    caution = CAUTION

    def key(self, action: Action) -> str | None:
        return str(action.fields["label_request_id"])

    def read(self, client: Client, action: Action) -> Listed | None:
        return read_request(client, action)

    def judge(self, action: Action, present: Present, *, process_flagged: bool) -> Listed | None:
        del process_flagged
        told = _wanted(action, self.thing(action, present)).get("errors") or []
        if any(isinstance(one, Mapping) and holds(one, _error(action)) for one in told):
            raise NothingToDo("Loop has it already")
        return None

    def happen(
        self, action: Action, present: Present, row: Listed | None, made: str | None
    ) -> None:
        del row, made
        thing = self.thing(action, present) or {}
        errors = [*(thing.get("errors") or []), _error(action)]
        present.things[action.stream, str(self.key(action))] = {**thing, "errors": errors}

    def request(self, actions: Sequence[Action], row: Listed | None, version: str) -> Change:
        del row, version
        (action,) = actions
        path = self.endpoint.at(id=action.fields["label_request_id"])
        return Change("POST", path, self.endpoint.changes, body=_error(action))

    def is_success(self, action: Action, status: int, body: object) -> bool:
        del status
        return isinstance(body, Mapping) and body.get("reason") == action.fields["reason"]


def read_request(client: Client, action: Action) -> Listed | None:
    """A label request as Loop has it now."""
    where = {"id": str(action.fields["label_request_id"])}
    document = LABEL_REQUEST.read(client, None, **where)
    if document is not None and not isinstance(document, dict):
        raise UnexpectedAnswer(
            f"GET {LABEL_REQUEST.at(**where)}: expected an object, got {envelopes.shape(document)}."
        )
    return document


def _wanted(action: Action, thing: Listed | None) -> Listed:
    del action
    if thing is None:
        raise RuledOut("not_found", "Loop has no label request with this id")
    return thing


def _error(action: Action) -> dict[str, Any]:
    return {name: action.fields[name] for name in ("reason", "message") if name in action.fields}
