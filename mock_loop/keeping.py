"""Upserts and deletions of what the shop system tells Loop, by its ids there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mock_loop import errors, scopes
from mock_loop.call import Call
from mock_loop.responses import Response, dump, ok
from mock_loop.routes import Route
from mock_loop.tables import Row

_NEEDED = {"customers": ("sales_channel",), "collections": ("name",)}
_WRAPPED = {"orders": "order", "customers": "customer", "products": "product"}
_VARIANTS = "/products/external/{product}/product-variants"
_STOCK = "/inventories/external/products/{product}/variants/{variant}/locations/{location}"


def _find(call: Call, table: str, external_id: str) -> Row | None:
    rows = call.shop.table(table).values()
    return next((row for row in rows if row.get("external_id") == external_id), None)


def _save(table: str) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        given = call.sent()
        needed = ["external_id", *_NEEDED.get(table, ())]
        if table == "orders" and call.release != "2026-07":
            needed.append("created_at")
        for name in needed:
            if not given.get(name):
                return errors.invalid(name, f"The {name} field is required.")
        row = _put(call, table, given)
        wrapped = _WRAPPED.get(table)
        return Response(
            201 if table == "customers" else 200, dump({wrapped: row} if wrapped else row)
        )

    return answer


def _put(call: Call, table: str, given: dict[str, Any]) -> Row:
    before = _find(call, table, str(given["external_id"]))
    own = before["id"] if before else 590_000_000_000_000_000 + next(call.shop.numbers)
    row = (before or {}) | given | {"id": own, "external_id": str(given["external_id"])}
    call.did(f"{table}: {row['external_id']}", "upsert")
    call.shop.table(table)[own] = row
    return row


def _get(table: str) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        row = _find(call, table, call.params["external_id"])
        return errors.not_found() if row is None else ok(row)

    return answer


def _delete(table: str) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        row = _find(call, table, call.params["external_id"])
        if row is None:
            return errors.not_found()
        call.did(f"{table}: {row['external_id']}", "delete")
        call.shop.delete(table, row["id"])
        return ok({"id": row["id"], "external_id": row["external_id"], "success": True})

    return answer


def _save_variant(call: Call) -> Response:
    product, given = _find(call, "products", call.params["product"]), call.sent()
    if product is None:
        return errors.not_found("Product not found.")
    if not given.get("external_id"):
        return errors.invalid("external_id", "The external_id field is required.")
    named = {name: product.get(name) for name in ("id", "external_id", "sku", "name")}
    return ok(_put(call, "product_variants", given | {"product": named}))


def _of_product(answer: Callable[[Call], Response]) -> Callable[[Call], Response]:
    """A variant is found below its own product alone."""

    def checked(call: Call) -> Response:
        row = _find(call, "product_variants", call.params["external_id"])
        if row is None or row["product"].get("external_id") != call.params["product"]:
            return errors.not_found()
        return answer(call)

    return checked


def _stock(call: Call) -> tuple[int, Row] | None:
    for key, row in call.shop.table("inventories").items():
        places = (row["product_variant"][0], row["location"][0])
        if [place["external_id"] for place in places] == [
            call.params["variant"],
            call.params["location"],
        ]:
            return key, row
    return None


def _get_stock(call: Call) -> Response:
    found = _stock(call)
    return errors.not_found() if found is None else ok(found[1])


def _save_stock(call: Call) -> Response:
    count, found = call.sent().get("available_count"), _stock(call)
    if not isinstance(count, int):
        return errors.invalid("available_count", "The available_count must be an integer.")
    variant = _find(call, "product_variants", call.params["variant"])
    location = _find(call, "locations", call.params["location"])
    if variant is None or location is None:
        return errors.not_found()
    table = call.shop.table("inventories")
    key = found[0] if found else max(table, default=0) + 1
    row = {"product_variant": [_short(variant)], "location": [_short(location)]}
    table[key] = (found[1] if found else row) | {"available_count": count}
    call.did(f"inventories: {call.params['variant']}", "upsert")
    return ok(table[key])


def _delete_stock(call: Call) -> Response:
    found = _stock(call)
    if found is None:
        return errors.not_found()
    call.did(f"inventories: {call.params['variant']}", "delete")
    del call.shop.table("inventories")[found[0]]
    return ok({"success": True})


def _short(row: Row) -> Row:
    return {name: row.get(name) for name in ("id", "external_id", "sku", "name") if name in row}


def _routes() -> Iterator[Route]:
    for table, read, write in (
        ("orders", scopes.ORDERS, scopes.ORDERS),
        ("customers", scopes.CUSTOMERS, scopes.CUSTOMERS_WRITE),
        ("products", scopes.PRODUCTS, scopes.PRODUCTS_WRITE),
        ("collections", scopes.COLLECTIONS, scopes.COLLECTIONS_WRITE),
        ("locations", scopes.LOCATIONS, scopes.LOCATIONS_WRITE),
    ):
        one = f"/{table}/external/{{external_id}}"
        yield Route("PUT", f"/{table}", write, _save(table))
        yield Route("DELETE", one, write, _delete(table))
        if table not in _WRAPPED:
            yield Route("GET", one, read, _get(table))
    one = f"{_VARIANTS}/{{external_id}}"
    variant, write = "product_variants", scopes.PRODUCTS_WRITE
    yield Route("PUT", _VARIANTS, write, _save_variant)
    yield Route("GET", one, scopes.PRODUCTS, _of_product(_get(variant)))
    yield Route("DELETE", one, write, _of_product(_delete(variant)))
    yield Route("GET", _STOCK, scopes.INVENTORY, _get_stock)
    yield Route("PUT", _STOCK, scopes.INVENTORY_WRITE, _save_stock)
    yield Route("DELETE", _STOCK, scopes.INVENTORY_WRITE, _delete_stock)


ROUTES = tuple(_routes())
