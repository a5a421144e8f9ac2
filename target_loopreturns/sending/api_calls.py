"""An action as Loop's API wants it, and Loop's answer as an outcome. Pure.

Paths, bodies and refusals are those of Loop's pages for each endpoint. A refusal
may come under HTTP 200 (return actions, carts), 400 (lists), 403 and 422 (line
items), 404, 409 (fraud reports) or 422 (Laravel's validation).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loop_returns.http import envelopes
from loop_returns.http.client import Reply
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.kinds import KINDS
from target_loopreturns.actions.outcomes import Outcome

_VERBS = {"remove_line_items": "remove"}
_MISSING, _CONFLICT = 404, 409


@dataclass(frozen=True, slots=True)
class Request:
    """One change to ask Loop for."""

    method: str
    path: str
    scope: str
    params: Mapping[str, str] | None = None
    body: Mapping[str, Any] | None = None


def request(  # noqa: PLR0911  one for each kind
    actions: Sequence[Action], present: Mapping[str, Any] | None = None
) -> Request:
    """The request for an action, or for several removals of line items from one return.

    `present` is the row that an update changes: Loop's PUT wants all of it.
    """
    action = actions[0]
    endpoint = KINDS[action.stream]
    scope = endpoint.changes
    fields = dict(action.fields)
    if action.stream == "return_actions":
        verb = _VERBS.get(action.name, action.name)
        path = endpoint.at(id=str(action.return_id), action=verb)
        if action.name == "remove_line_items":
            # All in one call: the first call closes the return.
            ids = sorted({one for each in actions for one in each.fields["line_item_ids"]}, key=int)
            return Request("POST", path, scope, params={"line_item_id": ",".join(ids)})
        body = fields.get("details") if action.name == "process" else None
        if action.name == "note":
            body = {"content": fields["content"]}
        return Request("POST", path, scope, body=body)
    if action.stream == "fraud_reports":
        path = endpoint.at(id=str(fields.pop("return_id")))
        return Request("POST", path, scope, body=fields)
    path = endpoint.path
    own = fields.pop("token", None) or fields.pop("id", None) or (present or {}).get("id")
    if action.name == "create":
        return Request("POST", path, scope, body=fields)
    if action.name == "delete":
        return Request("DELETE", f"{path}/{own}", scope)
    if action.stream == "carts":
        return Request("POST", f"{path}/{own}", scope, body=fields)
    whole = ("name", "type", "address", "enabled", "topic", "trigger", "url", "status")
    body = {name: value for name, value in (present or {}).items() if name in whole} | fields
    if "address" in fields and present:
        body["address"] = {**(present.get("address") or {}), **fields["address"]}
    return Request("PUT", f"{path}/{own}", scope, body=body)


def outcome(action: Action, reply: Reply) -> Outcome | None:  # noqa: PLR0911  likewise
    """What Loop's answer means; None where it does not say whether the change was made."""
    status, body = reply.status, reply.body
    if status == _MISSING and action.name == "delete":
        return Outcome("done", "Loop has it no longer", status=status)
    made = status < 300 and not _is_refusal(action, body)  # noqa: PLR2004
    if not made:
        return Outcome("refused", envelopes.words(body), _code(body) or f"HTTP_{status}", status)
    if action.stream == "return_actions":
        if body is not True:
            return None
        if action.name == "process":
            return Outcome("queued", "Loop has queued it", status=status)
        return Outcome("done", status=status)
    if action.name == "create" and _own_id(body) is None:
        return None
    return Outcome("done", status=status, target_id=_own_id(body))


def is_known_already(reply: Reply) -> bool:
    """Whether Loop refuses since it has the like: 409 to a second fraud report."""
    return reply.status == _CONFLICT


def _is_refusal(action: Action, body: object) -> bool:
    """An error under HTTP 200; refused return actions may have a message alone."""
    if not isinstance(body, Mapping):
        return False
    if body.get("error") or body.get("errors") or body.get("updated") is False:
        return True
    return action.stream == "return_actions" and "message" in body


def _code(body: object) -> str:
    """Loop's error code, such as UNPROCESSABLE_RETURN, wherever the envelope has it."""
    if isinstance(body, list):
        body = body[0] if body else None
    if isinstance(body, str):
        # The lists answer {"errors": ["code"]}.
        return body if body.isupper() and " " not in body else ""
    if not isinstance(body, Mapping):
        return ""
    code = body.get("code")
    if isinstance(code, str) and not code.isdecimal():
        return code
    return _code(body.get("errors") or body.get("error"))


def _own_id(body: object) -> str | None:
    """The id, or token, of what was made, bare or wrapped."""
    if not isinstance(body, Mapping):
        return None
    found = body.get("id") or body.get("token")
    if found is None and len(body) == 1:
        return _own_id(next(iter(body.values())))
    return str(found) if found is not None else None
