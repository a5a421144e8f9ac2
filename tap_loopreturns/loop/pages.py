"""The ways in which Loop pages a list, each once; for returns, see `windows`.

Every way yields pages of rows. Links are read, not followed: they may name
another version, another path or no filters, so what they carry is sent again to
the path that was asked for. A list that comes out inconsistent, since it changed
while it was read, is read again from the start by whoever asked (`Moved`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from tap_loopreturns.errors import UnexpectedAnswer
from tap_loopreturns.loop import envelopes
from tap_loopreturns.loop.client import Client

Rows = list[dict[str, Any]]
Params = Mapping[str, str | int]


class Moved(Exception):  # noqa: N818  a fact, not yet an error
    """The list changed while it was being read, so that rows may have been passed over."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list to ask for."""

    path: str
    rows: str
    """The name that the rows stand under."""
    scope: str
    params: Params = field(default_factory=dict)


class Paging(Protocol):
    """One of the ways below."""

    def __call__(self, client: Client, listing: Listing) -> Iterator[Rows]:
        """Yield the pages of a list."""


def single(client: Client, listing: Listing) -> Iterator[Rows]:
    """One answer holds all rows, under their name or as a bare list."""
    document = client.get(listing.path, listing.params, scope=listing.scope).json()
    rows = envelopes.rows(document, listing.rows, listing.path, bare=True)
    if isinstance(document, dict) and envelopes.next_link(document, listing.path, required=False):
        raise UnexpectedAnswer(
            f"GET {listing.path}: Loop pages a list that it documents in one answer; "
            "it may not be complete."
        )
    yield rows


def numbered(client: Client, listing: Listing) -> Iterator[Rows]:
    """Laravel's numbered pages: allowlist, blocklist, Happy Returns.

    Rows that go while the list is read make later ones slide to an earlier page,
    and be missed. The paginator's `total` tells; so does a row that comes twice.
    """
    page, rows_read = 1, 0
    total: int | None = None
    ids: set[object] = set()
    links: set[str] = set()
    while True:
        params = dict(listing.params) if page == 1 else {**listing.params, "page": page}
        document = client.get(listing.path, params, scope=listing.scope).json()
        rows = envelopes.rows(document, listing.rows, listing.path, bare=page == 1)
        if isinstance(document, list):
            yield rows
            return
        said = _total(document, listing.path)
        if total not in {None, said}:
            raise Moved
        total = said
        rows_read += len(rows)
        _take_in(ids, rows)
        yield rows
        link = envelopes.next_link(document, listing.path, required=total is None)
        if link is None:
            break
        page += 1
        if link in links or (total is not None and page > total + 1):
            raise UnexpectedAnswer(
                f"GET {listing.path}: Loop links more pages than there are rows."
            )
        links.add(link)
    if total not in {None, rows_read}:
        raise Moved


def linked(client: Client, listing: Listing) -> Iterator[Rows]:
    """Cursor links, 250 rows a page: the commerce lists, sorted by id."""
    params: dict[str, str | int] = {**listing.params, "limit": 250, "sort_order": "asc"}
    seen: set[str] = set()
    while True:
        document = client.get(listing.path, params, scope=listing.scope).json()
        yield envelopes.rows(document, listing.rows, listing.path)
        link = envelopes.next_link(document, listing.path, required=False)
        if link is None:
            return
        cursor = parse_qs(urlsplit(link).query).get("cursor", [""])[0]
        if not cursor or cursor in seen:
            fault = "repeats a cursor" if cursor else "links a next page without a cursor"
            raise UnexpectedAnswer(f"GET {listing.path}: Loop {fault}, so the rest cannot be read.")
        seen.add(cursor)
        params["cursor"] = cursor


def offset(client: Client, listing: Listing) -> Iterator[Rows]:
    """`limit` and `offset`, without a total: label requests.

    Each page begins with the last row of the one before. Where it does not, rows
    have come or gone before it. A row that comes twice says the same, or that
    Loop sorts rows of the same second at will.
    """
    limit, at = 250, 0
    last: object = None
    ids: set[object] = set()
    while True:
        params = {**listing.params, "limit": limit, "offset": at}
        document = client.get(listing.path, params, scope=listing.scope).json()
        rows = envelopes.rows(document, listing.rows, listing.path, bare=True)
        if at and (not rows or rows[0].get("id") != last):
            raise Moved
        full = len(rows) == limit
        last = rows[-1].get("id") if full else None  # before the rows are given away
        rows = rows[1:] if at else rows
        _take_in(ids, rows)
        yield rows
        if not full:
            return
        at += limit - 1


def _total(document: Mapping[str, Any], where: str) -> int | None:
    """How many rows a paginator says there are, if it does."""
    total = document.get("total")
    if isinstance(total, str) and re.fullmatch("[0-9]{1,15}", total):
        return int(total)
    if total is None or total.__class__ is int:
        return total
    raise UnexpectedAnswer(f"GET {where}: 'total' is {envelopes.shape(total)}, not a number.")


def _take_in(ids: set[object], rows: Rows) -> None:
    """Remember a page's rows by their id, where they have one.

    Raises:
        Moved: one of them was in the list before, so that another may have been passed over.
    """
    for row in rows:
        known = row.get("id")
        if isinstance(known, (str, int)):
            if known in ids:
                raise Moved
            ids.add(known)
