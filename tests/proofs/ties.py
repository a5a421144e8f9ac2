"""3,000 returns stamped in one second, however Loop sorts, bounds and pages its list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import get_args, get_type_hints

from mock_loop import Quirks, Shop, serve
from mock_loop.book import STATES
from tests.proofs.running import without_waiting
from tests.proofs.warehouse import Warehouse, missing_returns
from tests.running import run_tap, settings

SECOND = "2026-03-01T02:00:00.000Z"
_HINTS = get_type_hints(Quirks)
ORDERS = get_args(_HINTS["order"])
CURSORS = get_args(_HINTS["cursor_column"])
COMBINATIONS = tuple(product(ORDERS, CURSORS, (True, False), (True, False)))


@dataclass
class Tied:
    """What came of one combination."""

    what: str
    returns: int
    lost: int
    requests: int

    def __str__(self) -> str:
        return f"{self.what}: {self.returns:,} returns, {self.lost} lost, {self.requests} requests"


def account(tied: int = 3000, others: int = 1000) -> Shop:
    """An account with so many returns in one second, in all states, among others."""
    shop = Shop.seeded(others, seed=4, start="2026-01-01", end="2026-06-01")
    for number in range(tied):
        shop.add_return(
            state=STATES[number % len(STATES)],
            created_at="2026-02-01T00:00:00.000Z" if number % 2 else SECOND,
            updated_at=SECOND,
        )
    return shop


def ties(
    shop: Shop, page_size: int = 750, combinations: tuple[tuple[str, str, bool, bool], ...] = ()
) -> Iterator[Tied]:
    """Read the account in each combination of what is not known of Loop."""
    for order, cursor, since, until in combinations or COMBINATIONS:
        quirks = Quirks(
            requests_per_minute=None,
            order=order,  # type: ignore[arg-type]
            cursor_column=cursor,  # type: ignore[arg-type]
            from_inclusive=since,
            to_inclusive=until,
        )
        with serve(shop, quirks=quirks) as loop:
            warehouse = Warehouse()
            config = settings(loop, start_date="2025-12-01", page_size=page_size)
            warehouse.load(run_tap(config, prepare=without_waiting()).lines)
            bounds = f"{'[' if since else '('}from, to{']' if until else ')'}"
            yield Tied(
                f"order {order}, cursor {cursor}, {bounds}",
                len(shop.book),
                len(missing_returns(shop, warehouse)),
                sum(request.path.endswith("/return/list") for request in loop.requests),
            )
