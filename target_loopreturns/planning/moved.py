"""What an action was planned on, and what of that is otherwise now. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from target_loopreturns import kinds
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.matching import holds
from target_loopreturns.kinds.present import Listed, Present, ReturnNow
from target_loopreturns.kinds.returns import PROCESSING

Met = Mapping[str, Any]
"""What an action meets, in JSON's terms; the names are those that are told."""

_SAID = ("state", "outcome", "total", "currency", "exists")
"""What may be told with its values: no personal data."""
_VOLATILE = ("updated_at",)


def planned_on(action: Action, present: Present) -> dict[str, Any]:
    """What Loop has of the thing that an action is about, before any action of the plan."""
    if action.return_id:
        now = present.returns.get(action.return_id)
        met: dict[str, Any] = {"exists": False} if now is None else _of_return(now)
    elif action.stream in present.lists:
        met = _of_list(action, present.lists[action.stream])
    elif "token" in action.fields:
        met = {"cart": present.carts.get(str(action.fields["token"]))}
    else:
        key = (action.stream, str(kinds.of(action).key(action)))
        met = {"thing": _lasting(present.things.get(key))}
    found: dict[str, Any] = json.loads(json.dumps(met, default=str))
    return found


def moved(before: Met, now: Met) -> str:
    """What is otherwise than it was, in words; empty if nothing is."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if not names:
        return ""
    return f"planned on {_told(before, names)}; now {_told(now, names)}"


def expected_state(before: Met, done: Iterable[Action]) -> set[str]:
    """States that a return may be in when some of the plan is done already."""
    state = str(before.get("state"))
    for action in done:
        present = Present(returns={str(action.return_id): ReturnNow(state)})
        kinds.of(action).happen(action, present, None, None)
        after = present.returns[str(action.return_id)]
        state = after.state if after else state
    return {"open", "review", "closed"} if state == PROCESSING else {state}


def _of_return(now: ReturnNow) -> dict[str, Any]:
    return {
        "state": now.state,
        "outcome": now.outcome,
        "total": now.total,
        "currency": now.currency,
        "line_items": sorted(now.line_items),
        "assessed": dict(now.assessed),
        "labels": len(now.labels),
    }


def _of_list(action: Action, rows: Iterable[Listed]) -> dict[str, Any]:
    fields = action.fields
    names = ("id",) if "id" in fields else ("type", "value", "secondary_value")
    wanted = fields if action.name == "create" else {n: fields[n] for n in names if n in fields}
    found = [row for row in rows if holds(row, wanted)]
    if action.name == "create":
        return {"exists": bool(found)}
    return {"exists": bool(found), "rows": [_lasting(row) for row in found]}


def _lasting(row: Listed | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {name: value for name, value in row.items() if name not in _VOLATILE}


def _told(met: Met, names: Iterable[str]) -> str:
    said = [f"{name} {met.get(name)}" if name in _SAID else f"other {name}" for name in names]
    return ", ".join(said)
