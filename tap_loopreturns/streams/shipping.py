"""What is on its way: advanced shipping notices, label requests, Happy Returns."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from tap_loopreturns import times
from tap_loopreturns.clean import asked_by
from tap_loopreturns.errors import UncleanRecord
from tap_loopreturns.loop import pages
from tap_loopreturns.loop.pages import Listing, Rows
from tap_loopreturns.ordered import in_order
from tap_loopreturns.spans import Span
from tap_loopreturns.streams.dated import Dated
from tap_loopreturns.times import DAY
from tap_loopreturns.values import Unclean, moment

_NAMES = (
    "return_id",
    "happy_returns_rma_id",
    "happy_returns_return_bag_barcodes",
    "sku",
    "item_title",
    "variant_title",
)


class AdvancedShippingNotices(Dated):
    """One record a returned line item, as a warehouse wants it announced.

    Loop takes whole days here, and does not say which of a row's dates they are
    compared with, nor whether the last day counts. A day more is asked for on
    each side; rows that come twice are the same rows.
    """

    name = "advanced_shipping_notices"
    keys: tuple[str, ...] = ("id", "return_line_item_id")
    scope = "Returns"
    replication_key = "created_at"
    endpoint = path = "/warehouse/reporting/asn"
    costs = "one for about 5,000 rows, or 117 days"
    longest = 117 * DAY  # with a day on each side, within the 120 that 2026-10 allows
    _days = 14  # of the next window; the answer is not paged, so it follows the density
    _rows_wanted = 5000

    def length(self) -> int:
        """Long where notices are few, so that an answer stays bearable."""
        return min(self.longest, self._days * DAY)

    def read_window(self, window: Span) -> None:
        """Ask for the days of a window."""
        params = {
            "from": times.show(window.start - DAY)[:10],
            "to": times.show(window.end + DAY)[:10],
        }
        listing = Listing(self.path, "asn", self.scope, params)
        rows = 0
        for page in pages.single(self.tap.client, listing):
            self.write_rows(page)
            rows += len(page)
        days = window.length / DAY
        density = max(rows / (days + 2), 1)
        self._days = max(1, min(int(self._rows_wanted / density), int(4 * max(days, 1)), 117))

    def probe(self) -> None:
        """Ask for a day."""
        day = times.show(self.tap.settings.span.end)[:10]
        self.tap.client.probe(self.path, {"from": day, "to": day}, scope=self.scope)


class LabelRequests(Dated):
    """Requests for labels that the shop's own carrier integration fulfils."""

    name = "label_requests"
    keys: tuple[str, ...] = ("id",)
    scope = "Label Requests (Read)"
    replication_key = "created_at"
    endpoint = path = "/label-requests"
    costs = "one for 250 rows"

    def read_window(self, window: Span) -> None:
        """Ask for those created in a window: `from` is included, `to` is not."""
        params = {"from": times.show(window.start), "to": times.show(window.end)}
        for rows in pages.offset(self.tap.client, Listing(self.path, "data", self.scope, params)):
            self.write_rows(rows)

    def probe(self) -> None:
        """Ask for one."""
        self.tap.client.probe(self.path, {"limit": 1}, scope=self.scope)


class HappyReturnsShipments(Dated):
    """Shipments from Happy Returns' hubs."""

    name = "happy_returns_shipments"
    keys: tuple[str, ...] = ("loop_shipment_id",)
    scope = "Happy Returns Shipments (Read)"
    replication_key = "updated_at"
    endpoint = path = "/happy-returns/shipments"
    costs = "one a page"

    def read_window(self, window: Span) -> None:
        """Ask for a window; neither its bounds nor its column are documented, so a day more."""
        for rows in self._shipments(window):
            self.write_rows(rows)

    def _shipments(self, window: Span) -> Any:
        params = {"from": times.show(window.start - DAY), "to": times.show(window.end)}
        return pages.numbered(self.tap.client, Listing(self.path, "data", self.scope, params))

    def probe(self) -> None:
        """Ask for a moment."""
        end = self.tap.settings.span.end
        params = {"from": times.show(end - 60), "to": times.show(end)}
        self.tap.client.probe(self.path, params, scope=self.scope)


class HappyReturnsShipmentItems(HappyReturnsShipments):
    """Items of those shipments; one request a shipment that changed."""

    name = "happy_returns_shipment_items"
    keys: tuple[str, ...] = ("shipment_id", "row_key")
    replication_key = "shipment_updated_at"
    endpoint = "/happy-returns/shipments/{id}/items"
    costs = "one a shipment that changed"

    def read_window(self, window: Span) -> None:
        """Ask for the shipments of a window, then for the items of each that changed."""
        changed = iter(
            [one for page in self._shipments(window) for one in page if self._has_changed(one)]
        )
        for shipment, rows in in_order(
            lambda: next(changed, None),
            lambda shipment, _: self._items(shipment),
            workers=self.tap.settings.concurrency,
            idle=self.tap.stop_if_asked,
        ):
            self._write_items(shipment, rows)

    def _has_changed(self, shipment: dict[str, Any]) -> bool:
        try:
            at = moment(shipment.get("updated_at"))
        except Unclean:
            return True
        return at is None or times.second(at) >= self.changed_since

    def _items(self, shipment: dict[str, Any]) -> Rows:
        path = f"{self.path}/{asked_by(shipment, 'loop_shipment_id', self.name)}/items"
        listing = Listing(path, "data", self.scope)
        return [row for page in pages.numbered(self.tap.client, listing) for row in page]

    def _write_items(self, shipment: dict[str, Any], rows: Rows) -> None:
        taken: Counter[str] = Counter()
        for row in rows:
            if all(row.get(name) is None for name in _NAMES):
                raise UncleanRecord(
                    f"{self.name}: an item of shipment {shipment.get('loop_shipment_id')} has "
                    f"none of {', '.join(_NAMES)}, which tell items apart."
                )
            key = _row_key(row)
            taken[key] += 1
            row["row_key"] = f"{key}-{taken[key]}"
            row["shipment_updated_at"] = shipment.get("updated_at")
            row.setdefault("shipment_id", shipment.get("loop_shipment_id"))
        self.write_rows(rows)


def _row_key(row: dict[str, Any]) -> str:
    """A key from what identifies an item, whatever else of it changes; Loop gives it no id."""
    content = json.dumps([row.get(name) for name in _NAMES], default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:24]
