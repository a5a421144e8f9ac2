"""What actions are about, so that none overtakes another on the same thing. Pure."""

from __future__ import annotations

from target_loopreturns import kinds
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.matching import kept
from target_loopreturns.kinds.present import Listed

Subject = tuple[str, ...]


class Troubled:
    """Things on which an action did not succeed, or may still be carried out by Loop."""

    def __init__(self) -> None:
        self._lines: dict[Subject, int] = {}

    def add(self, action: Action, row: Listed | None) -> None:
        """An action has failed, or is uncertain; `row` is what it was to change."""
        for subject in subjects(action, row):
            self._lines.setdefault(subject, action.line)

    def cause(self, action: Action, row: Listed | None) -> str:
        """Why an action must not be tried now, in words; empty if it may be."""
        for subject in sorted(subjects(action, row)):
            if subject in self._lines:
                line = self._lines[subject]
                before = f"line {line}" if line else "an earlier action"
                what = "return" if subject[0] == "return" else "thing"
                return f"{before} on the same {what} did not succeed"
        return ""


def subjects(action: Action, row: Listed | None) -> set[Subject]:
    """The return, the row by its id, and the entry by its value, as far as they are known."""
    if action.return_id:
        return {("return", action.return_id)}
    fields = {**(row or {}), **action.fields}
    found: set[Subject] = set()
    if key := kinds.of(action).key(action):
        found.add((action.stream, "key", key))
    for name in ("id", "token"):
        if fields.get(name) is not None:
            found.add((action.stream, name, str(fields[name])))
    if "value" in fields:
        value = str(kept(fields["value"])).casefold()
        found.add((action.stream, "value", str(fields.get("type")), value))
    return found
