"""The kinds of action, by the names of their streams: one place for each."""

from __future__ import annotations

from loop_returns import endpoints
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.carts import CartActions
from target_loopreturns.kinds.kind import ActionKind
from target_loopreturns.kinds.lists import ListedRows
from target_loopreturns.kinds.returns import FraudReports, ReturnActions

BY_NAME: dict[str, ActionKind] = {
    "return_actions": ReturnActions(endpoints.RETURN_ACTION),
    "allowlist_items": ListedRows(endpoints.ALLOWLIST),
    "blocklist_items": ListedRows(endpoints.BLOCKLIST),
    "destinations": ListedRows(endpoints.DESTINATIONS),
    "carts": CartActions(endpoints.CARTS),
    "fraud_reports": FraudReports(endpoints.FRAUD_REPORT),
    "webhooks": ListedRows(endpoints.WEBHOOKS),
}


def of(action: Action) -> ActionKind:
    """The kind of an action."""
    return BY_NAME[action.stream]
