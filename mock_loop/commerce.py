"""Orders, customers, products and what belongs to them: lists without any date filter."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_loop import errors, scopes
from mock_loop.call import Call
from mock_loop.paging import by_cursor
from mock_loop.responses import Response, dump, ok
from mock_loop.routes import Route

Endpoint = Callable[[Call], Response]


def with_string_ids(data: Any) -> Any:
    """Ids as strings at any depth, for callers that ask for them by header."""
    if isinstance(data, list):
        return [with_string_ids(one) for one in data]
    if isinstance(data, dict):
        return {
            key: str(value) if key == "id" and isinstance(value, int) else with_string_ids(value)
            for key, value in data.items()
        }
    return data


def _honouring_identifiers(endpoint: Endpoint) -> Endpoint:
    """X-Loop-Global-Identifier-Type: ids are integers unless it says string."""

    def answer(call: Call) -> Response:
        made = endpoint(call)
        if call.headers.get("x-loop-global-identifier-type") != "string" or made.status != 200:
            return made
        return replace(made, body=dump(with_string_ids(json.loads(made.body))))

    return answer


def _listed(name: str) -> Endpoint:
    def answer(call: Call) -> Response:
        rows = call.shop.table(name)
        wanted = {call.query["external_id"]} if call.given("external_id") else set()
        wanted.update(call.lists.get("external_ids[]", []))
        if wanted:
            rows = {key: row for key, row in rows.items() if row.get("external_id") in wanted}
        return by_cursor(call, name, rows)

    return answer


def _one(name: str, key: str = "id", wrapped: str | None = None) -> Endpoint:
    def answer(call: Call) -> Response:
        asked = call.params[key]
        rows = call.shop.table(name)
        if key == "id":
            row = rows.get(int(asked)) if asked.isdecimal() else None
        else:
            row = next((one for one in rows.values() if one[key] == asked), None)
        if row is None:
            return errors.not_found()
        return ok({wrapped: row} if wrapped else row)

    return answer


def product_variants(call: Call) -> Response:
    """The variants of one product; that such a list exists is inferred, not documented."""
    asked = call.params["product_id"]
    if not asked.isdecimal() or int(asked) not in call.shop.table("products"):
        return errors.not_found()
    rows = call.shop.table("product_variants")
    mine = {key: row for key, row in rows.items() if row["product"]["id"] == int(asked)}
    return by_cursor(call, "product_variants", mine)


def product_variant(call: Call) -> Response:
    row = call.shop.table("product_variants").get(int(call.params["id"]))
    if row is None or str(row["product"]["id"]) != call.params["product_id"]:
        return errors.not_found()
    return ok(row)


def bulk_operation_jobs(call: Call) -> Response:
    """The jobs of one import; the rows do not repeat its id."""
    asked = call.params["id"]
    if not asked.isdecimal() or int(asked) not in call.shop.table("bulk_operations"):
        return errors.not_found()
    mine = {
        key: {name: value for name, value in row.items() if name != "bulk_operation_id"}
        for key, row in call.shop.table("bulk_operation_jobs").items()
        if row["bulk_operation_id"] == int(asked)
    }
    return by_cursor(call, "bulk_operation_jobs", mine)


def inventories(call: Call) -> Response:
    """Levels by variant and location; the rows have no id."""
    rows = call.shop.table("inventories")
    for name, field in (("location_id", "location"), ("product_variant_id", "product_variant")):
        asked = call.given(name)
        if asked is not None:
            rows = {k: row for k, row in rows.items() if str(row[field][0]["id"]) == asked}
    return by_cursor(call, "inventories", rows)


def _routes() -> list[Route]:
    routes = []
    for name, scope, wrapped in (
        ("orders", scopes.ORDERS, "order"),
        ("customers", scopes.CUSTOMERS, "customer"),
        ("products", scopes.PRODUCTS, "product"),
        ("collections", scopes.COLLECTIONS, None),
        ("locations", scopes.LOCATIONS, None),
        ("bulk_operations", scopes.BULK_OPERATIONS, None),
    ):
        path = "/" + name.replace("_", "-")
        routes.append(Route("GET", path, scope, _listed(name)))
        routes.append(Route("GET", path + "/{id}", scope, _one(name, "id", wrapped)))
        if wrapped:
            one = _one(name, "external_id", wrapped)
            routes.append(Route("GET", path + "/external/{external_id}", scope, one))
    variants = "/products/{product_id}/product-variants"
    routes.append(Route("GET", variants, scopes.PRODUCTS, product_variants))
    routes.append(Route("GET", variants + "/{id}", scopes.PRODUCTS, product_variant))
    jobs = "/bulk-operations/{id}/jobs"
    routes.append(Route("GET", jobs, scopes.BULK_OPERATIONS, bulk_operation_jobs))
    routes.append(Route("GET", "/inventories", scopes.INVENTORY, inventories))
    return [replace(route, answer=_honouring_identifiers(route.answer)) for route in routes]


ROUTES = tuple(_routes())
