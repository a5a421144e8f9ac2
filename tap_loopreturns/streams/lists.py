"""Lists that are read whole in every run, and tell the target which rows are gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from tap_loopreturns.clean import Record
from tap_loopreturns.errors import LoopRefused, UnexpectedAnswer
from tap_loopreturns.loop import envelopes, pages
from tap_loopreturns.loop.pages import Listing, Moved, Paging, Rows
from tap_loopreturns.streams.base import LoopStream

_TRIES = 5


class FullTable(LoopStream):
    """A list without dates: each run reads all of it.

    Its records carry a version, and only after a complete read ACTIVATE_VERSION
    is written, upon which a target removes the rows that Loop has no longer.
    """

    path: ClassVar[str]
    rows: ClassVar[str]
    paging: ClassVar[Paging]

    def read(self) -> None:
        """Read the list; again, if it changed while it was read."""
        self.progress.start("the whole list")
        before = self.tap.client.requests
        for _ in range(_TRIES):
            # Seconds may be the same in two quick runs; Singer's versions must grow.
            self._stream_version = self.tap.next_version()
            try:
                for rows in self.pages():
                    self.write([self.clean(self.prepare(row)) for row in rows])
                    self.progress.add(0)
                    self.tap.stop_if_asked()
                break
            except Moved:
                self.logger.info("%s: changed while it was read; reading it again", self.name)
        else:
            raise UnexpectedAnswer(
                f"GET {self.path}: the list changed in each of {_TRIES} readings, so it is not "
                "known to be complete. Try again at a quieter time."
            )
        self._write_activate_version_message(self._stream_version)
        requests = self.tap.client.requests - before
        self.progress.end(f"{self.progress.rows:,} rows, {requests} requests")

    def listing(self) -> Listing:
        """What is asked for."""
        return Listing(self.path, self.rows, self.scope)

    def pages(self) -> Iterator[Rows]:
        """The pages of the list."""
        return type(self).paging(self.tap.client, self.listing())

    def prepare(self, row: Record) -> Record:
        """Give a row what the key needs and Loop does not send."""
        return row

    def probe(self) -> None:
        """Ask once, to see whether the key may."""
        self.tap.client.probe(self.path, scope=self.scope)


class AllowlistItems(FullTable):
    """Customers, orders and products that return rules do not apply to."""

    name = "allowlist_items"
    keys = ("id",)
    scope = "Orders"
    path, rows = "/allowlists", "data"
    paging = staticmethod(pages.numbered)


class BlocklistItems(FullTable):
    """Customers, orders and products that may not be returned."""

    name = "blocklist_items"
    keys = ("id",)
    scope = "Orders"
    path, rows = "/blocklists", "data"
    paging = staticmethod(pages.numbered)


class Destinations(FullTable):
    """Where returns go."""

    name = "destinations"
    keys = ("id",)
    scope = "Destinations (Read)"
    path, rows = "/destinations", "destinations"
    paging = staticmethod(pages.single)


class Webhooks(FullTable):
    """Subscriptions to Loop's events."""

    name = "webhooks"
    keys = ("id",)
    scope = "Developer Tools"
    path, rows = "/webhooks", "webhooks"
    paging = staticmethod(pages.single)


class Carts(FullTable):
    """Carts by the tokens in `cart_tokens`; Loop has no list of them."""

    name = "carts"
    keys = ("token",)
    scope = "Carts"
    path, rows = "/cart", "cart"

    def pages(self) -> Iterator[Rows]:
        """One request a token; a cart that is gone is left out."""
        for token in self.tap.settings.cart_tokens:
            try:
                answer = self.tap.client.get(f"/cart/{token}", scope=self.scope)
                document = envelopes.row(answer.json(), f"/cart/{token}")
            except LoopRefused as refusal:
                # An unknown or emptied cart is 404, or an error under HTTP 200.
                if refusal.status not in {200, 404}:
                    raise
                self.logger.warning("carts: no cart with token %s: %s", token, refusal)
                continue
            yield [{**document, "token": token}]

    def probe(self) -> None:
        """Ask for the first cart, if any is named."""
        for token in self.tap.settings.cart_tokens[:1]:
            self.tap.client.probe(f"/cart/{token}", scope=self.scope)


class Commerce(FullTable):
    """What Loop keeps of the shop's own objects. Off by default: the shop has them first-hand."""

    selected_by_default = False
    keys = ("id",)
    paging = staticmethod(pages.linked)

    def probe(self) -> None:
        """Ask for one page, as reading will."""
        self.tap.client.probe(self.path, {"limit": 250, "sort_order": "asc"}, scope=self.scope)


class Orders(Commerce):
    """Orders that Loop knows."""

    name = "orders"
    scope = "Orders"
    path, rows = "/orders", "orders"


class Customers(Commerce):
    """Customers."""

    name = "customers"
    scope = "Customers (read)"
    path, rows = "/customers", "customers"


class Products(Commerce):
    """Products."""

    name = "products"
    scope = "Product (read)"
    path, rows = "/products", "products"


class ProductVariants(Commerce):
    """Variants, asked for product by product: one request each at least."""

    name = "product_variants"
    scope = "Product (read)"
    path, rows = "/products", "product_variants"

    def pages(self) -> Iterator[Rows]:
        """The variants of all products."""
        client = self.tap.client
        for products in pages.linked(client, Listing("/products", "products", self.scope)):
            for product in products:
                path = f"/products/{product.get('id')}/product-variants"
                yield from pages.linked(client, Listing(path, self.rows, self.scope))


class Collections(Commerce):
    """Collections of products."""

    name = "collections"
    scope = "Collections (read)"
    path, rows = "/collections", "collections"


class Locations(Commerce):
    """Locations that hold stock."""

    name = "locations"
    scope = "Locations (read)"
    path, rows = "/locations", "locations"


class Inventories(Commerce):
    """Stock of a variant at a location; Loop gives the row no id of its own."""

    name = "inventories"
    keys = ("product_variant_id", "location_id")
    scope = "Inventory (read)"
    path, rows = "/inventories", "inventories"

    def prepare(self, row: Record) -> Record:
        """Take the key from the variant and the location within."""
        return {
            **row,
            "product_variant_id": _id_within(row.get("product_variant")),
            "location_id": _id_within(row.get("location")),
        }


class BulkOperations(Commerce):
    """Imports of files."""

    name = "bulk_operations"
    scope = "Bulk Operations (Read)"
    path, rows = "/bulk-operations", "bulk_operations"


def _id_within(value: Any) -> Any:
    """The id of an object that Loop also shows as a list of one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value.get("id") if isinstance(value, dict) else None
