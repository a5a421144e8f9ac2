"""What the shop system tells Loop: orders, customers, products and what belongs to them.

From the guide "Commerce data" and the pages of each: PUT on the collection makes, or
changes, the object with the row's `external_id`; `/external/{external_id}` reads and
deletes it. Versions from 2026-10 on want `created_at` of an order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from loop_returns.endpoints import Endpoint
from loop_returns.http import envelopes
from loop_returns.http.client import Client
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.kind import (
    EMPTY,
    Change,
    Clues,
    Finding,
    NothingToDo,
    ReadOneByOne,
    RuledOut,
    made,
)
from target_loopreturns.kinds.matching import holds
from target_loopreturns.kinds.present import Listed, Present

_TOLD_OTHERWISE = ("channel", "sales_channel", "source", "price")
"""Fields that Loop answers in another shape than it takes them in."""
_WITHOUT_DATES = ("2026-07", "v1")


class CommerceObjects(ReadOneByOne):
    """Objects by their ids in the shop system.

    Args:
        endpoint: Where one of them is, by these ids.
        save: Where it is put to.
        keys: The columns that name it; but for `external_id` they stand in the paths alone.
    """

    def __init__(
        self, endpoint: Endpoint, save: Endpoint, keys: tuple[str, ...] = ("external_id",)
    ) -> None:
        super().__init__(endpoint)
        self._save = save
        self._keys = keys

    def key(self, action: Action) -> str | None:
        return "\n".join(self._names(action).values())

    def read(self, client: Client, action: Action) -> Listed | None:
        names = self._names(action)
        document = self.endpoint.read(client, None, **names)
        if document is None:
            return None
        return _unwrapped(envelopes.row(document, self.endpoint.at(**names)))

    def judge(self, action: Action, present: Present, *, process_flagged: bool) -> Listed | None:
        del process_flagged
        thing = self.thing(action, present)
        if action.name == "delete":
            if thing is None:
                raise NothingToDo("Loop has it no longer, or never had")
            return thing
        if (
            action.stream == "orders"
            and "created_at" not in action.fields
            and present.version not in _WITHOUT_DATES
        ):
            raise RuledOut("created_at", "Loop wants 'created_at' of an order from 2026-10 on")
        if thing is not None and holds(thing, self._comparable(action)):
            raise NothingToDo("it is so already")
        return thing

    def happen(
        self, action: Action, present: Present, row: Listed | None, made: str | None
    ) -> None:
        del made
        after = None if action.name == "delete" else {**(row or {}), **action.fields}
        present.things[action.stream, str(self.key(action))] = after

    def request(self, actions: Sequence[Action], row: Listed | None, version: str) -> Change:
        del row, version
        (action,) = actions
        names, scope = self._names(action), self.endpoint.changes
        if action.name == "delete":
            return Change("DELETE", self.endpoint.at(**names), scope)
        own = {name: value for name, value in action.fields.items() if self._is_own(name)}
        return Change("PUT", self._save.at(**names), scope, body=own)

    def is_success(self, action: Action, status: int, body: object) -> bool:
        if action.name == "delete":
            said = body.get("success") if isinstance(body, Mapping) else body
            return status == EMPTY or said is True
        if isinstance(body, Mapping) and "available_count" in _unwrapped(body):
            return True  # inventories have no id
        return made(body) is not None

    def was_made(
        self, action: Action, present: Present, clues: Clues, notes: Collection[Listed]
    ) -> Finding:
        del clues, notes
        thing = self.thing(action, present)
        if action.name == "delete":
            return Finding(thing is None)
        return Finding(thing is not None and holds(thing, self._comparable(action)))

    def _names(self, action: Action) -> dict[str, str]:
        return {name: str(action.fields[name]) for name in self._keys}

    def _is_own(self, name: str) -> bool:
        return name == "external_id" or name not in self._keys

    def _comparable(self, action: Action) -> dict[str, Any]:
        return {
            name: value
            for name, value in action.fields.items()
            if self._is_own(name) and name not in _TOLD_OTHERWISE
        }


def _unwrapped(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object, bare or under its name."""
    inner = next(iter(row.values())) if len(row) == 1 else None
    return inner if isinstance(inner, Mapping) else row
