"""Accounts for the tests of the mock itself."""

from collections.abc import Iterator

import pytest

from mock_loop import Loop, Shop, serve
from tests.mock_loop.asking import NOW


@pytest.fixture(scope="module")
def shop() -> Shop:
    """A seeded account that no test changes."""
    return Shop.seeded(returns=600, seed=3, start="2025-12-01", end="2026-11-01", now=NOW)


@pytest.fixture
def loop(shop: Shop) -> Iterator[Loop]:
    with serve(shop) as running:
        yield running


@pytest.fixture
def tied() -> Iterator[Loop]:
    """Nine returns, of which the third to the seventh share a second."""
    made = Shop(now=NOW)
    for number in range(1, 10):
        second = 30 if 3 <= number <= 7 else number + 20 * (number > 7) + 10
        made.add_return(id=str(number), created_at=f"2026-11-10T08:00:{second:02}Z")
    with serve(made) as running:
        yield running


@pytest.fixture
def own() -> Iterator[Loop]:
    """An account with one open return, to be changed by one test."""
    made = Shop(now=NOW)
    made.add_return("1", "open", outcome="refund", order_name="#1001", labels=[])
    with serve(made) as running:
        yield running
