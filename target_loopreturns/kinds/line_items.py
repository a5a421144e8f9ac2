"""Grades and dispositions of returned line items, many in one request.

From the pages "Grade items" and "Assess dispositions": one source says 20 items in a
request, another 30, so 20 are sent. From version 2026-10 on `condition_category` is an
object with `subject` and `title`; before it, it is the object's `grade` alone. What Loop
keeps of them stands in the line items of a return.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from loop_returns.endpoints import Endpoint
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.kind import (
    ActionKind,
    Change,
    Clues,
    Finding,
    NothingToDo,
    RuledOut,
    the_return,
)
from target_loopreturns.kinds.matching import holds
from target_loopreturns.kinds.present import Listed, Present

_NAMED_BY = ("return_id", "order_name", "line_item_id")
_AS_TEXT = ("2026-07", "v1")
"""Versions in which a category is one word."""
_CATEGORY = "condition_category"


class Assessments(ActionKind):
    """What is found of line items.

    Attributes:
        place: The name in a line item that Loop keeps it under.
    """

    batch = 20

    def __init__(self, endpoint: Endpoint, place: str) -> None:
        super().__init__(endpoint)
        self.place = place

    def judge(self, action: Action, present: Present, *, process_flagged: bool) -> Listed | None:
        del process_flagged
        now, item = the_return(action, present), action.fields["line_item_id"]
        if item not in now.line_items:
            raise RuledOut("line_items", f"the return has no line item {item}")
        if isinstance(action.fields.get(_CATEGORY), str) and present.version not in _AS_TEXT:
            raise RuledOut(
                _CATEGORY,
                f"from version 2026-10 on, '{_CATEGORY}' is an object with subject, title and "
                "grade; give one, or set 'api_version' to 2026-07",
            )
        if self._is_kept(action, present, _said(action)):
            raise NothingToDo("it is so already")
        return None

    def happen(
        self, action: Action, present: Present, row: Listed | None, made: str | None
    ) -> None:
        del row, made
        assessed = the_return(action, present).assessed
        item = action.fields["line_item_id"]
        # Told to those who look at this account alone: what was read is never changed.
        kept = {**assessed.get(item, {}), self.place: _said(action)}
        present.assess(str(action.return_id), item, kept)

    def request(self, actions: Sequence[Action], row: Listed | None, version: str) -> Change:
        del row
        items = []
        for action in actions:
            item = {"line_item_id": int(action.fields["line_item_id"]), **_said(action)}
            category = item.get(_CATEGORY)
            if isinstance(category, Mapping) and version in _AS_TEXT and "grade" in category:
                item[_CATEGORY] = category["grade"]
            items.append(item)
        body = {"items": items}
        return Change("POST", self.endpoint.path, self.endpoint.changes, body=body, forbids=True)

    def is_success(self, action: Action, status: int, body: object) -> bool:
        del status
        if isinstance(body, Mapping) and len(body) == 1:
            body = next(iter(body.values()))
        if not isinstance(body, list) or not all(isinstance(one, Mapping) for one in body):
            return False
        return action.fields["line_item_id"] in {str(one.get("line_item_id")) for one in body}

    def was_made(
        self, action: Action, present: Present, clues: Clues, notes: Collection[Listed]
    ) -> Finding:
        del clues, notes
        if present.returns.get(str(action.return_id)) is None:
            return Finding(None)
        return Finding(self._is_kept(action, present, _said(action)))

    def _is_kept(self, action: Action, present: Present, said: Mapping[str, Any]) -> bool:
        item = the_return(action, present).assessed.get(action.fields["line_item_id"], {})
        kept = item.get(self.place)
        return isinstance(kept, Mapping) and holds(_comparable(kept), _comparable(said))


def _said(action: Action) -> dict[str, Any]:
    return {name: value for name, value in action.fields.items() if name not in _NAMED_BY}


def _comparable(said: Mapping[str, Any]) -> dict[str, Any]:
    """A category as its grade, a moment in UTC: Loop may answer other forms than it takes."""
    result = dict(said)
    if isinstance(category := said.get(_CATEGORY), Mapping) and category.get("grade"):
        result[_CATEGORY] = category["grade"]
    if isinstance(moment := said.get("inspected_at"), str):
        result["inspected_at"] = _utc(moment)
    return result


def _utc(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
