"""What Loop keeps of the shop's own objects. Off by default: the shop has them first-hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from loop_returns import endpoints
from loop_returns.paging import FIRST_OF_LINKED, Rows
from tap_loopreturns.records.cleaner import asked_by
from tap_loopreturns.records.objects import Record
from tap_loopreturns.streams.full_table import FullTable


class Commerce(FullTable):
    """A list of the shop's objects, 250 in a page."""

    selected_by_default = False
    costs = "one for 250 rows"
    keys: tuple[str, ...] = ("id",)

    def probe(self) -> None:
        """Ask for one page, as reading will."""
        self._probe(self.endpoint)

    def _probe(self, endpoint: endpoints.Endpoint) -> None:
        self.run.client.probe(endpoint.path, FIRST_OF_LINKED, scope=endpoint.scope)


class Orders(Commerce):
    """Orders that Loop knows."""

    name = "orders"
    endpoint = endpoints.ORDERS


class Customers(Commerce):
    """Customers."""

    name = "customers"
    endpoint = endpoints.CUSTOMERS


class Products(Commerce):
    """Products."""

    name = "products"
    endpoint = endpoints.PRODUCTS


class ProductVariants(Commerce):
    """Variants, asked for product by product: one request each at least."""

    name = "product_variants"
    endpoint = endpoints.PRODUCT_VARIANTS
    costs = "one a product"

    def pages(self) -> Iterator[Rows]:
        """The variants of all products."""
        client = self.run.client
        for products in endpoints.PRODUCTS.pages(client):
            for product in products:
                yield from self.endpoint.pages(client, id=asked_by(product, "id", self.name))

    def probe(self) -> None:
        """Ask for a page of products."""
        self._probe(endpoints.PRODUCTS)


class Collections(Commerce):
    """Collections of products."""

    name = "collections"
    endpoint = endpoints.COLLECTIONS


class Locations(Commerce):
    """Locations that hold stock."""

    name = "locations"
    endpoint = endpoints.LOCATIONS


class Inventories(Commerce):
    """Stock of a variant at a location; Loop gives the row no id of its own."""

    name = "inventories"
    keys: tuple[str, ...] = ("product_variant_id", "location_id")
    endpoint = endpoints.INVENTORIES

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
    endpoint = endpoints.BULK_OPERATIONS


class BulkOperationJobs(Commerce):
    """What became of each row of an import, asked for import by import.

    Loop documents the list, not what is in it: a job without an id has its place as its key.
    """

    name = "bulk_operation_jobs"
    keys: tuple[str, ...] = ("bulk_operation_id", "id")
    endpoint = endpoints.BULK_OPERATION_JOBS
    costs = "one an import"

    def pages(self) -> Iterator[Rows]:
        """The jobs of all imports."""
        client = self.run.client
        for operations in endpoints.BULK_OPERATIONS.pages(client):
            for operation in operations:
                own = asked_by(operation, "id", self.name)
                places = count(1)
                for jobs in self.endpoint.pages(client, id=own):
                    yield [_of_operation(job, own, next(places)) for job in jobs]

    def probe(self) -> None:
        """Ask for a page of imports."""
        self._probe(endpoints.BULK_OPERATIONS)


def _of_operation(job: Record, operation: str, place: int) -> Record:
    own = job.get("id")
    return {**job, "bulk_operation_id": operation, "id": place if own is None else own}


def _id_within(value: Any) -> Any:
    """The id of an object that Loop also shows as a list of one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value.get("id") if isinstance(value, dict) else None
