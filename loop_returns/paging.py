"""The ways in which Loop pages a list, each once; for returns, see `returns_list`.

Every way yields pages of rows. Links are read, not followed: they may name
another version, another path or no filters, so what they carry is sent again to
the path that was asked for. A list that comes out inconsistent, since it changed
while it was read, raises `Moved` and is read again from the start (`until_still`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from loop_returns import links
from loop_returns.errors import UnexpectedAnswer
from loop_returns.http import envelopes
from loop_returns.http.client import Client

Rows = list[dict[str, Any]]
Params = Mapping[str, str | int]
T = TypeVar("T")

_LIMIT = 250  # rows a page, the most that Loop takes
FIRST_OF_LINKED: Params = {"limit": _LIMIT, "sort_order": "asc"}
"""What the first page of a list with cursor links is asked for with."""
FIRST_OF_OFFSET: Params = {"limit": _LIMIT, "offset": 0}
"""What the first page of a list with offsets is asked for with."""
LARGE_PAGES: Params = {"paginate": "true", "pageSize": 750}
"""What lists with numbered pages may be asked for with, by the pagination page; their own pages
name no parameters. Where Loop does not heed it, its pages have 15 rows."""

_READINGS = 5
_ROUND = 25  # rows; lists that are cut are cut at a multiple of it, or of 5 in pages


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
    longest: int = 0
    """Rows in the longest page that is known to have come: Loop cuts no page at fewer."""


def until_still(
    read: Callable[[], T], what: str, *, again: Callable[[], object] | None = None
) -> T:
    """The result of reading a list; read once more where it changed meanwhile, five times at most.

    Args:
        read: Reads the list from its start.
        what: Which list, for the message.
        again: Called before each further reading.

    Raises:
        UnexpectedAnswer: it changed in each reading, so it is not known to be complete.
    """
    for reading in range(_READINGS):
        if reading and again:
            again()
        try:
            return read()
        except Moved:
            continue
    raise UnexpectedAnswer(
        f"{what}: the list changed in each of {_READINGS} readings, so it is not known to be "
        "complete. Try again at a quieter time."
    )


class Paging(Protocol):
    """One of the ways below."""

    def __call__(self, client: Client, listing: Listing) -> Iterator[Rows]:
        """Yield the pages of a list."""


def single(client: Client, listing: Listing) -> Iterator[Rows]:
    """One answer holds all rows, under their name or as a bare list."""
    answer = client.get(listing.path, listing.params, scope=listing.scope)
    known: list[object] = []
    for document in answer.documents(listing.rows):
        rows = envelopes.rows(document, listing.rows, listing.path, bare=True)
        if isinstance(document, dict) and envelopes.next_link(
            document, listing.path, required=False
        ):
            raise UnexpectedAnswer(
                f"GET {listing.path}: Loop pages a list that it documents in one answer; "
                "it may not be complete."
            )
        known = [row.get("id") for row in rows]  # before the rows are given away
        yield rows
    if looks_cut(len(known)) and not listing.params:
        _want_no_second_page(client, listing, known)


def looks_cut(rows: int) -> bool:
    """Whether a list of so many rows may be one that was cut at a round number."""
    return rows >= _ROUND and rows % _ROUND == 0


def _want_no_second_page(client: Client, listing: Listing, known: list[object]) -> None:
    """See to it that a list which is documented in one answer has no second page.

    Raises:
        UnexpectedAnswer: it has one, with rows that the first answer lacks.
    """
    params = {**listing.params, "page": 2}
    document = client.get(listing.path, params, scope=listing.scope).json()
    more = envelopes.rows(document, listing.rows, listing.path, bare=True)
    if any(row.get("id") not in known for row in more):
        raise UnexpectedAnswer(
            f"GET {listing.path}: Loop cuts the list at {len(known)} rows, though it documents it "
            "in one answer; it is not complete."
        )


def numbered(client: Client, listing: Listing, asked: list[Params] | None = None) -> Iterator[Rows]:
    """Laravel's numbered pages: allowlist, blocklist, Happy Returns.

    Rows that go while the list is read make later ones slide to an earlier page,
    and be missed. The paginator's `total` tells; so does a row that comes twice.
    `asked` takes in what each page was asked for with.
    """
    params: Params = listing.params
    asked = [] if asked is None else asked
    page, rows_read = 1, 0
    total: int | None = None
    ids: set[object] = set()
    known: set[str] = set()
    while True:
        asked.append(params)
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
        if link in known or (total is not None and page > total + 1):
            raise UnexpectedAnswer(
                f"GET {listing.path}: Loop links more pages than there are rows."
            )
        known.add(link)
        params = {**listing.params, **links.place(link, page)}
    if total not in {None, rows_read}:
        raise Moved


def steady(client: Client, listing: Listing) -> Iterator[Rows]:
    """Numbered pages, of which all but the last are asked for twice: allowlist, blocklist.

    A row that goes while another comes leaves the total as it was, yet a later one
    may have slid onto a page that was read before. What is missed here would be
    taken for deleted.
    """
    asked: list[Params] = []
    lasts = []
    for rows in numbered(client, listing, asked):
        lasts.append(rows[-1].get("id") if rows else None)  # before the rows are given away
        yield rows
    for params, last in zip(asked[:-1], lasts[:-1], strict=True):
        document = client.get(listing.path, params, scope=listing.scope).json()
        again = envelopes.rows(document, listing.rows, listing.path)
        if (again[-1].get("id") if again else None) != last:
            raise Moved


def linked(client: Client, listing: Listing) -> Iterator[Rows]:
    """Cursor links, 250 rows a page: the commerce lists, sorted by id."""
    params: dict[str, str | int] = {**listing.params, **FIRST_OF_LINKED}
    seen: set[str] = set()
    while True:
        document = client.get(listing.path, params, scope=listing.scope).json()
        rows = envelopes.rows(document, listing.rows, listing.path)
        count = len(rows)
        yield rows
        # Some samples show no link at all; a full page without one may not be the last.
        link = envelopes.next_link(document, listing.path, required=count >= _LIMIT)
        if link is None:
            # It may be a full page all the same, of a lower limit than was asked for.
            is_odd = count % 5 == 0 and count >= _ROUND if _says_where_it_ends(document) else True
            if count > 1 and is_odd and not seen:
                _want_links(client, listing, params, count - 1)
            return
        cursor = links.cursor(link)
        if not cursor or cursor in seen:
            fault = "repeats a cursor" if cursor else "links a next page without a cursor"
            raise UnexpectedAnswer(f"GET {listing.path}: Loop {fault}, so the rest cannot be read.")
        if links.is_a_time_alone(cursor):
            raise UnexpectedAnswer(
                f"GET {listing.path}: Loop's cursor is a time alone, so rows of the same "
                "second could be passed over."
            )
        seen.add(cursor)
        params["cursor"] = cursor


def _says_where_it_ends(document: Mapping[str, Any]) -> bool:
    return "next_page_url" in document or "nextPageUrl" in document


def _want_links(client: Client, listing: Listing, params: Params, limit: int) -> None:
    """See to it that Loop links a next page where it cuts one: then a page without one is the last.

    Raises:
        UnexpectedAnswer: it cuts a page and links none, so no page is known to be the last.
    """
    cut = client.get(listing.path, {**params, "limit": limit}, scope=listing.scope).json()
    envelopes.rows(cut, listing.rows, listing.path)
    if envelopes.next_link(cut, listing.path, required=True) is None:
        raise UnexpectedAnswer(
            f"GET {listing.path}: Loop cuts a page of {limit} rows and links no next one, so the "
            "list is not known to be complete."
        )


def offset(client: Client, listing: Listing) -> Iterator[Rows]:
    """`limit` and `offset`, without a total: label requests.

    Each page begins with the last row of the one before. Where it does not, rows
    have come or gone before it. A row that comes twice says the same, or that
    Loop sorts rows of the same second at will.
    """
    at = size = 0
    last: object = None
    ids: set[object] = set()
    while True:
        params = {**listing.params, **FIRST_OF_OFFSET, "offset": at}
        document = client.get(listing.path, params, scope=listing.scope).json()
        rows = envelopes.rows(document, listing.rows, listing.path, bare=True)
        if at and (not rows or rows[0].get("id") != last):
            raise Moved
        # A first page of a round number may be Loop's own limit, lower than what was asked for.
        if not size:
            is_odd = len(rows) % 5 or len(rows) < listing.longest
            size = _LIMIT if is_odd else max(len(rows), 1)
        full = len(rows) >= size > 1
        last = rows[-1].get("id") if full else None  # before the rows are given away
        rows = rows[1:] if at else rows
        _take_in(ids, rows)
        yield rows
        if not full:
            return
        at += size - 1


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
        known = row.get("id", row.get("loop_shipment_id"))
        if isinstance(known, (str, int)):
            if known in ids:
                raise Moved
            ids.add(known)
