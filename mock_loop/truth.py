"""What is true of an account, told by the streams that should hold it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from mock_loop import views
from mock_loop.holdings import Holdings
from mock_loop.seeds.people import of_email
from mock_loop.tables import TABLES, Row

NAMES = {"allowlist_items": "allowlists", "blocklist_items": "blocklists"}


def of(held: Holdings, stream: str) -> list[Row]:
    """All rows of a stream, as Loop sends them; exploded ones with their return's id."""
    rows = _derived(held, stream)
    if rows is None:
        name = NAMES.get(stream, stream)
        if name not in TABLES:
            raise KeyError(f"no such stream: {stream}")
        rows = iter(held.table(name).values())
        if stream in NAMES:
            rows = iter([views.list_item(row) for row in rows])
    return list(rows)


def _derived(held: Holdings, stream: str) -> Iterator[Row] | None:
    parts = {
        "return_line_items": "line_items",
        "return_exchanges": "exchanges",
        "return_labels": "labels",
    }
    returns = (found.row() for found in held.book)
    if stream in parts:
        part = parts[stream]
        return (
            {"return_id": row["id"], "position": place, "return_updated_at": row["updated_at"]}
            | piece
            for row in returns
            for place, piece in enumerate(row[part])
        )
    found: dict[str, Iterator[Row]] = {
        "returns": returns,
        "return_details": (views.details(row) for row in returns),
        "return_notes": (
            {"return_id": return_id} | note
            for return_id, notes in held.notes.items()
            for note in notes
        ),
        "advanced_shipping_notices": itertools.chain.from_iterable(
            views.shipping_notices(row, held.tables["destinations"]) for row in returns
        ),
        "carts": ({"token": token, "cart": cart} for token, cart in held.carts.items()),
        "happy_returns_shipment_items": itertools.chain.from_iterable(
            held.happy_returns_items.values(),
        ),
    }
    return found.get(stream)


def personal_values(held: Holdings) -> set[str]:
    """Texts of people; short fillers such as "N/A" are not among them."""
    values: set[str] = set()
    for found in held.book:
        row = found.row()
        values |= _of_person(row.get("customer") or "")
        values.add(row["status_page_url"])
        values.update(item["return_comment"] or "" for item in row["line_items"])
        if isinstance(method := row["return_method"], dict):
            values.add(method["qr_code_url"] or "")
    for notes in held.notes.values():
        values.update(note["content"] for note in notes)
    for name in ("allowlists", "blocklists"):
        for row in held.table(name).values():
            if row["type"] == "email":
                values |= _of_person(row["value"])
    return {value for value in values if value not in ("", "N/A")}


def _of_person(email: str) -> set[str]:
    who = of_email(email)
    return who.values() if who else {email}
