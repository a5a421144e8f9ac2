"""Shapes that people received and the documentation does not show, in a few returns each."""

from __future__ import annotations

from mock_loop.tables import Row

EACH = 200
"""Of so many returns, one has each shape."""


def changes(row: Row, place: int) -> Row:
    """What of a return is other than usual.

    Args:
        row: The return in its usual shape.
        place: Its place among the shop's returns, counted from 1; below that nothing is unusual.
    """
    shape = place % EACH if place > 0 else 0
    if shape == 70:
        return {"provider_order_id": f"gid://shopify/Order/{row['provider_order_id']}"}
    if shape == 80:
        return {"return_method": "mail"}  # as in older rows; it is an object now
    if shape == 90:
        return _pending(row)
    if shape == 100:
        return {"outcome": "credit+refund"}
    return {}


def _pending(row: Row) -> Row:
    """As soon as a return is made, its label is on its way to be made."""
    return {
        "labels": [],
        "carrier": "",
        "tracking_number": "N/A",
        "label_status": "pending",
        "label_url": None,
        "label_rate": None,
        "label_updated_at": row["created_at"],
    }
