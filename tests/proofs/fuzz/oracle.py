"""What was in an answer, by the reference alone: no code of the tap is used here."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

ROWS = {
    "/warehouse/return/list": "returns",
    "/warehouse/reporting/asn": "asn",
    "/allowlists": "data",
    "/destinations": "destinations",
    "/webhooks": "webhooks",
    "/customers": "customers",
    "/products": "products",
    "/inventories": "inventories",
    "/orders": "orders",
    "/locations": "locations",
    "/label-requests": "data",
    "/happy-returns/shipments": "data",
}
"""The name that rows stand under, by path; see the reference, section 2."""


@dataclass
class Contents:
    """What the oracle finds in an answer."""

    rows: list[dict[str, Any]]
    more: bool = False


def contents(body: bytes, path: str) -> Contents | str:
    """The rows of an answer, or in a word why it is not one that Loop documents."""
    try:
        document = _clean_text(json.loads(body, parse_float=Decimal, parse_constant=_refuse))
    except (ValueError, RecursionError, InvalidOperation):
        return "no JSON"
    if isinstance(document, dict) and (
        document.get("error")
        or document.get("errors")
        or set(document) in ({"message"}, {"message", "code"})
    ):
        return "an error"
    if path == "/warehouse/return/details" or path.startswith("/cart/"):
        sound = isinstance(document, dict) and document
        return Contents([document]) if sound else "no object"
    name = ROWS.get(path)
    if name is None:
        name = "data" if path.startswith("/happy") else path.rpartition("/")[2].replace("-", "_")
    rows = document.get(name) if isinstance(document, dict) else document
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return "no rows"
    links = [document.get(n) for n in ("nextPageUrl", "next_page_url")] if rows != document else []
    return Contents(rows, more=any(link not in (None, "") for link in links))


def _refuse(name: str) -> object:
    raise ValueError(name)


def _clean_text(value: Any) -> Any:
    if isinstance(value, str):
        if not value.isascii() or "\0" in value:
            return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in value)
        return value
    if isinstance(value, dict):
        return {_clean_text(name): _clean_text(one) for name, one in value.items()}
    return [_clean_text(one) for one in value] if isinstance(value, list) else value


NOT_COUNTED = {"", "N/A", "0", "1", "True", "False", "true", "false"}
"""None, and the forms of true and false, of which one becomes the other."""


def leaves(document: Any) -> Counter[Any]:
    """All single values, in a form in which equal ones are equal: instants, numbers, text."""
    found: Counter[Any] = Counter()
    todo = [document]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            # A serialized PHP DateTime becomes one value.
            is_php = value.keys() == {"date", "timezone_type", "timezone"}
            todo += [value["date"]] if is_php else list(value.values())
        elif isinstance(value, list):
            todo += value
        elif value is not None and str(value) not in NOT_COUNTED:
            found[_form(value)] += 1
    return found


def _form(value: Any) -> Any:
    if isinstance(value, str) and len(value) >= 10 and value[4:5] == "-":
        try:
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            return value
    text = str(value)
    if text.lower() in {"true", "false"} or not (text[:1].isdigit() or text[:1] in "+-."):
        return text
    try:
        number = Decimal(text)
        return number.normalize() if number.is_finite() else text
    except ArithmeticError:
        return text
