"""The kinds of action, by the names of their streams: one place for each."""

from __future__ import annotations

from loop_returns import endpoints
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.carts import CartActions
from target_loopreturns.kinds.commerce import CommerceObjects
from target_loopreturns.kinds.imports import BulkImports
from target_loopreturns.kinds.kind import ActionKind
from target_loopreturns.kinds.labels import GeneratedLabels, LabelRequestErrors, ProviderLabels
from target_loopreturns.kinds.line_items import Assessments
from target_loopreturns.kinds.links import OrderLinks
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
    "line_item_grades": Assessments(endpoints.GRADES, "condition"),
    "line_item_dispositions": Assessments(endpoints.DISPOSITIONS, "disposition"),
    "return_labels": GeneratedLabels(endpoints.RETURN_LABELS),
    "labels": ProviderLabels(endpoints.LABELS),
    "label_request_errors": LabelRequestErrors(endpoints.LABEL_REQUEST_ERRORS),
    "order_links": OrderLinks(endpoints.ORDER_LINK),
    "orders": CommerceObjects(endpoints.ORDER, endpoints.ORDERS),
    "customers": CommerceObjects(endpoints.CUSTOMER, endpoints.CUSTOMERS),
    "products": CommerceObjects(endpoints.PRODUCT, endpoints.PRODUCTS),
    "product_variants": CommerceObjects(
        endpoints.PRODUCT_VARIANT,
        endpoints.PRODUCT_VARIANTS_OF,
        ("product_external_id", "external_id"),
    ),
    "collections": CommerceObjects(endpoints.COLLECTION, endpoints.COLLECTIONS),
    "locations": CommerceObjects(endpoints.LOCATION, endpoints.LOCATIONS),
    "inventories": CommerceObjects(
        endpoints.INVENTORY,
        endpoints.INVENTORY,
        ("product_external_id", "variant_external_id", "location_external_id"),
    ),
    "bulk_operations": BulkImports(endpoints.BULK_OPERATIONS),
}


def of(action: Action) -> ActionKind:
    """The kind of an action."""
    return BY_NAME[action.stream]
