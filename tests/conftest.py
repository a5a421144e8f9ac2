"""Fixtures that several test modules share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from mock_loop import Loop, Quirks, Shop, serve

# How long an example takes says more of the machine than of the code.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


@pytest.fixture
def shop() -> Shop:
    """A small account: 300 returns of eleven months, in all states."""
    return Shop.seeded(returns=300, seed=1, start="2026-01-01", end="2026-11-20")


@pytest.fixture
def loop(shop: Shop) -> Iterator[Loop]:
    """The account behind a real HTTP server, without a limit on requests."""
    with serve(shop, quirks=Quirks(requests_per_minute=None)) as loop:
        yield loop
