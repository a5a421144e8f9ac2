"""Allowlist, blocklist, destinations, webhooks and carts."""

from __future__ import annotations

from collections.abc import Callable

from mock_loop import errors, scopes, views
from mock_loop.call import Call
from mock_loop.paging import by_number, whole_number
from mock_loop.responses import Response, ok
from mock_loop.routes import Route

PER_PAGE = 15
"""Laravel's own default."""


def _listed(name: str) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        rows = [views.list_item(row) for _, row in sorted(call.shop.table(name).items())]
        heeds = call.quirks.lists_page_size and call.given("pageSize")
        most = call.quirks.max_page_size
        size = whole_number(call, "pageSize", PER_PAGE, 1, most) if heeds else PER_PAGE
        return by_number(call, rows, size) if isinstance(size, int) else size

    return answer


def _one(name: str, missing: Callable[[], Response]) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        digits = call.params["id"]
        row = call.shop.table(name).get(int(digits)) if digits.isdecimal() else None
        return missing() if row is None else ok(row)

    return answer


def destinations(call: Call) -> Response:
    """All at once, not paged."""
    rows = list(call.shop.table("destinations").values())
    return ok({"destinations": rows[: call.quirks.list_cap]})


def webhooks(call: Call) -> Response:
    """All at once, those made in the admin included."""
    rows = list(call.shop.table("webhooks").values())
    return ok({"webhooks": rows[: call.quirks.list_cap]})


def cart(call: Call) -> Response:
    """The variants in a cart; there is no list of carts."""
    found = call.shop.carts.get(call.params["token"])
    if found is not None:
        return ok({"cart": found})
    return errors.not_found() if call.quirks.absent == "404" else errors.no_such_cart()


ROUTES = (
    Route("GET", "/allowlists", scopes.ORDERS, _listed("allowlists")),
    Route("GET", "/allowlists/{id}", scopes.ORDERS, _one("allowlists", errors.not_found)),
    Route("GET", "/blocklists", scopes.ORDERS, _listed("blocklists")),
    Route("GET", "/blocklists/{id}", scopes.ORDERS, _one("blocklists", errors.not_found)),
    Route("GET", "/destinations", scopes.DESTINATIONS, destinations),
    Route("GET", "/destinations/{id}", scopes.DESTINATIONS, _one("destinations", errors.not_found)),
    Route("GET", "/webhooks", scopes.DEVELOPER_TOOLS, webhooks),
    Route("GET", "/cart/{token}", scopes.CARTS, cart),
)
