"""Loop's list of returns: one window asked for, one answer understood.

`GET /warehouse/return/list` (detailed returns list). Both dates are always sent,
since Loop answers 24 hours where one is missing, and every answer is asked for
either as a page, with `paginate=true`, or whole, as a bare list.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tap_loopreturns import times
from tap_loopreturns.errors import UnexpectedAnswer
from tap_loopreturns.loop import envelopes
from tap_loopreturns.loop.client import Answer, Client
from tap_loopreturns.spans import Span
from tap_loopreturns.windows import Seen, Window

LIST = "/warehouse/return/list"
SCOPE = "Returns"
FILTER = "updated_at"


def ask(client: Client, window: Window, page_size: int) -> Answer:
    """Ask for one window of returns."""
    params: dict[str, str | int] = {
        "from": times.show(window.since).replace("Z", ".000Z"),
        "to": times.show(window.until).replace("Z", ".000Z"),
        "filter": FILTER,
    }
    if window.state:
        params["state"] = window.state
    if not window.whole:
        params |= {"paginate": "true", "pageSize": page_size}
    return client.get(LIST, params, scope=SCOPE)


def probe(client: Client, end: int) -> None:
    """Ask for one second of open returns, to see whether the key may.

    Raises:
        AccessError: it may not.
    """
    span = Span(end - 1, end)
    ask(client, Window(("open",), span, span.start, span.end), page_size=1)


@dataclass(frozen=True, slots=True)
class Listed:
    """The returns of one answer, with the second in which each last changed."""

    rows: list[dict[str, Any]]
    seen: Seen


def understand(answer: Answer, window: Window) -> Listed:
    """Read an answer to a window.

    Raises:
        LoopRefused: an error under HTTP 200.
        UnexpectedAnswer: not the documented shape, or a return without its `updated_at`.
    """
    document = answer.json()
    if window.whole:
        # Unpaged, Loop answers a bare list; should it page all the same, no page may follow.
        rows = envelopes.rows(document, "returns", LIST, bare=True)
        link = (
            None
            if isinstance(document, list)
            else envelopes.next_link(document, LIST, required=True)
        )
        if link:
            raise UnexpectedAnswer(
                f"GET {LIST}: Loop pages a list that was asked for whole; it may not be complete."
            )
    else:
        rows = envelopes.rows(document, "returns", LIST)
        link = envelopes.next_link(document, LIST, required=True)
    moments = [_moment(row) for row in rows]
    return Listed(
        rows,
        Seen(
            seconds=[int(moment // 1) for moment in moments],
            states=frozenset(state for row in rows if isinstance(state := row.get("state"), str)),
            more=link is not None,
            cursor=cursor_second(link) if link else None,
            exact=all(moment == moment // 1 for moment in moments),
        ),
    )


def cursor_second(link: str) -> int | None:
    """The second in a next link's cursor, if the list is sorted by the column filtered on.

    A cursor is base64url JSON such as `{"created_at": "2022-06-27 16:25:01",
    "_pointsToNextItems": true}` (pagination page): its first name is the column
    that the list is sorted by. A cursor that cannot be read so says nothing.
    """
    token = parse_qs(urlsplit(link).query).get("cursor", [""])[0]
    try:
        content = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        column = next(iter(content))
        return times.second(content[column]) if column == FILTER else None
    except (ValueError, binascii.Error, StopIteration, TypeError, AttributeError):
        return None


def _moment(row: Mapping[str, Any]) -> float:
    try:
        return times.parse(row[FILTER]).timestamp()
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
        known = row.get("id")
        name = (
            " ".join(str(known).split())
            if isinstance(known, (str, int)) and not isinstance(known, bool)
            else "without an id"
        )
        raise UnexpectedAnswer(
            f"GET {LIST}: return {str(name)[:40]}, field {FILTER}: expected a date-time, "
            f"got {envelopes.shape(row.get(FILTER))}."
        ) from None
