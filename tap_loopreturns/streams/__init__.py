"""The streams, in the order in which a run reads them. Nothing in here speaks HTTP itself."""

from __future__ import annotations

from singer_sdk import Tap

from tap_loopreturns.run import Run
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.streams.commerce import (
    BulkOperationJobs,
    BulkOperations,
    Collections,
    Customers,
    Inventories,
    Locations,
    Orders,
    Products,
    ProductVariants,
)
from tap_loopreturns.streams.full_table_reads import FullTableReads
from tap_loopreturns.streams.lists import (
    AllowlistItems,
    BlocklistItems,
    Carts,
    Destinations,
    Webhooks,
)
from tap_loopreturns.streams.loop_events import LoopEvents
from tap_loopreturns.streams.notices import AdvancedShippingNotices
from tap_loopreturns.streams.one_by_one import ReturnDetails, ReturnNotes
from tap_loopreturns.streams.refresh import ByReturns, Refresh
from tap_loopreturns.streams.returns import (
    ReturnExchanges,
    ReturnLabels,
    ReturnLineItems,
    Returns,
    ReturnsStream,
)
from tap_loopreturns.streams.returns_delivery import ReturnsDelivery
from tap_loopreturns.streams.shipping import (
    HappyReturnsShipmentItems,
    HappyReturnsShipments,
    LabelRequests,
)

# What is waited for most comes first, then what costs few requests, last one request a row.
STREAMS: tuple[type[LoopStream], ...] = (
    Returns,
    ReturnLineItems,
    ReturnExchanges,
    ReturnLabels,
    LoopEvents,
    Destinations,
    Webhooks,
    AllowlistItems,
    BlocklistItems,
    LabelRequests,
    HappyReturnsShipments,
    AdvancedShippingNotices,
    Locations,
    Collections,
    BulkOperations,
    Products,
    Customers,
    Orders,
    Inventories,
    Carts,
    HappyReturnsShipmentItems,
    BulkOperationJobs,
    ProductVariants,
    ReturnDetails,
    ReturnNotes,
)


def kinds(*, many_shops: bool) -> tuple[type[LoopStream], ...]:
    """The streams that there are, of one shop or of many."""
    return (*STREAMS, FullTableReads) if many_shops else STREAMS


def build(tap: Tap, run: Run) -> list[LoopStream]:
    """All streams of a run, in the order of `kinds`."""
    refresh = Refresh(run)
    delivery = ReturnsDelivery(run, refresh)
    streams: list[LoopStream] = []
    for kind in kinds(many_shops=run.many_shops):
        if issubclass(kind, ReturnsStream):
            delivery.streams.append(kind(tap, run, delivery.read, delivery.ask_first))
            streams.append(delivery.streams[-1])
        else:
            streams.append(kind(tap, run))
        if isinstance(stream := streams[-1], ByReturns):
            stream.refresh = refresh
            refresh.streams.append(stream)
        if isinstance(last := streams[-1], HappyReturnsShipmentItems):
            last.shipments = next(one for one in streams if type(one) is HappyReturnsShipments)
        if isinstance(last := streams[-1], AdvancedShippingNotices):
            delivery.notices = last
        if isinstance(last := streams[-1], FullTableReads):
            run.full_table_read = last.tell
    return streams
