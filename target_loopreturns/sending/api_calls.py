"""An action as Loop's API wants it, and Loop's answer as an outcome. Pure.

Paths, bodies, refusals and what success looks like are those of Loop's pages for
each endpoint. A refusal may come under HTTP 200 (return actions, carts), 400
(lists), 403 and 422 (line items), 404, 409 (fraud reports) or 422 (Laravel's
validation). Other statuses are not Loop's word on an action.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from loop_returns.endpoints import names_what_is_missing
from loop_returns.errors import LoopRefused
from loop_returns.http import envelopes
from loop_returns.http.client import Reply
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.kinds import KINDS
from target_loopreturns.actions.outcomes import Outcome
from target_loopreturns.planning.matching import merged

_VERBS = {"remove_line_items": "remove"}
_MISSING, _CONFLICT, _EMPTY = 404, 409, 204
_FORBIDDEN = 403
_REFUSING = (400, _FORBIDDEN, _MISSING, _CONFLICT, 422)
"""Statuses under which Loop documents refusals of changes."""
_NO_ACCESS = re.compile(
    r"(unauthori[sz]ed|unauthenticated|forbidden|this action is unauthorized"
    r"|too many (attempts|requests))\W*",
    re.IGNORECASE,
)
"""Loop's or Laravel's words about the key, not about what was asked."""
_BROKEN = re.compile(r"(server error|service unavailable|unexpected.error)\W*", re.IGNORECASE)
"""Words about the server, which may have broken before the change or after it."""
_WHOLE = ("name", "type", "address", "enabled", "topic", "trigger", "url", "status")
"""Fields of destinations and webhooks that Loop's PUT takes, and wants all of."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it is asked of Loop; the path is below `/api/{version}`."""

    method: str
    path: str
    scope: str
    params: Mapping[str, str] | None = None
    body: Mapping[str, Any] | None = None
    forbids: bool = False
    """Whether Loop documents 403 as its word on such a change."""


def request(  # noqa: PLR0911  one for each kind
    actions: Sequence[Action], present: Mapping[str, Any] | None = None
) -> Change:
    """The request for an action, or for several removals of line items from one return.

    Args:
        actions: One, or removals from one return.
        present: The row that is changed or deleted, as Loop has it now.

    Raises:
        ValueError: a row is to be changed or deleted, and its id is not given.
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
            params = {"line_item_id": ",".join(ids)}
            return Change("POST", path, scope, params=params, forbids=True)
        body = fields.get("details") if action.name == "process" else None
        if action.name == "note":
            body = {"content": fields["content"]}
        return Change("POST", path, scope, body=body)
    if action.stream == "fraud_reports":
        path = endpoint.at(id=str(fields.pop("return_id")))
        return Change("POST", path, scope, body=fields)
    own = own_id(action, present)
    fields.pop("token", None), fields.pop("id", None)
    if action.name == "create":
        return Change("POST", endpoint.path, scope, body=fields)
    if own is None:
        raise ValueError(f"{action.subject}: it is not known which row this is about")
    path = f"{endpoint.path}/{quote(own, safe='')}"
    if action.name == "delete":
        return Change("DELETE", path, scope)
    if action.stream == "carts":
        return Change("POST", path, scope, body=fields)
    body = {name: value for name, value in (present or {}).items() if name in _WHOLE}
    return Change("PUT", path, scope, body=merged(body, fields))


def own_id(action: Action, present: Mapping[str, Any] | None) -> str | None:
    """Loop's id, or token, of what an action changes or deletes, where it is known."""
    if action.name == "create" or action.return_id:
        return None
    own = action.fields.get("token") or action.fields.get("id") or (present or {}).get("id")
    return None if own is None else str(own)


def outcome(  # noqa: PLR0911  one for each kind of answer
    action: Action, reply: Reply
) -> Outcome | None:
    """What Loop's answer means; None where it does not say whether the change was made.

    failed: the answer is not Loop's word on this action (a page of a proxy's, trouble
    with the key or the server), and the change surely was not made.
    """
    status, body = reply.status, reply.body
    if action.name == "delete" and _is_gone(action, reply) and _is_refusal(action, reply):
        return None  # gone, or never there, or is that address wrong? A look tells
    if _is_refusal(action, reply):
        return Outcome("refused", envelopes.words(body), _code(body) or f"HTTP_{status}", status)
    if _says(body, _BROKEN):
        return None
    if status >= 400 or _says(body, _NO_ACCESS):  # noqa: PLR2004
        said = "a page that is not Loop's" if body is None else envelopes.words(body)
        return Outcome("failed", f"not done: Loop's address answered {status}: {said}")
    if not _is_success(action, status, body):
        return None
    if action.name == "process":
        return Outcome("queued", "Loop has queued it", status=status)
    return Outcome("done", status=status, target_id=_made(body))


def is_known_already(reply: Reply) -> bool:
    """Whether Loop refuses since it has the like: 409 to a second fraud report."""
    return reply.status == _CONFLICT


def _is_gone(action: Action, reply: Reply) -> bool:
    """Whether Loop answers that it has no such thing, in a status or in words."""
    said = LoopRefused("", status=reply.status, body=reply.body)
    if reply.status == _MISSING:
        return names_what_is_missing(reply.body)
    return KINDS[action.stream].is_nothing(said)


def _is_refusal(action: Action, reply: Reply) -> bool:
    """Whether Loop refuses this action: under a status for that, or in words under another."""
    body = reply.body
    if body is None or _says(body, _NO_ACCESS) or _says(body, _BROKEN):
        return False
    if reply.status == _MISSING:
        return names_what_is_missing(body)
    if reply.status >= 400:  # noqa: PLR2004
        return reply.status in _REFUSING
    if not isinstance(body, Mapping):
        return False
    if body.get("error") or body.get("errors") or body.get("updated") is False:
        return True
    return action.stream == "return_actions" and "message" in body


def _says(body: object, words: re.Pattern[str]) -> bool:
    """Whether an error's message or code, in any of Loop's envelopes, is one of these words."""
    if not isinstance(body, Mapping):
        return False
    inner = body.get("error") or body.get("errors")
    told = [inner, body.get("message"), body.get("code")]
    if isinstance(inner, Mapping):
        told += [inner.get("message"), inner.get("code")]
    return any(isinstance(one, str) and words.fullmatch(one) for one in told)


def _is_success(action: Action, status: int, body: object) -> bool:
    """Whether an answer has the form that Loop documents for this change when it is made."""
    if action.stream == "return_actions":
        return body is True
    if action.name == "create":
        return _made(body) is not None
    if action.name == "delete":
        # allowlist, webhooks: 204; blocklist, carts: true; destinations: the word Success
        return status == _EMPTY or body is True or body == "Success"
    if action.stream == "carts":
        return isinstance(body, Mapping) and body.get("updated") is True
    # webhooks: 204; destinations: the row
    return status == _EMPTY or _made(body) == str(action.fields["id"])


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


def _made(body: object) -> str | None:
    """The id, or token, of what was made, bare or wrapped."""
    if not isinstance(body, Mapping):
        return None
    found = body.get("id") or body.get("token")
    if found is None and len(body) == 1 and not body.keys() & {"id", "token"}:
        return _made(next(iter(body.values())))
    return str(found) if isinstance(found, (str, int)) and found else None
