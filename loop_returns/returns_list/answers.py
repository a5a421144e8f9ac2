"""One window of the list of returns asked for, and its answer understood.

`GET /warehouse/return/list` (detailed returns list). Both dates are always sent,
since Loop answers 24 hours where one is missing, and every answer is asked for
either as a page, with `paginate=true`, or whole, as a bare list.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, TypedDict, cast
from urllib.parse import parse_qs, urlsplit

import msgspec

from loop_returns import times
from loop_returns.endpoints import RETURNS_LIST
from loop_returns.errors import UnexpectedAnswer
from loop_returns.fetch_ahead import Hold
from loop_returns.http import envelopes, packing
from loop_returns.http.client import Client
from loop_returns.http.envelopes import Text
from loop_returns.http.exchange import Answer
from loop_returns.http.packing import PackedList
from loop_returns.returns_list.learnt import Seen
from loop_returns.returns_list.window import Window
from loop_returns.spans import Span

LIST = RETURNS_LIST.path
CHANGED, MADE = "updated_at", "created_at"
"""What the list can be filtered by."""

_LITTLE_PATIENCE = 100.0
"""Seconds for a part of a window that failed: as long as the proxy before Loop waits (524)."""


def ask(client: Client, window: Window, page_size: int, hold: Hold | None = None) -> Answer:
    """Ask for one window of returns (see `Client.get`, for what it raises, too)."""
    patience = _LITTLE_PATIENCE if window.again else None
    params = _params(window, page_size)
    return client.get(LIST, params, scope=RETURNS_LIST.scope, hold=hold, patience=patience)


def ask_ahead(client: Client, window: Window, page_size: int) -> None:
    """Ask as `ask`; the answer is kept for whoever soon asks for the same."""
    client.probe(LIST, _params(window, page_size), scope=RETURNS_LIST.scope)


def _params(window: Window, page_size: int) -> dict[str, str | int]:
    params: dict[str, str | int] = {
        "from": times.show(window.since).replace("Z", ".000Z"),
        "to": times.show(window.until).replace("Z", ".000Z"),
        "filter": window.column,
    }
    if window.state:
        params["state"] = window.state
    params |= {"paginate": "false"} if window.whole else {"paginate": "true", "pageSize": page_size}
    return params


def probe(client: Client, end: int) -> None:
    """Ask for one second of open returns, to see whether the key may.

    Raises:
        AccessError: it may not.
    """
    span = Span(end - 1, end)
    ask(client, Window(("open",), span, span.start, span.end, again=True), page_size=1)


Row = msgspec.Raw | dict[str, Any]
"""A return, not yet parsed; or parsed, where that had to be done with care."""


class Head(TypedDict, total=False):
    """What is looked at of every return, as Loop sends it."""

    id: Any
    created_at: Any
    updated_at: Any
    state: Any


@dataclass(frozen=True, slots=True)
class Listed:
    """The returns of one answer."""

    heads: Sequence[Mapping[str, Any]]
    """At least what `Head` names, of every return."""
    checksums: Sequence[int]
    """Of every return as Loop sent it; of another kind where it was parsed with care."""
    rows: Iterable[Row]
    """The returns themselves; they may be gone through again."""
    changed: Sequence[int]
    """The second in which each return changed."""
    seen: Seen


class _Page(msgspec.Struct):
    """A page in its usual form, its rows not yet parsed."""

    returns: list[msgspec.Raw]
    nextPageUrl: str | None  # noqa: N815  Loop's name
    error: None = None
    errors: None = None


_PAGE = msgspec.json.Decoder(_Page)
_WHOLE = msgspec.json.Decoder(list[msgspec.Raw])
_HEAD = msgspec.json.Decoder(Head)
_PARSED = 1 << 32


@dataclass(frozen=True, slots=True)
class _Part:
    """The returns in an answer, or in a part of a long one, and the link to the next page."""

    rows: Sequence[Row]
    heads: Sequence[Mapping[str, Any]]
    link: str | None = None


class _LongRows:
    """The rows of a long list, a part at a time, unpacked anew each time they are gone through."""

    def __init__(self, parts: PackedList, window: Window) -> None:
        self._parts = parts
        self._window = window

    def __iter__(self) -> Iterator[Row]:
        for text in self._parts:
            yield from _part(text, self._window).rows


class _Some:
    """Some of the rows, each time they are gone through."""

    def __init__(self, rows: Iterable[Row], which: Sequence[bool]) -> None:
        self._rows = rows
        self._which = which

    def __iter__(self) -> Iterator[Row]:
        return compress(self._rows, self._which)


def understand(answer: Answer, window: Window) -> Listed:
    """Read an answer to a window. A return without a date is left out, and told in `seen`.

    Raises:
        LoopRefused: an error under HTTP 200.
        UnexpectedAnswer: not the documented shape.
    """
    body = answer.body
    parts = body if window.whole and isinstance(body, PackedList) and not body.under else None
    heads: list[Mapping[str, Any]] = []
    checksums: list[int] = []
    for text in parts or (packing.whole(body),):
        part = _part(text, window)
        heads += part.heads
        checksums += [_checksum(row) for row in part.rows]
    rows: Iterable[Row] = part.rows
    if parts:
        rows = _LongRows(parts, window)
    seconds = _seconds(heads, window.column)
    changed = seconds if window.column == CHANGED else _seconds(heads, CHANGED)
    unplaced: list[tuple[str, int]] = []
    if None in seconds or None in changed:
        dated = [None not in pair for pair in zip(seconds, changed, strict=True)]
        places = [place for place, is_dated in enumerate(dated) if not is_dated]
        unplaced = [(_name(heads[at]), at - number) for number, at in enumerate(places)]
        heads, checksums = list(compress(heads, dated)), list(compress(checksums, dated))
        seconds, changed = list(compress(seconds, dated)), list(compress(changed, dated))
        rows = _Some(rows, dated)
    return Listed(
        heads,
        checksums,
        rows,
        cast("list[int]", changed),
        Seen(
            seconds=cast("list[int]", seconds),
            states=frozenset(
                state for head in heads if isinstance(state := head.get("state"), str)
            ),
            more=part.link is not None,
            cursor=cursor_second(part.link, window.column) if part.link else None,
            unplaced=unplaced,
        ),
    )


def _part(text: Text, window: Window) -> _Part:
    return _quickly(text, window) or _carefully(text, whole=window.whole)


def _quickly(text: Text, window: Window) -> _Part | None:
    """What is in an answer of the usual form; None for any other."""
    if envelopes.has_nul(text) or not envelopes.is_utf8(text):
        return None
    try:
        if window.whole:
            rows, link = _WHOLE.decode(text), None
        else:
            page = _PAGE.decode(text)
            rows, link = page.returns, page.nextPageUrl
        decode = _HEAD.decode
        heads = [decode(row) for row in rows]
    except (msgspec.DecodeError, RecursionError):
        return None
    if any(CHANGED not in head for head in heads):
        return None
    return _Part(rows, heads, envelopes.next_link({"nextPageUrl": link}, LIST, required=True))


def _carefully(text: Text, *, whole: bool) -> _Part:
    document = envelopes.parse(text, LIST)
    if not whole:
        rows = envelopes.rows(document, RETURNS_LIST.rows, LIST)
        return _Part(rows, _heads(rows), envelopes.next_link(document, LIST, required=True))
    # Unpaged, Loop answers a bare list; should it page all the same, no page may follow.
    rows = envelopes.rows(document, RETURNS_LIST.rows, LIST, bare=True)
    if not isinstance(document, list) and envelopes.next_link(document, LIST, required=True):
        raise UnexpectedAnswer(
            f"GET {LIST}: Loop pages a list that was asked for whole; it may not be complete."
        )
    return _Part(rows, _heads(rows))


def _heads(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    names = Head.__annotations__
    return [{name: row[name] for name in names if name in row} for row in rows]


def _checksum(row: Row) -> int:
    if isinstance(row, dict):
        return _PARSED | zlib.crc32(msgspec.json.encode(row))
    return zlib.crc32(row)


def parsed(row: msgspec.Raw | dict[str, Any]) -> dict[str, Any]:
    """A row of `Listed`, parsed (see `envelopes.parse`)."""
    if isinstance(row, dict):
        return row
    whole: dict[str, Any] = envelopes.parse(bytes(row), LIST)
    return whole


def cursor_second(link: str, column: str) -> int | None:
    """The second in a next link's cursor, if the list is sorted by the column filtered on.

    A cursor is base64url JSON such as `{"created_at": "2022-06-27 16:25:01",
    "_pointsToNextItems": true}` (pagination page): its first name is the column
    that the list is sorted by. A cursor that cannot be read so says nothing.
    """
    token = parse_qs(urlsplit(link).query).get("cursor", [""])[0]
    try:
        content = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        sorted_by = next(iter(content))
        return times.second(content[sorted_by]) if sorted_by == column else None
    except (
        ValueError,
        binascii.Error,
        StopIteration,
        TypeError,
        AttributeError,
        KeyError,
        RecursionError,
    ):
        return None


_UNDATED = (KeyError, TypeError, AttributeError, ValueError, OverflowError)


def _seconds(rows: Sequence[Mapping[str, Any]], column: str) -> list[int | None]:
    """The second of each row; None where it has no date."""
    parse = times.parse
    try:
        return [int(parse(row[column]).timestamp() // 1) for row in rows]
    except _UNDATED:
        return [_second(row, column) for row in rows]


def _second(row: Mapping[str, Any], column: str) -> int | None:
    try:
        return times.second(row[column])
    except _UNDATED:
        return None


def _name(row: Mapping[str, Any]) -> str:
    known = row.get("id")
    if isinstance(known, (str, int)) and not isinstance(known, bool):
        return " ".join(str(known).split())[:40]
    return "without an id"
