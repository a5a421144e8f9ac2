"""The account as it is now, as far as the actions are about it: only reading, few requests.

Few returns are asked for one by one. Many are first looked for in the list of
returns, latest changes first, 750 in an answer, as long as that does not cost
many more requests than it finds returns; the rest, again, one by one.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from loop_returns import endpoints, times
from loop_returns.endpoints import STATES, Endpoint
from loop_returns.errors import Incomplete, UnexpectedAnswer
from loop_returns.fetch_ahead import fetch_ahead
from loop_returns.http import envelopes
from loop_returns.http.client import Client
from loop_returns.paging import until_still
from loop_returns.returns_list import answers
from loop_returns.returns_list.reading import MOST, Portion, ReturnsReading
from loop_returns.returns_list.sizing import LONGEST
from loop_returns.spans import Span, Spans
from target_loopreturns import kinds
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.kind import ReadOneByOne
from target_loopreturns.kinds.present import Listed, Present, ReturnNow

_FEW = 40
_WASTE = 0.25  # for each return that is looked for, what the list may cost beyond what it finds
_WORKERS = 4
_LARGEST_ID = 2**63 - 1  # of a database; Loop answers an error to a larger one


def read(client: Client, actions: Collection[Action]) -> Present:
    """Read what the rules need to know about these actions."""
    wanted = list(dict.fromkeys(action.return_id for action in actions if action.return_id))
    streams = dict.fromkeys(action.stream for action in actions)
    tokens = [action.fields["token"] for action in actions if "token" in action.fields]
    return Present(
        returns=_returns(client, wanted),
        lists={name: rows(client, name) for name in streams if kinds.BY_NAME[name].is_listed},
        carts={token: _cart(client, token) for token in dict.fromkeys(tokens)},
        things=_things(client, actions),
        version=client.account.version,
    )


def with_returns(client: Client, actions: Collection[Action]) -> list[Action]:
    """The same actions; those whose row names an order know the return that is meant.

    Loop answers one return for an order's name (page "Return details"). Of an order that it
    knows no return of, the action is left without one.

    Raises:
        UnexpectedAnswer: Loop answers the return of another order.
    """
    names = dict.fromkeys(
        str(action.fields["order_name"]) for action in actions if _names_order(action)
    )
    todo = iter(names)
    found = dict(
        fetch_ahead(
            lambda: next(todo, None), lambda one, _: _of_order(client, one), workers=_WORKERS
        )
    )
    return [
        replace(action, found_return=found[str(action.fields["order_name"])])
        if _names_order(action)
        else action
        for action in actions
    ]


def _names_order(action: Action) -> bool:
    return "order_name" in action.fields and "return_id" not in action.fields


def _of_order(client: Client, name: str) -> str | None:
    endpoint = endpoints.RETURN_DETAILS
    document = endpoint.read(client, {"order_name": name})
    if document is None:
        return None
    row = envelopes.row(document, endpoint.path)
    if str(row.get("order_name")).lstrip("#").casefold() != name.lstrip("#").casefold():
        raise UnexpectedAnswer(
            f"GET {endpoint.path}: asked for an order's return, Loop answers another order's."
        )
    return str(row["id"]) if row.get("id") else None


def notes(client: Client, return_id: str) -> list[Listed]:
    """The notes of a return, as Loop has them: `id`, `content`, `created_at`."""
    endpoint = endpoints.RETURN_NOTES
    document = endpoint.read(client, id=return_id)
    if document is None:
        return []
    return [*envelopes.rows(document, endpoint.rows, endpoint.at(id=return_id), bare=True)]


def rows(client: Client, stream: str) -> list[Listed]:
    """All rows of a list: allowlist, blocklist, destinations or webhooks."""
    return _list(client, kinds.BY_NAME[stream].endpoint)


def _returns(client: Client, wanted: list[str]) -> dict[str, ReturnNow | None]:
    found: dict[str, ReturnNow | None] = {one: None for one in wanted if int(one) > _LARGEST_ID}
    wanted = [one for one in wanted if one not in found]
    if len(wanted) > _FEW:
        found |= _from_list(client, set(wanted))
    todo = iter([one for one in wanted if one not in found])
    for return_id, now in fetch_ahead(
        lambda: next(todo, None), lambda one, _: _one(client, one), workers=_WORKERS
    ):
        found[return_id] = now
    return found


def _things(client: Client, actions: Collection[Action]) -> dict[tuple[str, str], Listed | None]:
    """What has no list that is worth reading, one by one."""
    wanted: dict[tuple[str, str], tuple[ReadOneByOne, Action]] = {}
    for action in actions:
        kind = kinds.of(action)
        if isinstance(kind, ReadOneByOne) and (key := kind.key(action)) is not None:
            wanted.setdefault((action.stream, key), (kind, action))
    todo = iter(wanted.items())
    found = fetch_ahead(
        lambda: next(todo, None),
        lambda one, _: one[1][0].read(client, one[1][1]),
        workers=_WORKERS,
    )
    return {key: thing for (key, _), thing in found}


def _one(client: Client, return_id: str) -> ReturnNow | None:
    endpoint = endpoints.RETURN_DETAILS
    document = endpoint.read(client, {"return_id": return_id})
    if document is None:
        return None
    row = envelopes.row(document, endpoint.path)
    if str(row.get("id")) != return_id:
        raise UnexpectedAnswer(f"GET {endpoint.path}: asked for one return, Loop answers another.")
    return ReturnNow.of(row)


def _from_list(client: Client, wanted: set[str]) -> dict[str, ReturnNow]:
    """Those of the wanted returns that the list shows at a bearable cost."""
    found: dict[str, ReturnNow] = {}
    most = len(wanted) * _WASTE
    # What the list does not show is asked for one by one.
    with suppress(Incomplete):
        for cost, portion in enumerate(_portions(client), start=1):
            found |= _wanted((row for _, row in portion.rows()), wanted)
            if cost > len(found) + most or found.keys() == wanted:
                return found
    return found


def _portions(client: Client) -> Iterator[Portion]:
    """The list of returns, latest changes first, back to the first of them."""
    end = int(time.time())
    while end > times.EARLIEST:
        yield from ReturnsReading(
            client,
            dict.fromkeys(STATES, Spans([Span(max(end - LONGEST, times.EARLIEST), end)])),
            page_size=MOST,
            workers=_WORKERS,
        )
        end -= LONGEST


def _wanted(rows: Iterable[answers.Row], wanted: set[str]) -> dict[str, ReturnNow]:
    parsed = map(answers.parsed, rows)
    return {str(row["id"]): ReturnNow.of(row) for row in parsed if str(row.get("id")) in wanted}


def _list(client: Client, endpoint: Endpoint) -> list[Listed]:
    return until_still(
        lambda: [row for page in endpoint.pages(client) for row in page],
        f"GET {endpoint.path}",
    )


def _cart(client: Client, token: str) -> list[int] | None:
    """The variants in a cart; None where Loop has no such cart."""
    endpoint = endpoints.CART
    where = endpoint.at(token=token)
    document = endpoint.read(client, token=token)
    if document is None:
        return None
    variants = envelopes.row(document, where).get("cart") or []
    try:
        return [int(variant) for variant in variants]
    except (TypeError, ValueError):
        raise UnexpectedAnswer(
            f"GET {where}: the cart is {envelopes.shape(variants)}, not a list of variants."
        ) from None
