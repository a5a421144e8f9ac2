"""The returns API: list, details, notes, and the advanced shipping notices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from mock_loop import clock, errors, scopes, views
from mock_loop.book import COLUMNS, STATES, Column, Moment
from mock_loop.call import Call
from mock_loop.paging import Cursor, Key, cut, whole_number
from mock_loop.responses import Response, ok
from mock_loop.routes import Route


class Invalid(Exception):  # noqa: N818 - it is what Loop says, not what went wrong here
    """A request that Loop does not answer with rows."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def return_list(call: Call) -> Response:
    """Detailed Returns List; parameters that it does not know, such as page, are ignored."""
    try:
        column = _column(call)
        first, last = _range(call)
        states = _states(call)
        paginate = _boolean(call, "paginate")
    except Invalid as invalid:
        return invalid.answer
    size = whole_number(call, "pageSize", 100, 1, call.quirks.max_page_size)
    if isinstance(size, Response):
        return size
    quirks = call.quirks
    rows: list[Any] = _found(call, states, column, first, last)
    if _holds(quirks.slow_second, rows):
        return errors.timed_out(quirks.error_page)
    second, blanks = quirks.long_second or (None, 0)
    answer = _listed(call, rows, column, size, paginate=paginate)
    return replace(answer, body=answer.body + b" " * blanks) if _holds(second, rows) else answer


def _listed(call: Call, rows: list[Any], column: Column, size: int, *, paginate: bool) -> Response:
    quirks, book = call.quirks, call.shop.book
    sort = column
    if quirks.order == "id":
        rows = sorted((int(one) if one.isdecimal() else 0, one) for _, one in rows)
    elif quirks.cursor_column == "created_at" and column != "created_at":
        sort = "created_at"
        rows = sorted((book[one].created, one) for _, one in rows)
    descending = quirks.order == "desc"
    # A next link without `paginate` still pages: its cursor says so.
    if quirks.paginate_ignored or not (paginate or call.given("cursor")):
        # The bare array has no limit, as documented: everything in the range.
        all_in_order = (rows[::-1] if descending else rows)[: quirks.unpaged_cap]
        return Response(200, book.join([one for _, one in all_in_order]))
    return _page(call, rows, sort, min(size, quirks.page_cap or size), descending=descending)


def _found(
    call: Call, states: tuple[str, ...], column: Column, first: int, last: int
) -> list[Moment]:
    quirks = call.quirks
    if not quirks.hidden_fractions:
        first += not quirks.from_inclusive
        last -= not quirks.to_inclusive
        return call.shop.book.between(states, column, first, last)
    return [
        (second, one)
        for second, one in call.shop.book.between(states, column, first, last)
        if (first < second or quirks.from_inclusive or _is_amid(one))
        and (second < last or (quirks.to_inclusive and not _is_amid(one)))
    ]


def _is_amid(return_id: str) -> bool:
    """Whether a return's moments have a fraction of a second, which is not shown."""
    return crc32(return_id.encode()) % 2 == 1


def _holds(second: str | None, rows: list[Moment]) -> bool:
    return second is not None and any(one == clock.parse(second) for one, _ in rows)


def _page(call: Call, rows: list[Any], column: Column, size: int, *, descending: bool) -> Response:
    quirks = call.quirks
    counted = quirks.repeat_cursor or quirks.empty_page_at is not None
    cursor = Cursor.decode(call.given("cursor"), call.tokens)
    here = (cursor.page if cursor else 0) or 1
    try:
        after = _key(cursor, column) if cursor and cursor.values else None
    except (KeyError, TypeError, ValueError):
        # A cursor of another column makes Laravel throw.
        return errors.server_error()
    backwards = cursor is not None and not cursor.forwards
    page, more = cut(rows, size, after, descending=descending != backwards)
    if backwards:
        page.reverse()

    def link(place: dict[str, Any], *, forwards: bool, number: int) -> str:
        made = Cursor(place, forwards, number if counted else 0)
        opaque = quirks.cursor_column == "opaque"
        text = made.encode_opaque(call.tokens) if opaque else made.encode()
        return _link(call, text)

    if here == quirks.empty_page_at and rows:
        place = cursor.values if cursor else {}
        following = link(place, forwards=True, number=here + 1)
        return _envelope(b"[]", following, None)
    next_url = previous_url = None
    if page and (more or backwards):
        next_url = link(_place(call, page[-1], column), forwards=True, number=here + 1)
        if quirks.repeat_cursor and here == 2:
            next_url = _link(call, call.query["cursor"])
    if page and (more if backwards else after is not None):
        previous_url = link(_place(call, page[0], column), forwards=False, number=here - 1)
    return _envelope(call.shop.book.join([one for _, one in page]), next_url, previous_url)


def _envelope(rows: bytes, next_url: str | None, previous_url: str | None) -> Response:
    quoted = [
        b"null" if url is None else b'"%s"' % url.encode() for url in (next_url, previous_url)
    ]
    body = b'{"returns":%s,"nextPageUrl":%s,"previousPageUrl":%s}' % (rows, *quoted)
    return Response(200, body)


def _place(call: Call, row: Key, column: Column) -> dict[str, Any]:
    """What the cursor after this row holds: by default the second alone, no tie-breaker."""
    quirks = call.quirks
    if quirks.order == "id":
        return {"id": row[0]}
    place: dict[str, Any] = {column: clock.naive(row[0])}
    if quirks.cursor_column in ("id", "opaque"):
        place["id"] = row[1]
    return place


def _key(cursor: Cursor, column: Column) -> Key:
    values = cursor.values
    if column not in values:
        return (values["id"],)
    second = clock.parse(values[column])
    return (second, values["id"]) if "id" in values else (second,)


def _link(call: Call, cursor: str) -> str:
    """A next link as in the documented sample: v1, and without `from`, `state` and `paginate`."""
    quirks = call.quirks
    query = {k: v for k, v in call.query.items() if k not in quirks.next_link_drops}
    query.pop("cursor", None)
    if not quirks.next_link_without_cursor:
        query["cursor"] = cursor
    host = quirks.next_link_host or call.base
    host = host if "://" in host else f"https://{host}"
    version = quirks.next_link_version or call.version
    return f"{host}/api/{version}{call.path}?{urlencode(query)}"


def _column(call: Call) -> Column:
    given = call.given("filter") or "created_at"
    for column in COLUMNS:
        if given == column:
            return "created_at" if call.quirks.filter_ignored else column
    raise Invalid(errors.invalid("filter", "The selected filter is invalid."))


def _states(call: Call) -> tuple[str, ...]:
    state = call.given("state")
    if state is None:
        # Documented: cancelled and review returns are left out unless asked for.
        return call.quirks.default_states
    if state not in STATES:
        raise Invalid(errors.invalid("state", "The selected state is invalid."))
    ignored = {"default": call.quirks.default_states, "all": STATES}
    return ignored.get(call.quirks.state_ignored, (state,))


def _boolean(call: Call, name: str) -> bool:
    given = (call.given(name) or "false").lower()
    if given not in ("true", "false", "1", "0"):
        raise Invalid(errors.invalid(name, f"The {name} field must be true or false."))
    return given in ("true", "1")


def _moment(call: Call, name: str) -> int | None:
    given = call.given(name)
    try:
        behind = call.quirks.naive_behind * 3600 if clock.is_naive(given or "") else 0
        return None if given is None else clock.parse(given) + behind
    except ValueError:
        raise Invalid(errors.invalid(name, f"The {name} is not a valid date.")) from None


def _range(call: Call) -> tuple[int, int]:
    """The seconds asked for: a lone `to` is ignored, a lone `from` means the day after it."""
    first, last = _moment(call, "from"), _moment(call, "to")
    now = call.shop.moment()
    if first is None:
        if last is not None and call.quirks.lone_to == "honoured":
            return last - clock.DAY, last
        return now - clock.DAY, now
    if last is None:
        return first, now if call.quirks.lone_from == "now" else first + clock.DAY
    if last < first:
        raise Invalid(errors.invalid("to", "The to must be a date after or equal to from."))
    most = call.quirks.max_days
    if most is not None and last - first > most * clock.DAY:
        why = f"The date range may not be greater than {most} days."
        raise Invalid(errors.invalid("to", why))
    return first, call.shop.moment() if call.quirks.to_ignored else last


def return_details(call: Call) -> Response:
    """One return, by its id, its order's id at the shop system, or its order's name."""
    currency = call.given("currency_type") or "shop"
    if currency not in ("shop", "presentment"):
        return errors.invalid("currency_type", "The selected currency_type is invalid.")
    book = call.shop.book
    return_id = call.given("return_id")
    order = call.given("order_id") or call.given("order_name")
    if return_id is None and order is None:
        return errors.invalid("return_id", "The return_id field is required.")
    found = book.get(return_id) if return_id is not None else book.of_order(order or "")
    if found is None:
        return errors.not_found() if call.quirks.absent == "404" else errors.no_such_return()
    return ok(views.details(found.row(), presentment=currency == "presentment"))


def return_notes(call: Call) -> Response:
    """A bare array, newest first."""
    notes = call.shop.notes.get(call.params["id"])
    if notes:
        return ok(notes)
    return errors.not_found() if call.quirks.absent == "404" else errors.no_notes()


def shipping_notices(call: Call) -> Response:
    """One row a returned line item, of all states, in a single answer however long.

    Whole days; by default from a week ago to the end of today. A date that is
    none silently becomes 1970. From 2026-10 on at most 120 days.
    """
    today = call.shop.moment() // clock.DAY
    first = _asn_day(call, "from", today - 7)
    last = _asn_day(call, "to", today)
    if call.release != "2026-07" and last - first > call.quirks.asn_max_days:
        why = f"The date range may not be greater than {call.quirks.asn_max_days} days."
        return errors.invalid("to", why)
    book = call.shop.book
    found = book.between(
        STATES,
        call.quirks.asn_column,
        first * clock.DAY,
        (last + 1) * clock.DAY - 1,
    )
    docks = call.shop.tables["destinations"]
    returns = (book[one].row() for _, one in found)
    rows = [row for one in returns for row in views.shipping_notices(one, docks)]
    return ok(rows[: call.quirks.list_cap])


def _asn_day(call: Call, name: str, default: int) -> int:
    given = call.given(name)
    if given is None:
        return default
    try:
        return clock.parse(given) // clock.DAY
    except ValueError:
        return 0


ROUTES = (
    Route("GET", "/warehouse/return/list", scopes.RETURNS, return_list),
    Route("GET", "/warehouse/return/details", scopes.RETURNS, return_details),
    Route("GET", "/warehouse/return/{id}/notes", scopes.RETURNS, return_notes),
    Route("GET", "/warehouse/reporting/asn", scopes.RETURNS, shipping_notices),
)
