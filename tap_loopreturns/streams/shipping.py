"""What is on its way: advanced shipping notices, label requests, Happy Returns."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from singer_sdk import Tap

from loop_returns import endpoints, times
from loop_returns.errors import UncleanRecord, UnexpectedAnswer
from loop_returns.fetch_ahead import fetch_ahead
from loop_returns.http.client import Client
from loop_returns.paging import Rows, looks_cut
from loop_returns.spans import Span
from loop_returns.times import DAY
from tap_loopreturns.records.cleaner import asked_by
from tap_loopreturns.records.values import Unclean, moment
from tap_loopreturns.run import Run
from tap_loopreturns.streams.by_date import ByDate

_MANY = 25  # rows; fewer are not cut by anyone

_NAMES = (
    "return_id",
    "happy_returns_rma_id",
    "happy_returns_return_bag_barcodes",
    "sku",
    "item_title",
    "variant_title",
)


class AdvancedShippingNotices(ByDate):
    """One record a returned line item, as a warehouse wants it announced.

    Loop takes whole days here, and does not say which of a row's dates they are
    compared with, nor whether the last day counts. A day more is asked for on
    each side; rows that come twice are the same rows.
    """

    name = "advanced_shipping_notices"
    keys: tuple[str, ...] = ("id", "return_line_item_id")
    replication_key = "created_at"
    endpoint = endpoints.SHIPPING_NOTICES
    costs = "one for about 5,000 rows, or 117 days"
    longest = 117 * DAY  # with a day on each side, within the 120 that 2026-10 allows
    _days = 14  # of the next window; the answer is not paged, so it follows the density
    _rows_wanted = 5000
    _longest = 0  # rows in an answer; another one of as many may be cut
    _full_days: set[int]

    def __init__(self, tap: Tap, run: Run) -> None:
        super().__init__(tap, run)
        self._full_days = set()

    def length(self) -> int:
        """Long where notices are few, so that an answer stays bearable."""
        return min(self.longest, self._days * DAY)

    def read_window(self, window: Span) -> None:
        """Ask for the days of a window."""
        first, last = (window.start - DAY) // DAY, (window.end + DAY) // DAY
        rows = self._write_days(first, last)
        days = window.length / DAY
        density = max(rows / (days + 2), 1)
        self._days = max(1, min(int(self._rows_wanted / density), int(4 * max(days, 1)), 117))

    def _write_days(self, first: int, last: int) -> int:
        """Ask for some days, and for each half of them where the answer may be cut; its rows.

        Raises:
            UnexpectedAnswer: Loop cuts the notices of a single day.
        """
        rows = 0
        for page in self.pages(_day(first * DAY), _day(last * DAY)):
            self.write_rows(page)
            rows += len(page)
        may_be_cut = looks_cut(rows) or rows == self._longest >= _MANY
        self._longest = max(rows, self._longest)
        if may_be_cut and first == last:
            self._full_days.add(rows)
        if not may_be_cut or first == last:
            return rows
        middle = (first + last) // 2
        halves = self._write_days(first, middle) + self._write_days(middle + 1, last)
        if halves > rows and rows in self._full_days:
            raise UnexpectedAnswer(
                f"GET {self.endpoint.path}: Loop cuts the list at {rows:,} rows, and one day has "
                f"more, from {_day(first * DAY)} to {_day(last * DAY)}; they cannot be read."
            )
        return max(rows, halves)

    def probe(self) -> None:
        """Ask for a day."""
        day = _day(self.run.settings.span.end)
        params = {"from": day, "to": day}
        self.run.client.probe(self.endpoint.path, params, scope=self.endpoint.scope)


class LabelRequests(ByDate):
    """Requests for labels that the shop's own carrier integration fulfils."""

    name = "label_requests"
    keys: tuple[str, ...] = ("id",)
    replication_key = "created_at"
    endpoint = endpoints.LABEL_REQUESTS
    costs = "one for 250 rows"

    def read_window(self, window: Span) -> None:
        """Ask for those created in a window: `from` is included, `to` is not."""
        for rows in self.pages(times.show(window.start), times.show(window.end)):
            self.write_rows(rows)

    def probe(self) -> None:
        """Ask for one."""
        self.run.client.probe(self.endpoint.path, {"limit": 1}, scope=self.endpoint.scope)


class HappyReturnsShipments(ByDate):
    """Shipments from Happy Returns' hubs."""

    name = "happy_returns_shipments"
    keys: tuple[str, ...] = ("loop_shipment_id",)
    replication_key = "updated_at"
    endpoint = endpoints.HAPPY_RETURNS_SHIPMENTS
    costs = "one a page"

    def read_window(self, window: Span) -> None:
        """Ask for a window; neither its bounds nor its column are documented, so a day more."""
        for rows in _shipments(self.run.client, window):
            self.write_rows(rows)

    def probe(self) -> None:
        """Ask for a moment."""
        end = self.run.settings.span.end
        params = {"from": times.show(end - 60), "to": times.show(end)}
        listing = endpoints.HAPPY_RETURNS_SHIPMENTS
        self.run.client.probe(listing.path, params, scope=listing.scope)


class HappyReturnsShipmentItems(HappyReturnsShipments):
    """Items of those shipments; one request a shipment that changed."""

    name = "happy_returns_shipment_items"
    keys: tuple[str, ...] = ("shipment_id", "row_key")
    replication_key = "shipment_updated_at"
    endpoint = endpoints.HAPPY_RETURNS_SHIPMENT_ITEMS
    costs = "one a shipment that changed"

    def read_window(self, window: Span) -> None:
        """Ask for the shipments of a window, then for the items of each that changed."""
        changed = iter(
            [
                one
                for page in _shipments(self.run.client, window)
                for one in page
                if self._has_changed(one)
            ]
        )
        for shipment, rows in fetch_ahead(
            lambda: next(changed, None),
            lambda shipment, _: self._items(shipment),
            workers=self.run.settings.concurrency,
            idle=self.run.stop_if_asked,
        ):
            self._write_items(shipment, rows)

    def _has_changed(self, shipment: dict[str, Any]) -> bool:
        try:
            at = moment(shipment.get("updated_at"))
        except Unclean:
            return True
        return at is None or times.second(at) >= self.changed_since

    def _items(self, shipment: dict[str, Any]) -> Rows:
        shipment_id = asked_by(shipment, "loop_shipment_id", self.name)
        pages = self.endpoint.pages(self.run.client, id=shipment_id)
        return [row for page in pages for row in page]

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


def _day(second: int) -> str:
    return times.show(second)[:10]


def _shipments(client: Client, window: Span) -> Iterator[Rows]:
    params = {"from": times.show(window.start - DAY), "to": times.show(window.end)}
    return endpoints.HAPPY_RETURNS_SHIPMENTS.pages(client, params)


def _row_key(row: dict[str, Any]) -> str:
    """A key from what identifies an item, whatever else of it changes; Loop gives it no id."""
    content = json.dumps([row.get(name) for name in _NAMES], default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:24]
