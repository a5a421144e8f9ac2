"""A store of events as the receiver fills it, for tests of what reads it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from loopreturns_events.delivery import Delivery, now
from loopreturns_events.store import open_store
from mock_loop import Shop
from mock_loop.responses import dump


def said(number: int, **more: Any) -> bytes:
    """A body about a return."""
    head = {"topic": "return", "trigger": "return.updated", "id": str(number), "state": "open"}
    return json.dumps(head | more).encode()


def keep(path: Path, bodies: Iterable[bytes], shop: str = "acme", at: str | None = None) -> str:
    """Put deliveries into the store at a path, made where there is none; its address."""
    store = open_store(str(path))
    store.take([Delivery(shop, body, at or now()) for body in bodies])
    store.close()
    return str(path)


def confirmed(path: Path | str) -> dict[str, int]:
    """How far each reader of a store is."""
    store = open_store(str(path))
    readers = store.figures().readers
    store.close()
    return readers


def following(shop: Shop, path: Path, name: str = "acme") -> str:
    """Keep every event of a shop's account from now on, as a receiver would; the address."""
    keep(path, [])
    shop.listeners.append(lambda happened: keep(path, [dump(happened.body)], name))
    return str(path)
