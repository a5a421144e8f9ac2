"""Runs in which a share of all requests goes wrong: right tables or a loud end, no silent gap."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from loop_returns.errors import LoopReturnsError
from mock_loop import HOSTILE, TRANSIENT, Faults, Quirks, Shop, serve
from tap_loopreturns.tap import TapLoopReturns
from tests.proofs.running import without_waiting
from tests.proofs.warehouse import Warehouse, missing_returns, unlike
from tests.running import run_tap, settings

RATES = (0.05, 0.1, 0.2)
STREAMS = (
    "returns",
    "return_line_items",
    "return_exchanges",
    "return_labels",
    "return_notes",
    "advanced_shipping_notices",
    "label_requests",
    "happy_returns_shipments",
    "happy_returns_shipment_items",
    "allowlist_items",
    "destinations",
    "products",
)
UNREACHED = ("refused", "no-name")
"""Faults before Loop: nobody listens, or the name of the host is not known."""
_TIMEOUT = 0.3


class Unreached(HTTPAdapter):
    """The way to Loop, on which some requests get nowhere."""

    def __init__(self, rate: float, seed: int) -> None:
        super().__init__(pool_maxsize=8)
        self.kinds: Counter[str] = Counter()
        self._rate = rate
        self._random = Random(f"unreached {seed}")
        self._lock = threading.Lock()

    def send(self, request: requests.PreparedRequest, *args: Any, **others: Any) -> Any:
        """Send a request, or fail as requests does where there is no connection."""
        with self._lock:
            kind = None
            if self._random.random() < self._rate:
                kind = self._random.choice(UNREACHED)
                self.kinds[kind] += 1
        if kind is None:
            return super().send(request, *args, **others)
        connection = HTTPConnection("loop.example")
        unknown = socket.gaierror(-2, "Name or service not known")
        reason = (
            NewConnectionError(connection, "[Errno 111] Connection refused")
            if kind == "refused"
            else NameResolutionError("loop.example", connection, unknown)
        )
        pool = self.poolmanager.connection_from_url(str(request.url))
        raise requests.ConnectionError(
            MaxRetryError(pool, str(request.url), reason), request=request
        )


@dataclass
class Faulty:
    """What came of runs with faults."""

    runs: int = 0
    requests: int = 0
    faults: int = 0
    complete: int = 0
    loud: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    silent: list[str] = field(default_factory=list)
    """Runs that ended well and yet lacked something."""
    unequal: list[str] = field(default_factory=list)
    """What the next healthy run did not mend."""

    def __str__(self) -> str:
        return (
            f"{self.runs} runs, {self.requests:,} requests, {self.faults:,} of them failed "
            f"in {len(self.kinds)} ways: "
            f"{self.complete} runs complete, {self.loud} ended loudly, {len(self.silent)} silent "
            f"losses; tables unequal after the next healthy run: {len(self.unequal)}"
        )


def faulty(runs: int, rate: float, *, seed: int = 1, returns: int = 150) -> Faulty:
    """Load an account with faults, change it in between, and end with a healthy run.

    Every third run meets answers, too, that no wait will mend; every other run
    has little patience.
    """
    result = Faulty()
    for number in range(runs):
        _one(result, rate, seed * 1000 + number, returns)
    return result


def _one(result: Faulty, rate: float, seed: int, returns: int) -> None:
    rng = Random(seed)
    shop = Shop.seeded(returns, seed, "2026-01-01", "2026-10-01", now="2026-10-02")
    warehouse = Warehouse()
    with serve(shop, quirks=Quirks(requests_per_minute=None)) as loop:
        config = settings(loop, start_date="2025-12-01", page_size=rng.choice((20, 50, 750)))
        kinds = (*TRANSIENT, *HOSTILE) if rng.random() < 1 / 3 else TRANSIENT
        before = rate * len(UNREACHED) / (len(UNREACHED) + len(kinds))
        unreached = Unreached(before, seed)
        loop.faults = Faults(rate - before, kinds, seed, stall_seconds=2 * _TIMEOUT)
        patience = rng.choice((600.0, 4.0))
        wait = without_waiting(timeout=_TIMEOUT, patience=patience, seed=seed)

        def prepare(tap: TapLoopReturns) -> None:
            wait(tap)
            tap.run.client._session.mount("http://", unreached)

        run = run_tap(config, select=STREAMS, prepare=prepare, fails=None)
        warehouse.load(run.lines)
        met = Counter(str(request.fault) for request in loop.requests if request.fault)
        met += unreached.kinds
        result.runs += 1
        result.requests += len(loop.requests) + unreached.kinds.total()
        result.faults += met.total()
        result.kinds += met
        if run.error is None:
            result.complete += 1
            result.silent += [f"seed {seed}: {one}" for one in missing_returns(shop, warehouse)]
        elif isinstance(run.error, LoopReturnsError):
            result.loud += 1
        else:
            result.silent.append(f"seed {seed}: {type(run.error).__name__}, not an expected error")

        loop.faults = None
        fresh = Warehouse()
        fresh.load(run_tap(config, select=STREAMS, prepare=without_waiting()).lines)
        if run.error is None:
            result.silent += [f"seed {seed}: {one}" for one in unlike(warehouse, fresh)]
        healthy = run_tap(config, select=STREAMS, state=run.state, prepare=without_waiting())
        warehouse.load(healthy.lines)
        result.unequal += [f"seed {seed}: {one}" for one in unlike(warehouse, fresh)]
        result.unequal += [f"seed {seed}: {one}" for one in missing_returns(shop, warehouse)]
