"""What is on its way: label requests, Happy Returns."""

from __future__ import annotations

import copy
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from loop_returns import endpoints, paging, times
from loop_returns.errors import UncleanRecord
from loop_returns.fetch_ahead import fetch_ahead
from loop_returns.http.client import Client
from loop_returns.paging import Rows
from loop_returns.spans import Span
from loop_returns.times import DAY
from tap_loopreturns.output.fingerprints import MOST, Fingerprints, fingerprint
from tap_loopreturns.records.cleaner import asked_by
from tap_loopreturns.records.values import Unclean, moment
from tap_loopreturns.streams.by_date import ByDate

_FEW_PAGES = 4
"""Of shipments, 200 in each, that are kept for the stream of their items."""
_NAMES = (
    "return_id",
    "happy_returns_rma_id",
    "happy_returns_return_bag_barcodes",
    "sku",
    "item_title",
    "variant_title",
)


class LabelRequests(ByDate):
    """Requests for labels that the shop's own carrier integration fulfils."""

    name = "label_requests"
    keys: tuple[str, ...] = ("id",)
    replication_key = "created_at"
    endpoint = endpoints.LABEL_REQUESTS
    shows_change = ("status",)
    costs = "one for 250 rows"
    _longest = 0

    def read_window(self, window: Span) -> None:
        """Ask for those created in a window: `from` is included, `to` is not."""
        listing = replace(self.endpoint.listing(_within(window)), longest=self._longest)
        for rows in paging.offset(self.run.client, listing):
            self._longest = max(self._longest, len(rows))
            self.write_rows(rows)

    def read(self) -> None:
        """Read what is missing; how many rows a page may have is found out by each deep reading."""
        self.plan()
        longest = self.state_entry.get("longest")
        if isinstance(longest, int) and self.run.settings.deep_every and not self.is_deep:
            self._longest = longest
        super().read()

    def finish(self) -> None:
        """Remember the longest page."""
        self.bookmark.remember(longest=self._longest or None)

    def probe(self) -> None:
        """Ask for one."""
        self.run.client.probe(self.endpoint.path, {"limit": 1}, scope=self.endpoint.scope)

    def probe_window(self, window: Span) -> None:
        """Ask for its first page."""
        params = {**_within(window), **paging.FIRST_OF_OFFSET}
        self.run.client.probe(self.endpoint.path, params, scope=self.endpoint.scope)


class HappyReturnsShipments(ByDate):
    """Shipments from Happy Returns' hubs."""

    name = "happy_returns_shipments"
    keys: tuple[str, ...] = ("loop_shipment_id",)
    replication_key = "updated_at"
    endpoint = endpoints.HAPPY_RETURNS_SHIPMENTS
    costs = "one a page"

    listed: tuple[Span, list[Rows]] | None = None
    """The window that was read last, and its pages, where they are few."""

    def read_window(self, window: Span) -> None:
        """Ask for a window; neither its bounds nor its column are documented, so a day more."""
        self.listed = None
        pages: list[Rows] = []
        for rows in _shipments(self.run.client, window):
            if len(pages) < _FEW_PAGES:
                pages.append(copy.deepcopy(rows))
            self.write_rows(rows)
        if len(pages) < _FEW_PAGES:
            self.listed = window, pages

    def probe(self) -> None:
        """Ask for a moment."""
        end = self.run.settings.span.end
        params = {"from": times.show(end - 60), "to": times.show(end)}
        listing = endpoints.HAPPY_RETURNS_SHIPMENTS
        self.run.client.probe(listing.path, params, scope=listing.scope)

    def probe_window(self, window: Span) -> None:
        """Ask for its first page."""
        listing = endpoints.HAPPY_RETURNS_SHIPMENTS
        self.run.client.probe(listing.path, _around(window), scope=listing.scope)


class HappyReturnsShipmentItems(HappyReturnsShipments):
    """Items of those shipments; one request a shipment that changed."""

    name = "happy_returns_shipment_items"
    keys: tuple[str, ...] = ("shipment_id", "row_key")
    replication_key = "shipment_updated_at"
    endpoint = endpoints.HAPPY_RETURNS_SHIPMENT_ITEMS
    costs = "one a shipment that changed"

    rows_wanted = 200
    shipments: HappyReturnsShipments | None = None
    """The stream of shipments, which may have listed in this run what is to be listed here."""
    leaves_out_unchanged = False  # a shipment that is asked for again has changed

    def read(self) -> None:
        """Read what is missing; items that an interrupted run has written are passed over."""
        asked = self.state_entry.get("asked")
        self._before = list(Fingerprints.read(asked))
        # Where more shipments than that are in the trailing stretch, `updated_at` has to do.
        self._knows_all = asked is not None and len(self._before) < MOST
        self._last: list[bytes] = []
        self._trailing: list[bytes] = []
        super().read()

    def read_window(self, window: Span) -> None:
        """Ask for the shipments of a window, then for the items of each that changed."""
        asked = Fingerprints([*self._before, *self._last, *self._trailing])
        listed = {fingerprint(one): one for page in self._listing(window) for one in page}
        lacking = [
            (mark, shipment)
            for mark, shipment in listed.items()
            if mark not in asked and (self._is_trailing(window) or self._has_changed(shipment))
        ]
        todo = iter(lacking)
        answers = fetch_ahead(
            lambda: next(todo, None),
            lambda marked, _: self._items(marked[1]),
            workers=self.run.settings.concurrency,
            idle=self.run.stop_if_asked,
        )
        for count, ((mark, shipment), rows) in enumerate(answers, 1):
            self._write_items(shipment, rows)
            asked.add(mark)
            self.bookmark.remember(asked=asked.show())
            self.bookmark.flush()
            self.advance(count / len(lacking))
        self._keep(list(listed), window)
        self.learn(len(listed), window, margin=1)

    def finish(self) -> None:
        """Remember the shipments of the trailing stretch alone."""
        self.bookmark.remember(asked=Fingerprints(self._trailing).show())

    def _listing(self, window: Span) -> Iterable[Rows]:
        """The pages of shipments; of the same window one reading does for both streams."""
        listed = self.shipments and self.shipments.listed
        if listed and listed[0] == window:
            return listed[1]
        return _shipments(self.run.client, window)

    def _is_trailing(self, window: Span) -> bool:
        """Whether all shipments are known whose items are out, as in the trailing stretch.

        There one is asked for unless its row is as it was then: it may have been seen late.
        """
        return self._knows_all and self._trails(window)

    def _trails(self, window: Span) -> bool:
        return window.end > self.bookmark.wanted.end - self.run.settings.trailing

    def _keep(self, marks: list[bytes], window: Span) -> None:
        """Keep in mind what the next window may list again: it begins a day earlier."""
        if self._trails(window):
            self._trailing += marks
        self._last = marks

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


def _shipments(client: Client, window: Span) -> Iterator[Rows]:
    return endpoints.HAPPY_RETURNS_SHIPMENTS.pages(client, _around(window))


def _around(window: Span) -> dict[str, str | int]:
    return {"from": times.show(window.start - DAY), "to": times.show(window.end)}


def _within(window: Span) -> dict[str, str | int]:
    return {"from": times.show(window.start), "to": times.show(window.end)}


def _row_key(row: dict[str, Any]) -> str:
    """A key from what identifies an item, whatever else of it changes; Loop gives it no id."""
    content = json.dumps([row.get(name) for name in _NAMES], default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:24]
