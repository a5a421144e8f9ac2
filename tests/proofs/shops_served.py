"""The accounts of many shops, served by a process of their own, and asked what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from mock_loop import ALL_SCOPES, Faults, Loop, Quirks, Shop, serve_many
from mock_loop.responses import dump

CHECKED = ("returns", "return_line_items", "return_labels", "destinations", "blocklist_items")
"""Streams whose tables are compared; of those read whole, the rows of the last reading."""


@dataclass(frozen=True)
class ShopSizes:
    """How many shops, and how large."""

    shops: int
    large: int
    returns: int
    returns_of_large: int
    latency: float
    requests_per_minute: int | None = 300


def _accounts(sizes: ShopSizes) -> dict[str, Loop]:
    quirks = Quirks(latency=sizes.latency, requests_per_minute=sizes.requests_per_minute)
    loops = {}
    for number in range(sizes.shops):
        returns = sizes.returns_of_large if number < sizes.large else sizes.returns
        shop = Shop.seeded(returns, number, "2025-01-01", "2026-11-20")
        name = f"shop-{number:04}"
        loops[name] = Loop(shop, f"key-{name}", ALL_SCOPES, quirks, None)
    return loops


def _serve(sizes: ShopSizes, pipe: Connection) -> None:
    """Serve until told to stop; between runs, change accounts and tell what they hold."""
    loops = _accounts(sizes)
    with serve_many(loops.values()) as url:
        pipe.send(url)
        while (order := pipe.recv()) is not None:
            task, names = order
            for name in names:
                shop = loops[name].shop
                if task == "change":
                    shop.change(3, seed=7)
                elif task == "rest":
                    loops[name].reset_budget()
                elif task == "outage":
                    loops[name].faults = Faults(rate=1.0, kinds=("503",))
                elif task == "dirty":
                    first = next(iter(shop.book))
                    first.json = dump({**first.row(), "id": ["no id"]})
            if task == "truth":
                pipe.send({name: {s: loops[name].shop.truth(s) for s in CHECKED} for name in names})
            else:
                pipe.send(None)


class ServedShops:
    """The accounts, in a process of their own."""

    def __init__(self, pipe: Connection, url: str, names: list[str]) -> None:
        self.url = url
        self.names = names
        self._pipe = pipe

    def ask(self, task: str, names: Iterable[str]) -> Any:
        """Have something done with some of them."""
        self._pipe.send((task, list(names)))
        return self._pipe.recv()


@contextmanager
def accounts(sizes: ShopSizes) -> Iterator[ServedShops]:
    """Serve accounts of these sizes until the block is left."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(sizes, there), daemon=True)
    process.start()
    try:
        yield ServedShops(here, here.recv(), [f"shop-{n:04}" for n in range(sizes.shops)])
        here.send(None)
        process.join(30)
    finally:
        process.kill()
