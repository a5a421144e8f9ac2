"""Imports of many rows as one file, which Loop works off in its own time.

From the pages on bulk operations: a form with a `file` of JSON lines, 201, and then a
`status`. What a line looks like is not documented there, so that lines are sent as they
are given; neither are the words of the status, so that they are read by their stems.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from loop_returns.http.exchange import Upload
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.kind import ActionKind, Change, Clues, Finding, made
from target_loopreturns.kinds.present import Listed, Present

_ENDED = re.compile("complet|succe|finish|done|partial", re.IGNORECASE)
_FAILED = re.compile("fail|error|cancel|abort|reject", re.IGNORECASE)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class BulkImports(ActionKind):
    """One row is one file; its operation is found in the list of them by Loop's id."""

    is_listed = True

    def judge(self, action: Action, present: Present, *, process_flagged: bool) -> Listed | None:
        del action, present, process_flagged
        return None

    def happen(
        self, action: Action, present: Present, row: Listed | None, made: str | None
    ) -> None:
        del row
        if made:
            present.lists[action.stream] = [*present.lists[action.stream], {"id": made}]

    def like(self, action: Action, present: Present) -> frozenset[str] | None:
        return frozenset(str(row.get("id")) for row in present.lists[action.stream])

    def request(self, actions: Sequence[Action], row: Listed | None, version: str) -> Change:
        del row, version
        (action,) = actions
        lines = b"".join(_ENCODER.encode(line) + b"\n" for line in action.fields["lines"])
        upload = Upload(action.fields.get("file_name", "import.jsonl"), lines)
        return Change("POST", self.endpoint.path, self.endpoint.changes, body=upload)

    def is_success(self, action: Action, status: int, body: object) -> bool:
        del action, status
        return made(body) is not None

    def is_queued(self, action: Action) -> bool:
        del action
        return True

    def was_made(
        self, action: Action, present: Present, clues: Clues, notes: Collection[Listed]
    ) -> Finding:
        del notes
        rows = {str(row.get("id")): row for row in present.lists[action.stream]}
        others = {*(clues.before or ()), *clues.claimed}
        mine = sorted(rows.keys() - others, key=lambda own: (len(own), own))
        own = clues.target_id or (mine[0] if mine else None)
        if own is None:
            return Finding(made=False)
        return _as_it_stands(own, rows.get(own, {}))


def _as_it_stands(own: str, row: Listed) -> Finding:
    status = str(row.get("status"))
    counts: dict[str, Any] = {
        name: value for name, value in row.items() if name != "id" and isinstance(value, int)
    }
    if _FAILED.search(status):
        return Finding(False, own, counts, refused=f"the import's status is {status}")
    if _ENDED.search(status):
        return Finding(True, own, counts)
    return Finding(None, own)
