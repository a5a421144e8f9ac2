"""Labels: of returns, made in Loop's own time; and what providers of labels hand in."""

from __future__ import annotations

import time
from typing import Any

from mock_loop import clock, scopes
from mock_loop.call import Call
from mock_loop.responses import Response, dump, ok
from mock_loop.routes import Route
from mock_loop.shop import Shop
from mock_loop.tables import Row

STATUSES = ("new", "pre_transit", "in_transit", "out_for_delivery", "delivered")
REASONS = ("INSUFFICIENT_FUNDS", "INVALID_ADDRESS", "Other")
_ENDED = ("closed", "cancelled", "expired")
_LONGEST = {"tracking_number": 256, "carrier": 32, "label_url": 2048}


def _bad(code: str, message: str) -> Response:
    return Response(400, dump({"error": {"code": code, "message": message}}))


def _generate(call: Call) -> Response:
    """Queued; the same return may be queued twice, so that a test sees it happen."""
    found = call.shop.book.get(call.params["id"])
    if found is None:
        return Response(404, dump({"errors": {"code": "return_not_found"}}))
    row = found.row()
    if row["labels"]:
        return Response(409, dump({"errors": {"code": "label_already_exists"}}))
    if row["state"] in _ENDED:
        said = {"code": "return_cannot_receive_label", "message": "It takes no label."}
        return Response(422, dump({"errors": said}))
    call.did(found.id, "label")
    shop, own = call.shop, found.id
    call.shop.later.append(
        (time.monotonic() + call.quirks.process_seconds, lambda: _label(shop, own))
    )
    return Response(202, dump({"message": "Label generation queued", "returnId": int(own)}))


def _label(shop: Shop, own: str) -> None:
    row = shop.book[own].row()
    number = f"9400{next(shop.numbers):018}"
    label = {
        "status": "new",
        "updated_at": clock.offset(shop.moment()),
        "url": f"https://labels.loop.example/{number}.pdf",
        "rate": 1093,
        "carrier": "USPS",
        "tracking_number": number,
        "line_items": [int(item["line_item_id"]) for item in row["line_items"]],
    }
    shop.edit_return(
        own,
        labels=[*row["labels"], label],
        carrier="USPS",
        tracking_number=number,
        label_status="new",
        label_url=label["url"],
        label_updated_at=label["updated_at"],
    )


def _request(call: Call, own: str) -> Row | None:
    rows = call.shop.table("label_requests").values()
    return next((row for row in rows if str(row["id"]) == own), None)


def _create(call: Call) -> Response:
    given = call.sent()
    request = _request(call, str(given.get("label_request_id")))
    if request is None:
        return _bad("NOT_FOUND", "There is no such label request.")
    for name, longest in _LONGEST.items():
        value = given.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            return _bad("BAD_REQUEST", f"The {name} field is required.")
    rate = given.get("rate")
    if not isinstance(rate, dict) or not isinstance(rate.get("amount"), int):
        return _bad("BAD_REQUEST", "The rate field is required.")
    if request["status"] != "issued":
        return _bad("BAD_REQUEST", f"The label request is {request['status']}.")
    own = 67_400_000_000_000 + next(call.shop.numbers)
    call.did(str(request["id"]), "create_label")
    label = {"id": own, **given, "status": "new", "created_at": clock.offset(call.shop.moment())}
    del label["label_request_id"]
    call.shop.labels[own] = label
    request["status"] = "fulfilled"
    return ok(label)


def _update(call: Call) -> Response:
    own, status = call.params["id"], call.sent().get("status")
    label = call.shop.labels.get(int(own)) if own.isdecimal() else None
    if label is None:
        return _bad("NOT_FOUND", "There is no such label.")
    if status not in STATUSES:
        return _bad("BAD_REQUEST", "The selected status is invalid.")
    call.did(own, f"label {status}")
    label["status"] = status
    return Response(200)


def _error(call: Call) -> Response:
    given = call.sent()
    request = _request(call, call.params["id"])
    if request is None or given.get("reason") not in REASONS:
        return _bad("BAD_REQUEST", "The selected reason is invalid.")
    call.did(call.params["id"], "label_request_error")
    told: dict[str, Any] = {
        "reason": given["reason"],
        "message": given.get("message"),
        "created_at": clock.offset(call.shop.moment()),
    }
    request["errors"] = [*request["errors"], told]
    return ok(told)


ROUTES = (
    Route("POST", "/returns/{id}/labels", scopes.RETURNS, _generate),
    Route("POST", "/labels", scopes.LABELS_WRITE, _create),
    Route("PUT", "/labels/{id}", scopes.LABELS_WRITE, _update),
    Route("POST", "/label-requests/{id}/errors", scopes.LABEL_REQUESTS_WRITE, _error),
)
