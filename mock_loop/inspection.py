"""Grades and dispositions of line items: whole requests are taken, or refused.

What is kept stands in the line items of the return, where the list and the details show it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_loop import errors, scopes
from mock_loop.call import Call
from mock_loop.responses import Response, dump, ok
from mock_loop.routes import Route

GRADES = ("grade_a", "grade_b", "grade_c", "grade_d", "incorrect_item", "missing", "junk")
OUTCOMES = ("back_to_stock", "resale_hold", "recycle", "donate", "missing")
MOST = 30
_LONGEST = {"description": 255, "return_processor": 100, "note": 65_535}
_KEPT = {
    "condition": (
        "description", "condition_category", "return_processor", "note", "inspected_at", "images",
    ),
    "disposition": ("disposition_outcome", "return_processor", "note", "inspected_at"),
}  # fmt: skip
_IMAGES, _LONGEST_URL = 5, 2048


def _assess(place: str) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        items = call.sent().get("items")
        if not isinstance(items, list) or not items:
            return errors.invalid("items", "The items field is required.")
        if len(items) > MOST:
            return errors.invalid("items", f"The items may not have more than {MOST} items.")
        for number, item in enumerate(items):
            if wrong := _objection(call, place, item):
                return errors.invalid(f"items.{number}.{wrong}", f"The {wrong} is invalid.")
        if any(call.shop.home_of(str(item["line_item_id"])) is None for item in items):
            said = "One or more line items do not belong to the shop."
            return Response(403, dump({"errors": [{"message": said}]}))
        return ok([_keep(call, place, item) for item in items])

    return answer


def _objection(call: Call, place: str, item: Any) -> str | None:
    """The field of an item that Loop refuses."""
    if not isinstance(item, dict) or not isinstance(item.get("line_item_id"), int):
        return "line_item_id"
    for name, longest in _LONGEST.items():
        if not isinstance(item.get(name), str | None) or len(item.get(name) or "") > longest:
            return name
    images = item.get("images") or []
    if len(images) > _IMAGES or any(len(url) > _LONGEST_URL for url in images):
        return "images"
    if place == "disposition":
        return None if item.get("disposition_outcome") in OUTCOMES else "disposition_outcome"
    if not item.get("description"):
        return "description"
    return None if _is_category(call, item.get("condition_category")) else "condition_category"


def _is_category(call: Call, given: Any) -> bool:
    """A word up to 2026-07, an object from 2026-10 on."""
    if given is None:
        return True
    if call.release == "2026-07":
        return given in GRADES
    return isinstance(given, Mapping) and bool(given.get("subject") and given.get("title"))


def _keep(call: Call, place: str, item: dict[str, Any]) -> dict[str, Any]:
    own = str(item["line_item_id"])
    home = call.shop.home_of(own) or ""
    kept = {name: item.get(name) for name in _KEPT[place]}
    rows = call.shop.book[home].row()["line_items"]
    call.shop.edit_return(
        home,
        line_items=[row | {place: kept} if row["line_item_id"] == own else row for row in rows],
    )
    call.did(own, place)
    return {"line_item_id": item["line_item_id"], **kept}


ROUTES = (
    Route("POST", "/dispositioning/grade", scopes.RETURNS, _assess("condition")),
    Route("POST", "/dispositioning/assess", scopes.RETURNS, _assess("disposition")),
)
