"""A plan that is saved, to be looked at and approved: JSON lines, and a table for a reader.

The first line says what the plan is of, each further one is an action. Its digest is
that of the file, as `sha256sum` tells it. The schema of the lines is `plan_lines.json`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from loop_returns import times
from loop_returns.errors import InputRefused, SettingsError
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.outcomes import Outcome
from target_loopreturns.planning.plan import Planned

VERSION = 1
_HEADS = ("rows", "returns", "amount", "action", "verdict")


@dataclass(frozen=True, slots=True)
class Approved:
    """A plan as it was saved."""

    digest: str
    actions: list[Action]
    verdicts: Mapping[tuple[str, str], Outcome]
    """What was planned for each, by its key."""
    met: Mapping[tuple[str, str], Mapping[str, Any]]
    """What each was planned on (see `moved.planned_on`)."""
    made_at: str = ""
    state: str | None = None
    """The STATE of the input, as it came."""


@dataclass(slots=True)
class _Group:
    rows: int = 0
    returns: set[str] = field(default_factory=set)
    amounts: dict[str, Decimal] = field(default_factory=dict)


def lines(
    planned: Collection[Planned], *, account: str, state: str | None = None
) -> Iterator[dict[str, Any]]:
    """The plan's lines; `account` is the digest that tells accounts apart."""
    made_at = times.spell(datetime.now(UTC).replace(microsecond=0))
    head = {"plan": VERSION, "made_at": made_at, "account": account}
    yield {**head, "actions": len(planned), "state": state}
    for one in planned:
        action, outcome = one.action, one.outcome
        yield {
            "stream": action.stream,
            "action_id": action.id,
            "action": action.name,
            "line": action.line,
            "return_id": action.return_id,
            "verdict": outcome.result,
            "reason": outcome.reason or None,
            "code": outcome.code or None,
            "planned_on": dict(one.met),
            "row": dict(action.fields),
        }


def save(path: str, planned: Collection[Planned], *, account: str, state: str | None) -> str:
    """Save a plan, and beside it, as `.txt`, its table; gives the plan's digest.

    Both are for their owner alone, since the plan holds what the rows said.

    Raises:
        SettingsError: they cannot be written.
    """
    made = [json.dumps(line, default=str) for line in lines(planned, account=account, state=state)]
    content = "".join(f"{line}\n" for line in made).encode()
    try:
        _write(path, content)
        _write(f"{path}.txt", "".join(f"{line}\n" for line in table(planned)).encode())
    except OSError as error:
        raise SettingsError("plan", f"{path} cannot be written: {error.strerror}.") from None
    return hashlib.sha256(content).hexdigest()


def read(path: str, digest: str, *, account: str) -> Approved:
    """A saved plan, if it is the one that was approved.

    Raises:
        SettingsError: there is no such file.
        InputRefused: it is another plan, or another account's.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise SettingsError("plan", f"{path} cannot be read: {error.strerror}.") from None
    found = hashlib.sha256(content).hexdigest()
    if found != digest.strip().lower():
        raise InputRefused(
            f"The plan in {path} is not the one that was approved: its digest is {found}. "
            "Nothing was done. Approve what the file says, or plan again."
        )
    head, *rows = map(json.loads, content.splitlines())
    if head.get("plan") != VERSION or head.get("account") != account:
        raise InputRefused(
            f"The plan in {path} is that of another account, key or version. Nothing was done. "
            "Plan again."
        )
    actions = [_action(row) for row in rows]
    keys = [action.key for action in actions]
    said = [Outcome(row["verdict"], row["reason"] or "", row["code"] or "") for row in rows]
    met = [row["planned_on"] for row in rows]
    verdicts, planned = dict(zip(keys, said, strict=True)), dict(zip(keys, met, strict=True))
    return Approved(found, actions, verdicts, planned, head["made_at"], head["state"])


def table(planned: Collection[Planned]) -> Iterator[str]:
    """A plan for a reader, by action, verdict and reason; the most rows first."""
    groups: dict[tuple[str, str], _Group] = {}
    for one in planned:
        verdict = "would be done" if one.outcome.result == "planned" else one.outcome.result
        reason = f"{verdict}: {one.outcome.reason}" if one.outcome.reason else verdict
        _add(groups.setdefault((f"{one.action.stream} {one.action.name}", reason), _Group()), one)
    whole = _Group()
    for one in planned:
        if one.outcome.result == "planned":
            _add(whole, one)
    order = sorted(groups.items(), key=lambda each: (-each[1].rows, each[0]))
    body = [(*_cells(group), *name) for name, group in order]
    body.append((*_cells(whole), "in all", "would be done"))
    widths = [max(len(row[n]) for row in (_HEADS, *body)) for n in range(4)]
    for row in (_HEADS, *body):
        cells = [row[n].rjust(widths[n]) if n < 3 else row[n].ljust(widths[n]) for n in range(4)]  # noqa: PLR2004
        yield "  ".join((*cells, row[4])).rstrip()


def _add(group: _Group, one: Planned) -> None:
    """Count an action; a return's total counts once, however many actions are on it."""
    group.rows += 1
    own = one.action.return_id
    if not own or own in group.returns:
        return
    group.returns.add(own)
    try:
        amount = Decimal(str(one.met["total"]))
    except (KeyError, InvalidOperation):
        return
    currency = str(one.met.get("currency") or "")
    group.amounts[currency] = group.amounts.get(currency, Decimal()) + amount


def _cells(group: _Group) -> tuple[str, str, str]:
    amounts = [f"{amount:,.2f} {name}".strip() for name, amount in sorted(group.amounts.items())]
    return f"{group.rows:,}", f"{len(group.returns):,}", " + ".join(amounts) or "-"


def _action(row: Mapping[str, Any]) -> Action:
    fields = row["row"]
    found = None if fields.get("return_id") else row["return_id"]
    return Action(row["stream"], row["action_id"], row["action"], fields, row["line"], found)


def _write(path: str, content: bytes) -> None:
    Path(path).unlink(missing_ok=True)
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
