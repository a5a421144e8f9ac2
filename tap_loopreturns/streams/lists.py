"""Lists that are read whole in every run, and tell the target which rows are gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from tap_loopreturns.clean import Record, asked_by
from tap_loopreturns.errors import LoopRefused, UnexpectedAnswer
from tap_loopreturns.loop import envelopes, pages
from tap_loopreturns.loop.pages import Listing, Moved, Paging, Rows
from tap_loopreturns.streams.base import LoopStream

_TRIES = 5
_GONE = re.compile(r"((cart )?not found\W*)+")  # message and code


class FullTable(LoopStream):
    """A list without dates: each run reads all of it.

    Its records carry a version, and only after a complete read ACTIVATE_VERSION
    is written, upon which a target removes the rows that Loop has no longer.
    """

    costs = "one a page"
    path: ClassVar[str]
    rows: ClassVar[str]
    paging: ClassVar[Paging]

    def read(self) -> None:
        """Read the list; again, if it changed while it was read."""
        self.progress.start(self.what())
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
        self.end(self.tap.client.requests - before)

    def what(self) -> str:
        """What is about to be read, in words."""
        return "the whole list"

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
    keys: tuple[str, ...] = ("id",)
    scope = "Orders"
    endpoint = path = "/allowlists"
    rows = "data"
    paging = staticmethod(pages.steady)


class BlocklistItems(FullTable):
    """Customers, orders and products that may not be returned."""

    name = "blocklist_items"
    keys: tuple[str, ...] = ("id",)
    scope = "Orders"
    endpoint = path = "/blocklists"
    rows = "data"
    paging = staticmethod(pages.steady)


class Destinations(FullTable):
    """Where returns go."""

    name = "destinations"
    keys: tuple[str, ...] = ("id",)
    scope = "Destinations (Read)"
    endpoint = path = "/destinations"
    rows = "destinations"
    costs = "one"
    paging = staticmethod(pages.single)


class Webhooks(FullTable):
    """Subscriptions to Loop's events."""

    name = "webhooks"
    keys: tuple[str, ...] = ("id",)
    scope = "Developer Tools"
    endpoint = path = "/webhooks"
    rows = "webhooks"
    costs = "one"
    paging = staticmethod(pages.single)


class Carts(FullTable):
    """Carts by the tokens in `cart_tokens`; Loop has no list of them."""

    name = "carts"
    keys: tuple[str, ...] = ("token",)
    scope = "Carts"
    endpoint, path = "/cart/{token}", "/cart"
    costs = "one a token"
    rows = "cart"

    def what(self) -> str:
        """How many carts."""
        return f"the carts of {len(self.tap.settings.cart_tokens):,} tokens"

    def pages(self) -> Iterator[Rows]:
        """One request a token; a cart that is gone is left out."""
        for token in self.tap.settings.cart_tokens:
            try:
                answer = self.tap.client.get(f"/cart/{token}", scope=self.scope)
                document = envelopes.row(answer.json(), f"/cart/{token}")
            except LoopRefused as refusal:
                if not _is_gone(refusal):
                    raise
                self.logger.warning("carts: no cart with token %s: %s", token, refusal)
                continue
            yield [{**document, "token": token}]

    def probe(self) -> None:
        """Ask for the first cart, if any is named; that it is gone says nothing of the key."""
        for token in self.tap.settings.cart_tokens[:1]:
            try:
                self.tap.client.probe(f"/cart/{token}", scope=self.scope)
            except LoopRefused as refusal:
                if not _is_gone(refusal):
                    raise


class Commerce(FullTable):
    """What Loop keeps of the shop's own objects. Off by default: the shop has them first-hand."""

    selected_by_default = False
    costs = "one for 250 rows"
    keys: tuple[str, ...] = ("id",)
    paging = staticmethod(pages.linked)

    def probe(self) -> None:
        """Ask for one page, as reading will."""
        self.tap.client.probe(self.path, {"limit": 250, "sort_order": "asc"}, scope=self.scope)


class Orders(Commerce):
    """Orders that Loop knows."""

    name = "orders"
    scope = "Orders"
    endpoint = path = "/orders"
    rows = "orders"


class Customers(Commerce):
    """Customers."""

    name = "customers"
    scope = "Customers (read)"
    endpoint = path = "/customers"
    rows = "customers"


class Products(Commerce):
    """Products."""

    name = "products"
    scope = "Product (read)"
    endpoint = path = "/products"
    rows = "products"


class ProductVariants(Commerce):
    """Variants, asked for product by product: one request each at least."""

    name = "product_variants"
    scope = "Product (read)"
    endpoint, path = "/products/{id}/product-variants", "/products"
    rows = "product_variants"
    costs = "one a product"

    def pages(self) -> Iterator[Rows]:
        """The variants of all products."""
        client = self.tap.client
        for products in pages.linked(client, Listing("/products", "products", self.scope)):
            for product in products:
                path = f"/products/{asked_by(product, 'id', self.name)}/product-variants"
                yield from pages.linked(client, Listing(path, self.rows, self.scope))


class Collections(Commerce):
    """Collections of products."""

    name = "collections"
    scope = "Collections (read)"
    endpoint = path = "/collections"
    rows = "collections"


class Locations(Commerce):
    """Locations that hold stock."""

    name = "locations"
    scope = "Locations (read)"
    endpoint = path = "/locations"
    rows = "locations"


class Inventories(Commerce):
    """Stock of a variant at a location; Loop gives the row no id of its own."""

    name = "inventories"
    keys: tuple[str, ...] = ("product_variant_id", "location_id")
    scope = "Inventory (read)"
    endpoint = path = "/inventories"
    rows = "inventories"

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
    endpoint = path = "/bulk-operations"
    rows = "bulk_operations"


def _is_gone(refusal: LoopRefused) -> bool:
    """Whether Loop has no such cart: 404, or an error under HTTP 200 that says so.

    Loop may also say under 200 that a variant or a session was not found; that is another matter.
    """
    if refusal.status == 404:  # noqa: PLR2004
        return True
    said = envelopes.words(refusal.body).lower().replace("_", " ")
    return refusal.status == 200 and _GONE.fullmatch(said) is not None  # noqa: PLR2004


def _id_within(value: Any) -> Any:
    """The id of an object that Loop also shows as a list of one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value.get("id") if isinstance(value, dict) else None
