"""Several mock shops at one address, and a configuration that names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mock_loop import ALL_SCOPES, Loop, Quirks, Shop, serve_many


@contextmanager
def served(sizes: Mapping[str, int]) -> Iterator[dict[str, Loop]]:
    """A shop for each name, with as many returns; its key is the name behind `key-of-`."""
    loops = {
        name: Loop(
            Shop.seeded(returns=size, seed=seed, start="2026-01-01", end="2026-11-20"),
            f"key-of-{name}",
            ALL_SCOPES,
            Quirks(requests_per_minute=None),
            None,
        )
        for seed, (name, size) in enumerate(sizes.items(), 1)
    }
    with serve_many(loops.values()):
        yield loops


def settings(loops: Mapping[str, Loop], **others: Any) -> dict[str, Any]:
    """A configuration for these shops; `others` are settings that they share."""
    return {
        "shops": [{"name": name, "api_key": loop.key} for name, loop in loops.items()],
        "api_url": next(iter(loops.values())).url,
        "start_date": "2023-01-01",
        "requests_per_minute": 1_000_000,
        "retry_minutes": 0,
        **others,
    }
