"""The streams, in the order in which a run reads them. Nothing in here speaks HTTP itself."""

from __future__ import annotations

from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.streams.lists import (
    AllowlistItems,
    BlocklistItems,
    BulkOperations,
    Carts,
    Collections,
    Customers,
    Destinations,
    Inventories,
    Locations,
    Orders,
    Products,
    ProductVariants,
    Webhooks,
)
from tap_loopreturns.streams.one_by_one import ReturnDetails, ReturnNotes
from tap_loopreturns.streams.returns import (
    ReturnExchanges,
    ReturnLabels,
    ReturnLineItems,
    Returns,
)
from tap_loopreturns.streams.shipping import (
    AdvancedShippingNotices,
    HappyReturnsShipmentItems,
    HappyReturnsShipments,
    LabelRequests,
)

STREAMS: tuple[type[LoopStream], ...] = (
    Returns,
    ReturnLineItems,
    ReturnExchanges,
    ReturnLabels,
    ReturnDetails,
    ReturnNotes,
    AdvancedShippingNotices,
    LabelRequests,
    HappyReturnsShipments,
    HappyReturnsShipmentItems,
    AllowlistItems,
    BlocklistItems,
    Destinations,
    Webhooks,
    Carts,
    Orders,
    Customers,
    Products,
    ProductVariants,
    Collections,
    Locations,
    Inventories,
    BulkOperations,
)
