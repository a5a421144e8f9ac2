"""The account as it is now, as far as the actions are about it: only reading, few requests.

Few returns are asked for one by one. Many are first looked for in the list of
returns, latest changes first, 750 in an answer, as long as that does not cost
many more requests than it finds returns; the rest, again, one by one.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tap_loopreturns import times
from tap_loopreturns.errors import LoopRefused, UnexpectedAnswer
from tap_loopreturns.loop import envelopes, pages
from tap_loopreturns.loop import returns as loop_returns
from tap_loopreturns.loop.client import Client
from tap_loopreturns.options import STATES
from tap_loopreturns.ordered import in_order
from tap_loopreturns.spans import Span, Spans
from tap_loopreturns.windows import LONGEST, Windows
from target_loopreturns.actions import Action
from target_loopreturns.kinds import KINDS

Row = Mapping[str, Any]

LISTS = {
    "allowlist_items": ("/allowlists", "data", pages.numbered),
    "blocklist_items": ("/blocklists", "data", pages.numbered),
    "destinations": ("/destinations", "destinations", pages.single),
    "webhooks": ("/webhooks", "webhooks", pages.single),
}
_DETAILS = "/warehouse/return/details"
_FEW = 40
_WASTE = 0.25  # for each return that is looked for, what the list may cost beyond what it finds
_PAGE = 750
_WORKERS = 4
_TRIES = 5


@dataclass(frozen=True, slots=True)
class ReturnNow:
    """A return, as the rules need to know it."""

    state: str
    outcome: str | None = None
    line_items: frozenset[str] = frozenset()

    @classmethod
    def of(cls, row: Row) -> ReturnNow:
        """From the list of returns, or from the details of one: there, ids are numbers."""
        items = row.get("line_items") or []
        ids = frozenset(str(item.get("line_item_id")) for item in items)
        return cls(str(row.get("state")), row.get("outcome"), ids)


@dataclass(slots=True)
class Present:
    """What Loop has now. Returns and carts that it has not are None."""

    returns: dict[str, ReturnNow | None] = field(default_factory=dict)
    lists: dict[str, list[Row]] = field(default_factory=dict)
    carts: dict[str, list[int] | None] = field(default_factory=dict)


def read(client: Client, actions: Collection[Action]) -> Present:
    """Read what the rules need to know about these actions."""
    wanted = list(dict.fromkeys(action.return_id for action in actions if action.return_id))
    streams = dict.fromkeys(action.stream for action in actions)
    tokens = [action.fields["token"] for action in actions if "token" in action.fields]
    return Present(
        returns=_returns(client, wanted),
        lists={name: _list(client, name) for name in streams if name in LISTS},
        carts={token: _cart(client, token) for token in dict.fromkeys(tokens)},
    )


def notes(client: Client, return_id: str) -> list[str]:
    """The words of a return's notes; a return without any is answered 422 and `false`."""
    path = f"/warehouse/return/{return_id}/notes"
    try:
        document = client.get(path, scope=loop_returns.SCOPE).json()
    except LoopRefused as refusal:
        if refusal.status == 422 and refusal.body is False:  # noqa: PLR2004
            return []
        raise
    return [str(row.get("content")) for row in envelopes.rows(document, "notes", path, bare=True)]


def _returns(client: Client, wanted: list[str]) -> dict[str, ReturnNow | None]:
    found: dict[str, ReturnNow | None] = {}
    if len(wanted) > _FEW:
        found |= _from_list(client, set(wanted))
    todo = iter([one for one in wanted if one not in found])
    for return_id, now in in_order(
        lambda: next(todo, None), lambda one, _: _one(client, one), workers=_WORKERS
    ):
        found[return_id] = now
    return found


def _one(client: Client, return_id: str) -> ReturnNow | None:
    try:
        answer = client.get(_DETAILS, {"return_id": return_id}, scope=loop_returns.SCOPE)
        row = envelopes.row(answer.json(), _DETAILS)
    except LoopRefused as refusal:
        # Loop says so in words, under HTTP 200; any other error is none about this return.
        if refusal.status == 404 or "no return" in envelopes.words(refusal.body).lower():  # noqa: PLR2004
            return None
        raise
    if str(row.get("id")) != return_id:
        raise UnexpectedAnswer(f"GET {_DETAILS}: asked for one return, Loop answers another.")
    return ReturnNow.of(row)


def _from_list(client: Client, wanted: set[str]) -> dict[str, ReturnNow]:
    found: dict[str, ReturnNow] = {}
    end = int(time.time())
    cost = 0
    while wanted - found.keys() and end > times.EARLIEST:
        for rows in _stretch(client, Span(max(end - LONGEST, times.EARLIEST), end)):
            cost += 1
            found |= {
                str(row["id"]): ReturnNow.of(row) for row in rows if str(row.get("id")) in wanted
            }
            if cost > len(found) + len(wanted) * _WASTE:
                return found
        end -= LONGEST
    return found


def _stretch(client: Client, span: Span) -> Iterator[Iterable[Row]]:
    windows = Windows({state: Spans([span]) for state in STATES}, page_size=_PAGE)
    for window, answer in in_order(
        windows.take,
        lambda window, place: loop_returns.ask(client, window, _PAGE, place.hold),
        workers=_WORKERS,
    ):
        listed = loop_returns.understand(answer, window)
        windows.tell(window, listed.seen)
        yield map(loop_returns.parsed, listed.rows)


def _list(client: Client, stream: str) -> list[Row]:
    path, rows, paging = LISTS[stream]
    listing = pages.Listing(path, rows, KINDS[stream].read_scope)
    for _ in range(_TRIES):
        try:
            return [row for page in paging(client, listing) for row in page]
        except pages.Moved:
            continue
    raise UnexpectedAnswer(f"GET {path}: the list changed in each of {_TRIES} readings.")


def _cart(client: Client, token: str) -> list[int] | None:
    path = f"/cart/{token}"
    try:
        row = envelopes.row(client.get(path, scope=KINDS["carts"].scope).json(), path)
    except LoopRefused as refusal:
        # A cart that is gone is 404, or an error under HTTP 200.
        if refusal.status not in {200, 404}:
            raise
        return None
    return [int(variant) for variant in row.get("cart") or []]
