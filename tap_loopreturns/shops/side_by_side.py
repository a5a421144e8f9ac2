"""Do one thing for many shops, side by side on threads; a failure is that shop's alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from loopreturns_plugin.shop_list import ShopEntry

Found = TypeVar("Found")
_IDLE = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class ShopOutcome(Generic[Found]):
    """What came of a shop: something, or an error."""

    shop: str
    seconds: float
    found: Found | None = None
    error: BaseException | None = None


def side_by_side(
    shops: Sequence[ShopEntry],
    do: Callable[[ShopEntry], Found],
    *,
    at_once: int,
    idle: Callable[[], object] = lambda: None,
) -> Iterator[ShopOutcome[Found]]:
    """Yield what came of each shop, as they end; they are begun in the order that is given.

    Args:
        shops: The shops; of those that are not begun when the caller stops, nothing is.
        do: Called for each shop, on a thread; what it raises is the shop's outcome.
        at_once: How many are under way at once.
        idle: Called every half second while none has ended.
    """
    todo: SimpleQueue[ShopEntry | None] = SimpleQueue()
    ended: SimpleQueue[ShopOutcome[Found]] = SimpleQueue()
    workers = min(at_once, len(shops))
    for shop in shops:
        todo.put(shop)
    for number in range(workers):
        todo.put(None)
        # Daemons, so that an interrupted run ends without waiting for Loop to answer.
        name = f"shop-{number + 1}"
        Thread(target=_work, args=(todo, ended, do), name=name, daemon=True).start()
    left = len(shops)
    try:
        while left:
            try:
                outcome = ended.get(timeout=_IDLE)
            except Empty:
                idle()
                continue
            left -= 1
            yield outcome
            idle()
    finally:
        while left and not todo.empty():
            try:
                todo.get_nowait()
            except Empty:
                break
        for _ in range(workers):
            todo.put(None)


def _work(
    todo: SimpleQueue[ShopEntry | None],
    ended: SimpleQueue[ShopOutcome[Found]],
    do: Callable[[ShopEntry], Found],
) -> None:
    while (shop := todo.get()) is not None:
        began = time.monotonic()
        try:
            outcome = ShopOutcome(shop.name, 0.0, do(shop))
        except BaseException as error:  # noqa: BLE001  told by whoever reads the outcomes
            outcome = ShopOutcome(shop.name, 0.0, error=error)
        ended.put(ShopOutcome(shop.name, time.monotonic() - began, outcome.found, outcome.error))
