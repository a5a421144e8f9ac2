"""What changes an account: return actions, lists, destinations, webhooks, carts.

Each keeps to Loop's rules of transition and refuses as Loop does, which is often
under status 200. `Shop.acted` counts what was carried out, by what it was done to.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from mock_loop import clock, errors, scopes
from mock_loop.book import Return
from mock_loop.call import Call
from mock_loop.responses import Response, dump, ok
from mock_loop.routes import Route
from mock_loop.seeds.returns import uuid
from mock_loop.shop import Shop

LIST_TYPES = ("order", "product", "email", "product_tag")
TOPICS = ("return", "return.processing", "label", "restock", "label.request", "giftcard",
          "happy.returns.shipment")  # fmt: skip
LONGEST_NOTE = 254


def run_queue(shop: Shop) -> None:
    """Do what Loop has put off, as far as its time has come."""
    due = [one for one in shop.queue if one[0] <= time.monotonic()]
    for one in due:
        shop.queue.remove(one)
        shop.process_return(one[1])
    for job in [job for job in shop.later if job[0] <= time.monotonic()]:
        shop.later.remove(job)
        job[1]()


def _refused(code: str, message: str, status: int = 200) -> Response:
    return Response(status, dump({"errors": {"message": message, "code": code}}))


def _body(call: Call) -> dict[str, Any]:
    try:
        given = json.loads(call.body or b"{}")
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _did(call: Call, subject: str, action: str) -> None:
    call.shop.acted[subject, action] += 1


def _on_return(act: Callable[[Call, Return], Response]) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        found = call.shop.book.get(call.params["id"])
        return errors.not_found_in_errors() if found is None else act(call, found)

    return answer


# Returns


def _process(call: Call, found: Return) -> Response:
    """Queued; the same return may be queued twice, so that a test sees it happen."""
    if found.state == "review" and not call.quirks.process_flagged:
        return _refused("UNPROCESSABLE_FLAGGED_RETURN", "Flagged returns cannot be processed.")
    if found.state == "expired":
        return ok({"message": "This return cannot be processed."})
    if found.state not in ("open", "review"):
        return _refused("UNPROCESSABLE_RETURN", f"This return is {found.state}.")
    _did(call, found.id, "process")
    call.shop.queue.append((time.monotonic() + call.quirks.process_seconds, found.id))
    return ok(data=True)


def _remove(call: Call, found: Return) -> Response:
    ids = [one for one in (call.given("line_item_id") or "").split(",") if one]
    row = found.row()
    items = [item for item in row["line_items"] if item["line_item_id"] not in ids]
    if not ids:
        return errors.invalid("line_item_id", "The line_item_id field is required.")
    if found.state != "open" and not (found.state == "review" and call.quirks.process_flagged):
        return _refused("UNPROCESSABLE_RETURN", "The return cannot be modified.", 422)
    if row["outcome"] not in ("refund", "credit"):
        return Response(403, dump({"errors": [{"message": "Only refunds and credits qualify."}]}))
    if len(row["line_items"]) - len(items) != len(ids):
        return _refused("UNPROCESSABLE_RETURN", "Not all line items qualify.", 422)
    _did(call, found.id, "remove_line_items")
    state = "closed" if items else "cancelled"
    call.shop.edit_return(found.id, line_items=items, state=state)
    return ok(data=True)


def _move(action: str, state: str, refused: tuple[str, ...]) -> Callable[[Call, Return], Response]:
    def act(call: Call, found: Return) -> Response:
        if found.state in refused:
            return _refused("UNPROCESSABLE_RETURN", f"A {found.state} return: no {action}.")
        _did(call, found.id, action)
        call.shop.move_return(found.id, state)
        return ok(data=True)

    return act


def _note(call: Call, found: Return) -> Response:
    content = _body(call).get("content")
    if not isinstance(content, str) or not content:
        return errors.invalid("content", "The content field is required.")
    if len(content) > LONGEST_NOTE:
        return errors.invalid("content", "The content must be less than 255 characters.")
    _did(call, f"{found.id}: {content}", "note")
    call.shop.add_note(found.id, content)
    return ok(data=True)


# Lists, destinations, webhooks


def _next_id(shop: Shop, table: str) -> int:
    return max([*shop.table(table), 1000]) + next(shop.numbers)


def _create_entry(table: str) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        given = _body(call)
        kind, value = given.get("type"), given.get("value")
        if kind not in LIST_TYPES or not value:
            return errors.invalid("type", "The selected type is invalid.")
        rows = call.shop.table(table).values()
        if any((row["type"], row["value"]) == (kind, value) for row in rows):
            return Response(400, dump({"errors": ["ITEM_ALREADY_EXISTS"]}))
        _did(call, f"{table}: {value}", "create")
        row = {
            "id": _next_id(call.shop, table),
            "type": kind,
            "value": value,
            "secondary_value": given.get("secondary_value"),
            "created_at": clock.naive(call.shop.moment()),
        }
        call.shop.table(table)[row["id"]] = row
        # Seen live: 201; documented: 200.
        return Response(201 if table == "allowlists" else 200, dump(row))

    return answer


def _own(call: Call, table: str) -> int | None:
    digits = call.params["id"]
    own = int(digits) if digits.isdecimal() else -1
    return own if own in call.shop.table(table) else None


def _delete(table: str, done: Response) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        own = _own(call, table)
        if own is None:
            return errors.not_found_in_errors() if table == "webhooks" else errors.not_found()
        _did(call, f"{table}: {own}", "delete")
        call.shop.delete(table, own)
        return done

    return answer


def _save_destination(call: Call) -> Response:
    own, given = _own(call, "destinations") if "id" in call.params else None, _body(call)
    if "id" in call.params and own is None:
        return errors.not_found("Destination not found.")
    if not given.get("name") or given.get("type") not in ("warehouse", "donate"):
        return errors.invalid("name", "The name and the type are required.")
    if not isinstance(given.get("address"), dict) or not given["address"].get("address1"):
        return errors.invalid("address.address1", "The address.address1 field is required.")
    table = call.shop.table("destinations")
    if own is None and len(table) >= call.quirks.destination_limit:
        why = {"code": "DESTINATION_LIMIT_EXCEEDED", "message": "There are too many."}
        return Response(422, dump(why))
    _did(call, f"destinations: {own or given['name']}", "update" if own else "create")
    own = own or _next_id(call.shop, "destinations")
    fresh = {"enabled": True, "provider_location_id": None}
    table[own] = table.get(own, fresh) | given | {"id": own}
    return ok(table[own])


def _save_webhook(call: Call) -> Response:
    own, given = _own(call, "webhooks") if "id" in call.params else None, _body(call)
    if "id" in call.params and own is None:
        return errors.not_found_in_errors()
    if given.get("topic") not in TOPICS or not given.get("trigger") or not given.get("url"):
        return errors.invalid("topic", "The selected topic is invalid.")
    _did(call, f"webhooks: {own or given['url']}", "update" if own else "create")
    table = call.shop.table("webhooks")
    if own:
        table[own] = table[own] | given
        return Response(204)
    own = _next_id(call.shop, "webhooks")
    table[own] = {"id": own, "shop_id": 4242, "status": "inactive"} | given
    return Response(201, dump(table[own]))


# Carts


def _save_cart(call: Call) -> Response:
    variants, token = _body(call).get("cart"), call.params.get("token")
    if token is not None and token not in call.shop.carts:
        return errors.no_such_cart()
    if not variants:
        return ok({"errors": {"message": "Cart is empty."}})
    known = {int(variant.external_id) for variant in call.shop.stock}
    if any(variant not in known for variant in variants):
        return ok({"errors": {"message": "A variant was not found."}})
    _did(call, f"carts: {token or variants}", "update" if token else "create")
    name = token or uuid(call.shop.rng)
    call.shop.carts[name] = variants
    if token:
        return ok({"updated": True, "data": {"cart": variants}})
    return ok({"token": name, "data": {"cart": variants}})


def _delete_cart(call: Call) -> Response:
    if call.params["token"] not in call.shop.carts:
        return errors.no_such_cart()
    _did(call, f"carts: {call.params['token']}", "delete")
    call.shop.delete_cart(call.params["token"])
    return ok(data=True)


_RETURN = "/warehouse/return/{id}"
_NO_CONTENT, _SUCCESS = Response(204), Response(200, b"Success", "text/html; charset=UTF-8")

ROUTES = (
    Route("POST", f"{_RETURN}/process", scopes.RETURNS, _on_return(_process)),
    Route("POST", f"{_RETURN}/remove", scopes.RETURNS, _on_return(_remove)),
    Route(
        "POST",
        f"{_RETURN}/cancel",
        scopes.RETURNS,
        _on_return(_move("cancel", "cancelled", ("closed", "expired", "review", "cancelled"))),
    ),
    Route(
        "POST",
        f"{_RETURN}/flag",
        scopes.RETURNS,
        _on_return(_move("flag", "review", ("closed", "expired", "review", "cancelled"))),
    ),
    Route(
        "POST",
        f"{_RETURN}/close",
        scopes.RETURNS,
        _on_return(_move("close", "closed", ("closed", "cancelled", "expired"))),
    ),
    Route("POST", f"{_RETURN}/note", scopes.RETURNS, _on_return(_note)),
    Route("POST", "/allowlists", scopes.ORDERS, _create_entry("allowlists")),
    Route("DELETE", "/allowlists/{id}", scopes.ORDERS, _delete("allowlists", _NO_CONTENT)),
    Route("POST", "/blocklists", scopes.ORDERS, _create_entry("blocklists")),
    Route("DELETE", "/blocklists/{id}", scopes.ORDERS, _delete("blocklists", ok(data=True))),
    Route("POST", "/destinations", scopes.DESTINATIONS_WRITE, _save_destination),
    Route("PUT", "/destinations/{id}", scopes.DESTINATIONS_WRITE, _save_destination),
    Route(
        "DELETE",
        "/destinations/{id}",
        scopes.DESTINATIONS_WRITE,
        _delete("destinations", _SUCCESS),
    ),
    Route("POST", "/webhooks", scopes.DEVELOPER_TOOLS, _save_webhook),
    Route("PUT", "/webhooks/{id}", scopes.DEVELOPER_TOOLS, _save_webhook),
    Route("DELETE", "/webhooks/{id}", scopes.DEVELOPER_TOOLS, _delete("webhooks", _NO_CONTENT)),
    Route("POST", "/cart", scopes.CARTS, _save_cart),
    Route("POST", "/cart/{token}", scopes.CARTS, _save_cart),
    Route("DELETE", "/cart/{token}", scopes.CARTS, _delete_cart),
)
