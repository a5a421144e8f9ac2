"""Carts of Shop Now: made, changed and deleted by their token; Loop has no list of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from urllib.parse import quote

from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.kind import (
    EMPTY,
    ActionKind,
    Change,
    Clues,
    Finding,
    NothingToDo,
    RuledOut,
    made,
)
from target_loopreturns.kinds.present import Listed, Present


class CartActions(ActionKind):
    """The variants in a cart are replaced as a whole."""

    def judge(self, action: Action, present: Present, *, process_flagged: bool) -> Listed | None:
        del process_flagged
        if action.name == "create":
            return None
        cart = present.carts.get(action.fields["token"])
        if cart is None:
            if action.name == "delete":
                raise NothingToDo("there is no cart with this token")
            raise RuledOut("cart_not_found", "Loop has no cart with this token")
        if action.name == "update" and cart == action.fields["cart"]:
            raise NothingToDo("the cart holds these variants already")
        return None

    def happen(
        self, action: Action, present: Present, row: Listed | None, made: str | None
    ) -> None:
        del row, made
        if "token" in action.fields:
            present.carts[action.fields["token"]] = action.fields.get("cart")

    def own_id(self, action: Action, row: Listed | None) -> str | None:
        del row
        return None if action.name == "create" else str(action.fields["token"])

    def request(self, actions: Sequence[Action], row: Listed | None, version: str) -> Change:
        del version
        (action,) = actions
        own, scope = self.own_id(action, row), self.endpoint.changes
        fields = {name: value for name, value in action.fields.items() if name != "token"}
        if own is None:
            return Change("POST", self.endpoint.path, scope, body=fields)
        path = f"{self.endpoint.path}/{quote(own, safe='')}"
        if action.name == "delete":
            return Change("DELETE", path, scope)
        return Change("POST", path, scope, body=fields)

    def is_success(self, action: Action, status: int, body: object) -> bool:
        if action.name == "create":
            return made(body) is not None
        if action.name == "delete":
            return status == EMPTY or body is True or body == "Success"
        return isinstance(body, Mapping) and body.get("updated") is True

    def can_tell(self, action: Action) -> bool:
        return action.name != "create"

    def was_made(
        self, action: Action, present: Present, clues: Clues, notes: Collection[Listed]
    ) -> Finding:
        if action.name == "create":
            return Finding(None)
        return super().was_made(action, present, clues, notes)
