"""Links that lead a shopper to the return of an order, and QR codes of them.

From the pages "Create return deep link" and "… with QR code". A link may be made as often
as one likes, and Loop has no list of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.kind import AskedAgain, Change
from target_loopreturns.kinds.present import Listed, Present

_TOLD = ("url", "qr", "deeplink_url")
_ABOUT_SHOP = re.compile(r"\b(shop|store)(_|\b)", re.IGNORECASE)


class OrderLinks(AskedAgain):
    """A link, or a QR code of it; the URL is what the outcome answers."""

    def judge(self, action: Action, present: Present, *, process_flagged: bool) -> Listed | None:
        del action, present, process_flagged
        return None

    def request(self, actions: Sequence[Action], row: Listed | None, version: str) -> Change:
        del row, version
        (action,) = actions
        path = self.endpoint.at(action=action.name)
        return Change("POST", path, self.endpoint.changes, body=dict(action.fields))

    def is_success(self, action: Action, status: int, body: object) -> bool:
        del status
        name = "qr" if action.name == "qr" else "url"
        return isinstance(body, Mapping) and bool(body.get(name))

    def answer(self, body: object) -> Mapping[str, str] | None:
        if not isinstance(body, Mapping):
            return None
        return {name: str(body[name]) for name in _TOLD if body.get(name)} or None

    def hint(self, action: Action, said: str) -> str:
        if "shop_id" in action.fields or not _ABOUT_SHOP.search(said):
            return ""
        return (
            ". Where Loop wants the id of the shop, it is the Shopify store's, not that of the "
            "account at Loop: give it in the column 'shop_id'"
        )
