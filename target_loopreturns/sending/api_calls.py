"""Loop's answer to a change as an outcome. Pure.

Refusals and what success looks like are those of Loop's pages for each endpoint. A
refusal may come under HTTP 200 (return actions, carts), 400 (lists, links, labels), 403
and 422 (line items), 404, 409 (fraud reports, labels) or 422 (Laravel's validation).
Other statuses are not Loop's word on an action.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from loop_returns.endpoints import names_what_is_missing
from loop_returns.errors import LoopRefused
from loop_returns.http import envelopes
from loop_returns.http.exchange import Reply
from target_loopreturns import kinds
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.outcomes import Outcome
from target_loopreturns.kinds.kind import Change, made
from target_loopreturns.kinds.present import Listed

_MISSING, _CONFLICT = 404, 409
_REFUSING = (400, 403, _MISSING, _CONFLICT, 422)
"""Statuses under which Loop documents refusals of changes."""
_NO_ACCESS = re.compile(
    r"(unauthori[sz]ed|unauthenticated|forbidden|this action is unauthorized"
    r"|too many (attempts|requests))\W*",
    re.IGNORECASE,
)
"""Loop's or Laravel's words about the key, not about what was asked."""
_BROKEN = re.compile(r"(server error|service unavailable|unexpected.error)\W*", re.IGNORECASE)
"""Words about the server, which may have broken before the change or after it."""


def request(actions: Sequence[Action], row: Listed | None = None, version: str = "") -> Change:
    """The request for an action, or for several that go together (see `ActionKind.request`)."""
    return kinds.of(actions[0]).request(actions, row, version)


def own_id(action: Action, row: Listed | None) -> str | None:
    """Loop's id, or token, of what an action changes or deletes, where it is known."""
    return kinds.of(action).own_id(action, row)


def outcome(  # noqa: PLR0911  one for each kind of answer
    action: Action, reply: Reply
) -> Outcome | None:
    """What Loop's answer means; None where it does not say whether the change was made.

    failed: the answer is not Loop's word on this action (a page of a proxy's, trouble
    with the key or the server), and the change surely was not made.
    """
    status, body, kind = reply.status, reply.body, kinds.of(action)
    if action.name == "delete" and _is_gone(action, reply) and _is_refusal(action, reply):
        # gone, or never there, or is that address wrong? A look tells, where there is any
        gone = kind.is_gone(action)
        return Outcome("done", "Loop has none", status=status) if gone else None
    if _is_refusal(action, reply):
        said = envelopes.words(body)
        reason = said + kind.hint(action, said)
        return Outcome("refused", reason, _code(body) or f"HTTP_{status}", status)
    if _says(body, _BROKEN):
        return None
    if status >= 400 or _says(body, _NO_ACCESS):  # noqa: PLR2004
        said = "a page that is not Loop's" if body is None else envelopes.words(body)
        return Outcome("failed", f"not done: Loop's address answered {status}: {said}")
    if not kind.is_success(action, status, body):
        return None
    if kind.is_queued(action):
        return Outcome("queued", "Loop has queued it", status=status, target_id=made(body))
    return Outcome("done", status=status, target_id=made(body), answer=kind.answer(body))


def is_known_already(reply: Reply) -> bool:
    """Whether Loop refuses since it has the like: 409 to a second fraud report."""
    return reply.status == _CONFLICT


def _is_gone(action: Action, reply: Reply) -> bool:
    """Whether Loop answers that it has no such thing, in a status or in words."""
    said = LoopRefused("", status=reply.status, body=reply.body)
    if reply.status == _MISSING:
        return names_what_is_missing(reply.body)
    return kinds.of(action).endpoint.is_nothing(said)


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
    return kinds.of(action).refuses_in_message and "message" in body


def _says(body: object, words: re.Pattern[str]) -> bool:
    """Whether an error's message or code, in any of Loop's envelopes, is one of these words."""
    if not isinstance(body, Mapping):
        return False
    inner = body.get("error") or body.get("errors")
    told = [inner, body.get("message"), body.get("code")]
    if isinstance(inner, Mapping):
        told += [inner.get("message"), inner.get("code")]
    return any(isinstance(one, str) and words.fullmatch(one) for one in told)


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
