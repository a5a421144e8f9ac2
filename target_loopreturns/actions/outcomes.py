"""What became of each action, and the file that tells it, to be loaded next to the returns."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from loop_returns.errors import SettingsError
from target_loopreturns.actions import schemas
from target_loopreturns.actions.action import Action

Result = Literal["planned", "done", "refused", "failed", "uncertain", "queued", "not_tried"]
STREAM = "action_outcomes"
_SHOP = {"type": ["string"], "description": "The shop, of many."}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action, and why.

    planned: it would be done. done: Loop has made the change, or had it already.
    refused: by Loop, or by a rule of Loop's that is known beforehand. failed:
    it was surely not made. uncertain: it was sent, and no look at Loop can tell.
    queued: Loop has taken it up, and will process it later. not_tried: the run
    ended before its turn.
    """

    result: Result
    reason: str = ""
    code: str = ""
    """Loop's own, in capitals; or the rule of this target that refused it."""
    status: int | None = None
    target_id: str | None = None
    answer: Mapping[str, Any] | None = None
    """What Loop made that the row's owner needs: the URL of a link, of a label."""

    @property
    def final(self) -> bool:
        """Nothing is left to do, in any run: it is done, or Loop itself has refused it."""
        by_loop = self.status is not None
        return self.result == "done" or (self.result == "refused" and by_loop)


@dataclass(frozen=True, slots=True)
class Settled:
    """An action with its outcome, as the file tells it."""

    action: Action
    outcome: Outcome
    state: str | None = None
    """Of the return, when the action was planned."""
    attempts: int = 0
    requested_at: str | None = None
    settled_at: str | None = None

    def record(self) -> dict[str, Any]:
        """As a record of the stream `action_outcomes`."""
        action, outcome = self.action, self.outcome
        fields = action.fields
        target = outcome.target_id or fields.get("id") or fields.get("token")
        return {
            "stream": action.stream,
            "action_id": action.id,
            "action": action.name,
            "outcome": outcome.result,
            "reason": outcome.reason or None,
            "code": outcome.code or None,
            "http_status": outcome.status,
            "return_id": action.return_id,
            "return_state": self.state,
            "target_id": target,
            "answer": dict(outcome.answer) if outcome.answer else None,
            "attempts": self.attempts,
            "requested_at": self.requested_at,
            "settled_at": self.settled_at,
            "line": action.line or None,
            "row": dict(fields),
        }


def begin(path: str, ledger: str, *, singer: bool, shop: str = "") -> None:
    """Put a file without outcomes in place of an earlier run's, so that none is taken for new.

    Raises:
        SettingsError: it cannot be written, or is the ledger; better known before anything is
            done.
    """
    if Path(path).resolve() == Path(ledger).resolve():
        raise SettingsError("outcomes", f"{path} is the ledger; give each a file of its own.")
    if Path(path).exists() and not Path(path).is_file():
        raise SettingsError("outcomes", f"{path} cannot be written: it is no regular file.")
    try:
        write(path, (), singer=singer, shop=shop)
    except OSError as error:
        raise SettingsError("outcomes", f"{path} cannot be written: {error.strerror}.") from None


def write(path: str, settled: Iterable[Settled], *, singer: bool, shop: str = "") -> None:
    """Write a run's outcomes, all at once: the file before is replaced only by a whole one.

    It is for its owner alone, since it holds what the rows said. Of many shops, each record
    has its `shop`, first of the key.

    Raises:
        OSError: it cannot be written.
    """
    beside = {"shop": shop} if shop else {}
    key = [*beside, "stream", "action_id"]
    lines: list[Any] = []
    if singer:
        schema = dict(schemas.schema(STREAM))
        schema["properties"] = {**dict.fromkeys(beside, _SHOP), **schema["properties"]}
        lines.append({"type": "SCHEMA", "stream": STREAM, "schema": schema, "key_properties": key})
    for one in settled:
        record = beside | one.record()
        lines.append({"type": "RECORD", "stream": STREAM, "record": record} if singer else record)
    made = Path(f"{path}.{os.getpid()}.part")
    made.unlink(missing_ok=True)
    try:
        with open(made, "wb", opener=_for_its_owner) as file:
            file.writelines(msgspec.json.encode(line) + b"\n" for line in lines)
        made.replace(path)
    except OSError:
        made.unlink(missing_ok=True)
        raise


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_EXCL, 0o600)
