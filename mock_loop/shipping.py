"""Label requests and Happy Returns shipments."""

from __future__ import annotations

from typing import Any

from mock_loop import clock, errors, scopes
from mock_loop.call import Call
from mock_loop.paging import by_number, by_offset
from mock_loop.responses import Response, ok
from mock_loop.routes import Route

STATUSES = ("issued", "cancelled", "fulfilled")
PER_PAGE = 200
"""Of shipments and their items, as in the samples."""


def _bounds(call: Call) -> tuple[int | None, int | None] | Response:
    found: list[int | None] = []
    for name in ("from", "to"):
        given = call.given(name)
        try:
            found.append(None if given is None else clock.parse(given))
        except ValueError:
            return errors.invalid(name, f"The {name} is not a valid date.")
    return found[0], found[1]


def label_requests(call: Call) -> Response:
    """Newest first, so that what arrives moves the offsets; `from` counts in, `to` does not."""
    bounds = _bounds(call)
    if isinstance(bounds, Response):
        return bounds
    status, return_id = call.given("status"), call.given("return_id")
    if status is not None and status not in STATUSES:
        return errors.invalid("status", "The selected status is invalid.")
    first, last = bounds
    dated = [
        (clock.parse(row["created_at"]), place, row)
        for place, row in call.shop.table("label_requests").items()
    ]
    dated.sort(key=lambda found: found[:2], reverse=True)
    rows = [
        row
        for moment, _, row in dated
        if (first is None or moment >= first)
        and (last is None or moment < last)
        and status in (None, row["status"])
        and return_id in (None, str(row["return_id"]))
    ]
    return by_offset(call, rows)


def label_request(call: Call) -> Response:
    for row in call.shop.table("label_requests").values():
        if str(row["id"]) == call.params["id"]:
            return ok(row)
    return errors.not_found("Label request not found.")


def shipments(call: Call) -> Response:
    """By `created_at`, oldest first; the links name /list, which is no documented path."""
    bounds = _bounds(call)
    if isinstance(bounds, Response):
        return bounds
    first, last = bounds
    rows: list[dict[str, Any]] = [
        row
        for row in call.shop.table("happy_returns_shipments").values()
        if (first is None or clock.parse(row[call.quirks.shipments_column]) >= first)
        and (last is None or clock.parse(row[call.quirks.shipments_column]) <= last)
    ]
    asked = call.given("per_page") or ""
    size = int(asked) if call.quirks.per_page_heeded and asked.isdecimal() else PER_PAGE
    return by_number(call, rows, max(1, size), path=call.path + "/list", keep=("from", "to"))


def shipment(call: Call) -> Response:
    """One, by Happy Returns' own id of it."""
    for row in call.shop.table("happy_returns_shipments").values():
        if row["happy_returns_shipment_id"] == call.params["id"]:
            return ok(row)
    return errors.not_found("Shipment not found.")


def shipment_items(call: Call) -> Response:
    """The items of one, by Loop's id of the shipment."""
    digits = call.params["id"]
    rows = call.shop.happy_returns_items.get(int(digits)) if digits.isdecimal() else None
    if rows is None:
        return errors.not_found("Shipment not found.")
    return by_number(call, rows, PER_PAGE, path=call.path + "/list")


ROUTES = (
    Route("GET", "/label-requests", scopes.LABEL_REQUESTS, label_requests),
    Route("GET", "/label-requests/{id}", scopes.LABEL_REQUESTS, label_request),
    Route("GET", "/happy-returns/shipments", scopes.HAPPY_RETURNS, shipments),
    Route("GET", "/happy-returns/shipments/{id}", scopes.HAPPY_RETURNS, shipment),
    Route("GET", "/happy-returns/shipments/{id}/items", scopes.HAPPY_RETURNS, shipment_items),
)
