"""Each address of Loop's API: path, scope, paging, and how it says "there is nothing".

Readers and writers of the same thing share its endpoint, so they cannot disagree.
Paths and envelopes are those of Loop's page for each endpoint; scopes are named as
Loop's settings page names them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from loop_returns import paging
from loop_returns.errors import LoopRefused, UnexpectedAnswer
from loop_returns.http import envelopes
from loop_returns.http.client import Client
from loop_returns.paging import Listing, Paging, Params, Rows

STATES = ("open", "closed", "cancelled", "expired", "review")
"""The states of a return that Loop documents."""

VERSIONS = ("2026-10", "2026-07", "v1", "unstable")
"""Dated versions of the API; v1 is an alias of 2026-07."""

NO_SCOPE = "none"
"""The scope of what is no address of Loop's."""

_NO_RETURN = re.compile(r"no (such )?return (was )?found\b")
_GONE = re.compile(
    r"((((the |this )?cart (was )?)?not found"
    r"|no (such )?cart (was )?found( (for|with) (the |this )?((provided|given) )?token)?)"
    r"\b\W*)+"  # once in the message, once in the code
)


def _never(refusal: LoopRefused) -> bool:
    del refusal
    return False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address.

    Attributes:
        path: Below `/api/{version}`; `{id}` and the like are filled in by `at`.
        scope: What the key needs to read it.
        write_scope: What it needs to change it, where that is another.
        rows: The name that the rows, or the one row, stand under.
        paging: How a list comes in pages; None where it is no list.
        is_nothing: Whether a refusal only says that there is nothing to have.
        params: What a list is always asked for with.
        has_errors: `errors` is a field of what is there, and no refusal beside an `id`.
    """

    path: str
    scope: str
    write_scope: str | None = None
    rows: str = ""
    paging: Paging | None = None
    is_nothing: Callable[[LoopRefused], bool] = _never
    has_errors: bool = False
    params: Params = field(default_factory=dict)

    @property
    def changes(self) -> str:
        """The scope that changing it needs."""
        return self.write_scope or self.scope

    def at(self, **names: str) -> str:
        """The path with its names filled in, fit for a URL."""
        return self.path.format(**{name: quote(value, safe="") for name, value in names.items()})

    def listing(self, params: Params | None = None, **names: str) -> Listing:
        """The list to ask for."""
        return Listing(self.at(**names), self.rows, self.scope, {**self.params, **(params or {})})

    def pages(self, client: Client, params: Params | None = None, **names: str) -> Iterator[Rows]:
        """The pages of the list, as they come.

        Raises:
            Moved: it changed while it was read; see `paging.until_still`.
            LoopReturnsError: as `Client.get`, and UnexpectedAnswer for another shape.
        """
        if self.paging is None:
            raise TypeError(f"{self.path} is no list")
        return self.paging(client, self.listing(params, **names))

    def read(self, client: Client, params: Params | None = None, **names: str) -> Any:
        """The parsed answer; None where there is nothing to have.

        Raises:
            LoopReturnsError: as `Client.get`; LoopRefused also for an error under HTTP 200.
        """
        where = self.at(**names)
        try:
            document = client.get(where, params, scope=self.scope).json()
            if not (self.has_errors and isinstance(document, dict) and document.get("id")):
                envelopes.refuse_error(document, where)
        except LoopRefused as refusal:
            if self.is_nothing(refusal):
                return None
            raise
        if document is None:  # a null is no word of Loop's for nothing
            raise UnexpectedAnswer(f"GET {where}: expected an object or a list, got null.")
        return document


def _no_notes(refusal: LoopRefused) -> bool:
    """A return without notes is answered with 422 and `false`."""
    return refusal.status == 422 and refusal.body is False  # noqa: PLR2004


def names_what_is_missing(body: object) -> bool:
    """Whether a 404 is about the thing asked for.

    An address that does not exist, as of a version that was retired, is answered with a
    message alone, and by a proxy with a page.
    """
    return isinstance(body, Mapping) and bool(body.keys() & {"code", "error", "errors"})


def _no_return(refusal: LoopRefused) -> bool:
    """Loop says "No return found with this ID." under HTTP 200 (return details page)."""
    if refusal.status == 404:  # noqa: PLR2004
        return names_what_is_missing(refusal.body)
    said = envelopes.words(refusal.body).lower()
    return refusal.status == 200 and _NO_RETURN.match(said) is not None  # noqa: PLR2004


def _no_cart(refusal: LoopRefused) -> bool:
    """404 about the cart, or an error under HTTP 200 that says so, in any of its words.

    "No cart found for the provided token." is documented for DELETE. Loop may also say under
    200 that a variant or a session was not found; that is another matter.
    """
    if refusal.status == 404:  # noqa: PLR2004
        return names_what_is_missing(refusal.body)
    said = envelopes.words(refusal.body).lower().replace("_", " ")
    return refusal.status == 200 and _GONE.fullmatch(said) is not None  # noqa: PLR2004


def _no_thing(refusal: LoopRefused) -> bool:
    return refusal.status == 404 and names_what_is_missing(refusal.body)  # noqa: PLR2004


def _commerce(path: str, scope: str, rows: str) -> Endpoint:
    write = (
        None if scope == "Orders" else scope.replace("(read)", "(write)").replace("Read", "Write")
    )
    return Endpoint(path, scope, write, rows=rows, paging=paging.linked)


def _by_external_id(path: str, whole: Endpoint) -> Endpoint:
    return Endpoint(path, whole.scope, whole.write_scope, is_nothing=_no_thing)


RETURNS_LIST = Endpoint("/warehouse/return/list", "Returns", rows="returns")
"""Read by windows of time (see `returns_list`)."""

RETURN_DETAILS = Endpoint("/warehouse/return/details", "Returns", is_nothing=_no_return)
RETURN_NOTES = Endpoint(
    "/warehouse/return/{id}/notes", "Returns", rows="notes", is_nothing=_no_notes
)
RETURN_ACTION = Endpoint("/warehouse/return/{id}/{action}", "Returns")
"""Changes only: process, cancel, flag, close, remove, note."""

FRAUD_REPORT = Endpoint("/returns/{id}/fraud-report", "Returns")
"""Changes only; there is no list of reports."""

RETURN_LABELS = Endpoint("/returns/{id}/labels", "Returns")
"""Changes only; the labels of a return stand in its details."""

GRADES = Endpoint("/dispositioning/grade", "Returns")
DISPOSITIONS = Endpoint("/dispositioning/assess", "Returns")
"""Changes only; both stand in a return's line items."""

ORDER_LINK = Endpoint("/order/{action}", "Orders")
"""Changes only: link, qr."""

SHIPPING_NOTICES = Endpoint("/warehouse/reporting/asn", "Returns", rows="asn", paging=paging.single)
LABEL_REQUESTS = Endpoint(
    "/label-requests", "Label Requests (Read)", rows="data", paging=paging.offset
)
LABEL_REQUEST = Endpoint(
    "/label-requests/{id}",
    "Label Requests (Read)",
    "Label Requests (Write)",
    is_nothing=_no_thing,
    has_errors=True,
)
LABEL_REQUEST_ERRORS = Endpoint(
    "/label-requests/{id}/errors", "Label Requests (Read)", "Label Requests (Write)"
)
"""Changes only; the errors stand in the label request."""

LABELS = Endpoint("/labels", "Labels (Write)")
"""Changes only, by providers of labels; Loop has no list of labels."""
HAPPY_RETURNS_SHIPMENTS = Endpoint(
    "/happy-returns/shipments",
    "Happy Returns Shipments (Read)",
    rows="data",
    paging=paging.numbered,
)
HAPPY_RETURNS_SHIPMENT_ITEMS = Endpoint(
    "/happy-returns/shipments/{id}/items",
    "Happy Returns Shipments (Read)",
    rows="data",
    paging=paging.numbered,
)
# Rows that slide from one page to another would be taken for deleted, hence `steady`.
ALLOWLIST = Endpoint(
    "/allowlists", "Orders", rows="data", paging=paging.steady, params=paging.LARGE_PAGES
)
BLOCKLIST = Endpoint(
    "/blocklists", "Orders", rows="data", paging=paging.steady, params=paging.LARGE_PAGES
)
DESTINATIONS = Endpoint(
    "/destinations",
    "Destinations (Read)",
    "Destinations (Write)",
    rows="destinations",
    paging=paging.single,
)
WEBHOOKS = Endpoint("/webhooks", "Developer Tools", rows="webhooks", paging=paging.single)
CARTS = Endpoint("/cart", "Carts", is_nothing=_no_cart)
"""Where a cart is made; Loop has no list of carts."""
CART = Endpoint("/cart/{token}", "Carts", rows="cart", is_nothing=_no_cart)

ORDERS = _commerce("/orders", "Orders", "orders")
CUSTOMERS = _commerce("/customers", "Customers (read)", "customers")
PRODUCTS = _commerce("/products", "Product (read)", "products")
PRODUCT_VARIANTS = _commerce(
    "/products/{id}/product-variants", "Product (read)", "product_variants"
)
COLLECTIONS = _commerce("/collections", "Collections (read)", "collections")
LOCATIONS = _commerce("/locations", "Locations (read)", "locations")
INVENTORIES = _commerce("/inventories", "Inventory (read)", "inventories")
BULK_OPERATIONS = _commerce("/bulk-operations", "Bulk Operations (Read)", "bulk_operations")
BULK_OPERATION_JOBS = _commerce(
    "/bulk-operations/{id}/jobs", "Bulk Operations (Read)", "bulk_operation_jobs"
)

ORDER = _by_external_id("/orders/external/{external_id}", ORDERS)
CUSTOMER = _by_external_id("/customers/external/{external_id}", CUSTOMERS)
PRODUCT = _by_external_id("/products/external/{external_id}", PRODUCTS)
PRODUCT_VARIANT = _by_external_id(
    "/products/external/{product_external_id}/product-variants/{external_id}", PRODUCT_VARIANTS
)
PRODUCT_VARIANTS_OF = _by_external_id(
    "/products/external/{product_external_id}/product-variants", PRODUCT_VARIANTS
)
"""Changes only: where a variant is put."""

COLLECTION = _by_external_id("/collections/external/{external_id}", COLLECTIONS)
LOCATION = _by_external_id("/locations/external/{external_id}", LOCATIONS)
INVENTORY = _by_external_id(
    "/inventories/external/products/{product_external_id}/variants/{variant_external_id}"
    "/locations/{location_external_id}",
    INVENTORIES,
)
"""One thing of the shop system's, by the ids that it has there."""
