"""Clients that never really sleep, and an account for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from loop_returns.http.client import Client
from loop_returns.http.exchange import Account
from loop_returns.http.pacing import Pacer
from mock_loop import Shop
from tests.clocks import Clock
from tests.loop_returns.http.scripted import KEY


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clients(clock: Clock) -> Iterator[Callable[..., Client]]:
    """Makes clients that never really sleep."""
    made: list[Client] = []

    def make(url: str, *, jitter: Callable[[float], float] | None = None, **others: Any) -> Client:
        account = Account(url, "2026-10", KEY, **{"patience": 60.0, "timeout": 5.0, **others})
        seams: dict[str, Any] = {"clock": clock, "sleep": clock.sleep}
        if jitter:
            seams["jitter"] = jitter
        client = Client(account, Pacer(1_000_000, clock=clock, sleep=clock.sleep), **seams)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop.seeded(returns=40, seed=1)
