"""Fixtures that several test modules share."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from mock_loop import Loop, Quirks, Shop, serve
from tests.accounts import seeded
from tests.sampling import QUICK

# How long an example takes says more of the machine than of the code.
settings.register_profile("thorough", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)


def pytest_configure(config: pytest.Config) -> None:
    """Take few examples in the quick run, before any test is read."""
    settings.load_profile("quick" if config.option.markexpr == QUICK else "thorough")


@pytest.fixture
def shop() -> Shop:
    """A small account: 300 returns of eleven months, in all states."""
    return seeded(returns=300, seed=1, start="2026-01-01", end="2026-11-20")


@pytest.fixture
def loop(shop: Shop) -> Iterator[Loop]:
    """The account behind a real HTTP server, without a limit on requests."""
    with serve(shop, quirks=Quirks(requests_per_minute=None)) as loop:
        yield loop


@pytest.fixture
def sigint() -> Iterator[None]:
    """What a Ctrl-C does to the tests is as before afterwards."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)
