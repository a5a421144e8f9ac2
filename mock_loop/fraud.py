"""Reports of fraud: one a return, 409 to a second; no endpoint shows them."""

from __future__ import annotations

from mock_loop import clock, errors, scopes
from mock_loop.call import Call
from mock_loop.responses import Response, dump
from mock_loop.routes import Route

CATEGORIES = (
    "package-never-received", "package-is-empty", "package-is-missing-items",
    "instant-return-charge-failed", "keep-item-abuse",
    "splitting-returns-to-avoid-restrictions", "item-is-worn", "other",
)  # fmt: skip
LONGEST_COMMENT = 512


def _create(call: Call) -> Response:
    found = call.shop.book.get(call.params["id"])
    if found is None:
        return errors.not_found_in_errors()
    given = call.sent()
    category, comment = given.get("category"), given.get("comment")
    if category not in CATEGORIES:
        return errors.invalid("category", "The selected category is invalid.")
    if (category == "other" and not comment) or len(comment or "") > LONGEST_COMMENT:
        return errors.invalid("comment", "The comment is required, of at most 512 characters.")
    if found.id in call.shop.fraud_reports:
        return Response(409, dump({"errors": [{"message": "The return has been reported."}]}))
    call.did(found.id, "fraud_report")
    report = {
        "id": 500 + next(call.shop.numbers),
        "return_id": int(found.id),
        "category": category,
        "comment": comment,
        "created_at": clock.offset(call.shop.moment()),
    }
    call.shop.fraud_reports[found.id] = report
    return Response(201, dump(report))


def _delete(call: Call) -> Response:
    own = call.params["id"]
    if own not in call.shop.fraud_reports:
        return errors.not_found_in_errors()
    call.did(own, "delete_fraud_report")
    del call.shop.fraud_reports[own]
    return Response(204)


ROUTES = (
    Route("POST", "/returns/{id}/fraud-report", scopes.RETURNS, _create),
    Route("DELETE", "/returns/{id}/fraud-report", scopes.RETURNS, _delete),
)
