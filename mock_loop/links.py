"""Links to the return of an order, and QR codes of them."""

from __future__ import annotations

from mock_loop import errors, scopes
from mock_loop.call import Call
from mock_loop.responses import Response, dump, ok
from mock_loop.routes import Route
from mock_loop.seeds.returns import uuid

FORMATS = ("png", "eps", "svg")


def _refusal(call: Call) -> Response | None:
    given = call.sent()
    for name in ("name", "zip"):
        if not given.get(name):
            return errors.invalid(name, f"The {name} field is required.")
    if call.quirks.links_want_shop and given.get("shop_id") != call.quirks.links_want_shop:
        return errors.invalid("shop_id", "The shop id is not that of the order's store.")
    name = str(given["name"])
    known = {row["name"] for row in call.shop.table("orders").values()}
    if call.shop.book.of_order(name) is None and name not in known:
        return Response(400, dump({"errors": ["ORDER_NOT_FOUND"]}))
    return None


def _link(call: Call) -> Response:
    if refusal := _refusal(call):
        return refusal
    call.did(str(call.sent()["name"]), "link")
    return ok({"url": f"https://demo.loopreturns.example/#/link/{uuid(call.shop.rng)}"})


def _qr(call: Call) -> Response:
    """A format that it does not know gives a png."""
    if refusal := _refusal(call):
        return refusal
    given = call.sent()
    kind = given.get("type") if given.get("type") in FORMATS else "png"
    call.did(str(given["name"]), "qr")
    return ok(
        {
            "qr": f"{call.base}/api/v1/qr/i/{uuid(call.shop.rng)}.{kind}",
            "deeplink_url": f"https://demo.loopreturns.example/#/link/{uuid(call.shop.rng)}",
        }
    )


ROUTES = (
    Route("POST", "/order/link", scopes.ORDERS, _link),
    Route("POST", "/order/qr", scopes.ORDERS, _qr),
)
