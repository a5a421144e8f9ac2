"""The ways in which Loop cuts a list into pages, each once."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from mock_loop import errors
from mock_loop.call import Call
from mock_loop.responses import Response, ok

Key = tuple[Any, ...]
K = TypeVar("K", bound=Key)
T = TypeVar("T")

FORWARDS = "_pointsToNextItems"


def cut(rows: list[K], size: int, after: Key | None, *, descending: bool) -> tuple[list[K], bool]:
    """The page of rows strictly beyond the key `after`, and whether more follow.

    Args:
        rows: All rows of the list, ascending.
        size: The most rows a page.
        after: The key, or the first part of the key, of the last row seen. Where
            it is a part only, all rows that share it count as seen: this is how
            Loop's cursor of a timestamp alone skips the rest of a second.
        descending: Hand them out from the end.
    """
    width = len(after) if after is not None else 0
    if descending:
        stop = len(rows) if after is None else bisect_left(rows, after, key=lambda row: row[:width])
        start = max(0, stop - size)
        return rows[start:stop][::-1], start > 0
    start = 0 if after is None else bisect_right(rows, after, key=lambda row: row[:width])
    return rows[start : start + size], start + size < len(rows)


@dataclass(frozen=True)
class Cursor:
    """A place in a list, between two rows."""

    values: dict[str, Any]
    """By column, as Laravel's cursor paginator names them; none: before all rows."""
    forwards: bool = True
    page: int = 0
    """Which page of its chain it leads to; 0 where nobody counts."""

    def encode(self) -> str:
        """Base64url JSON, as the documented sample decodes."""
        content = self.values | {FORWARDS: self.forwards}
        if self.page:
            content["_page"] = self.page
        text = json.dumps(content, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    def encode_opaque(self, tokens: dict[str, Any]) -> str:
        """A random token that only this server understands."""
        token = secrets.token_urlsafe(24)
        tokens[token] = self
        return token

    @classmethod
    def decode(cls, text: str | None, tokens: dict[str, Any]) -> Cursor | None:
        """None for what is no cursor: Laravel then begins again at the first page."""
        if not text:
            return None
        if text in tokens:
            known: Cursor = tokens[text]
            return known
        try:
            content = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (binascii.Error, ValueError):
            return None
        if not isinstance(content, dict):
            return None
        forwards, page = content.pop(FORWARDS, True), content.pop("_page", 0)
        return cls(content, bool(forwards), page)


def whole_number(call: Call, name: str, default: int, least: int, most: int) -> int | Response:
    """A parameter that Laravel validates as an integer between two bounds."""
    text = call.given(name)
    if text is None:
        return default
    if not text.isdecimal():
        return errors.invalid(name, f"The {name} must be an integer.")
    if int(text) < least:
        return errors.invalid(name, f"The {name} must be at least {least}.")
    if int(text) > most:
        return errors.invalid(name, f"The {name} may not be greater than {most}.")
    return int(text)


def by_cursor(call: Call, name: str, rows: dict[int, Any]) -> Response:
    """Commerce lists: `limit` 1 to 250, `sort_order`, `cursor`; links in snake_case."""
    limit = whole_number(call, "limit", 50, 1, 250)
    if isinstance(limit, Response):
        return limit
    sort_order = call.given("sort_order") or "asc"
    if sort_order not in ("asc", "desc"):
        return errors.invalid("sort_order", "The selected sort_order is invalid.")
    cursor = Cursor.decode(call.given("cursor"), call.tokens)
    if cursor and not isinstance(cursor.values.get("id"), int):
        return errors.server_error()
    descending = (sort_order == "desc") == (cursor is None or cursor.forwards)
    after = (cursor.values["id"],) if cursor else None
    keys: list[Key] = [(key,) for key in sorted(rows)]
    cap = call.quirks.commerce_cap
    page, more = cut(keys, min(limit, cap or limit), after, descending=descending)
    if cap:
        return ok({name: [rows[key] for (key,) in page]})
    backwards = cursor is not None and not cursor.forwards
    if backwards:
        page.reverse()

    def link(key: Key, *, forwards: bool) -> str:
        given = {k: v for k, v in call.query.items() if k != "cursor"}
        return call.link(given | {"cursor": Cursor({"id": key[0]}, forwards).encode()})

    has_next = bool(page) and (more or backwards)
    has_previous = bool(page) and (more if backwards else cursor is not None)
    return ok(
        {
            name: [rows[key] for (key,) in page],
            "next_page_url": link(page[-1], forwards=True) if has_next else None,
            "previous_page_url": link(page[0], forwards=False) if has_previous else None,
        },
    )


def by_number(
    call: Call,
    rows: Sequence[Any],
    per_page: int,
    *,
    path: str | None = None,
    keep: tuple[str, ...] = (),
) -> Response:
    """Numbered pages, as Laravel's length-aware paginator makes them.

    Args:
        call: The request, whose parameter `page` counts.
        rows: The whole list.
        per_page: Rows a page.
        path: What the links name instead of the path asked.
        keep: Parameters that the links repeat.
    """
    number = int(call.given("page") or "") if (call.given("page") or "").isdecimal() else 1
    number = max(1, number)
    last = max(1, -(-len(rows) // per_page))
    start = (number - 1) * per_page
    data = rows[start : start + per_page]
    kept = {name: call.query[name] for name in keep if call.given(name)}

    def link(page: int) -> str | None:
        return call.link(kept | {"page": page}, path=path) if 1 <= page <= last else None

    numbered = [(str(page), page) for page in range(1, last + 1)]
    ends = [("&laquo; Previous", number - 1), *numbered, ("Next &raquo;", number + 1)]
    return ok(
        {
            "current_page": number,
            "data": data,
            "first_page_url": link(1),
            "from": start + 1 if data else None,
            "last_page": last,
            "last_page_url": link(last),
            "links": [
                {"url": link(page), "label": label, "active": label == str(number)}
                for label, page in ends
            ],
            "next_page_url": link(number + 1),
            "path": call.link({}, path=path).rstrip("?"),
            "per_page": per_page,
            "prev_page_url": link(number - 1),
            "to": start + len(data) if data else None,
            "total": len(rows),
        },
    )


def by_offset(call: Call, rows: Sequence[Any]) -> Response:
    """`limit` 0 to 250 and `offset` into the list as it is now; no total."""
    limit = whole_number(call, "limit", 50, 0, 250)
    offset = whole_number(call, "offset", 0, 0, 10**9)
    for number in (limit, offset):
        if isinstance(number, Response):
            return number
    assert isinstance(limit, int)
    assert isinstance(offset, int)
    return ok({"data": rows[offset : offset + limit]})
