"""A small account, and the tap that reads it without a wire and without a clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from loop_returns.http.client import Client
from loop_returns.http.exchange import Account
from loop_returns.http.pacing import Pacer
from loop_returns.http.packing import Body, Intake
from mock_loop import ALL_SCOPES, Loop, Quirks, Shop
from mock_loop.loop import Received
from tap_loopreturns.output.writer import PageWriter
from tests.proofs.fuzz.spoilers import HOST, Spoiling

KEY = "fuzz-key"
STATES = ("open", "review")
START = "2026-09-25"


def account() -> Loop:
    """A small account with a little of everything, and more returns in a second than a page."""
    shop = Shop.seeded(returns=9, seed=2, start="2026-10-01", end="2026-10-20")
    for number in range(6):
        shop.add_return(
            state="open",
            created_at="2026-10-05T00:00:00.000Z",
            updated_at=f"2026-10-0{5 + number // 5}T02:00:00.000Z",
        )
    for name, row in list(shop.returns.items())[::2]:
        if row["state"] in STATES:
            shop.add_note(name, "Called about it, Grüße", at="2026-10-10")
    for name in ("products", "product_variants", "inventories", "customers", "orders"):
        table = shop.table(name)
        for key in list(table)[4:]:
            del table[key]
    return Loop(shop, KEY, ALL_SCOPES, Quirks(requests_per_minute=None), None)


class Collected(PageWriter):
    """Takes what would be written; each line is encoded all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, dict[int | None, list[dict[str, Any]]]] = {}
        self.lines: list[bytes] = []

    def write_records(
        self, stream: str, records: Any, version: int | None, beside: Any = None
    ) -> None:
        """Take records in."""
        records = list(records)
        self.lines = []
        super().write_records(stream, records, version, beside)
        written = [
            json.loads(line, parse_float=Decimal) for line in b"".join(self.lines).splitlines()
        ]
        taken = self.records.setdefault(stream, {}).setdefault(version, [])
        taken += [message["record"] for message in written]

    def _out(self, lines: bytearray | bytes) -> None:
        self.lines.append(bytes(lines))


class Direct(Client):
    """The client, with the account behind it rather than a wire."""

    def __init__(self, loop: Loop) -> None:
        self._now = 0.0
        super().__init__(
            Account(f"https://{HOST}", "2026-10", KEY, patience=30),
            Pacer(10**9, clock=lambda: self._now, sleep=self._pass),
            clock=lambda: self._now,
            sleep=self._pass,
        )
        self._loop = loop
        self.spoil_at = -1
        self.spoiler: Spoiling | None = None
        self.spoilt: tuple[str, bytes] | None = None
        self.asked: list[str] = []

    def begin(self, spoil_at: int, spoiler: Spoiling | None) -> None:
        """Spoil the answer to this request, counted from 0."""
        self.spoil_at, self.spoiler, self.spoilt = spoil_at, spoiler, None
        self.requests = 0
        self.asked = []
        self._kept.clear()
        self._loop.clear_requests()

    def _pass(self, seconds: float) -> None:
        self._now += seconds

    def _exchange(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int],
        body: object = None,
        hold: Callable[[int], object] | None = None,
    ) -> tuple[int, Mapping[str, str], Body]:
        del body, hold
        if self.requests > 400:
            raise AssertionError("asks without end")
        target = f"/api/2026-10{path}?{urlencode(params)}"
        headers = {"x-authorization": KEY, "host": HOST}
        answer = self._loop.handle(Received(method, target, headers, f"https://{HOST}"))
        number, self.requests = self.requests, self.requests + 1
        self.asked += [path, *(f"/{value}/" for value in params.values())]
        sent = answer.body
        if number == self.spoil_at and answer.status == 200 and self.spoiler:
            sent = self.spoiler(sent)
            self.spoilt = (path, sent)
        intake = Intake(long=3000, part=1000)  # so that some lists here are long ones
        for start in range(0, len(sent), 500):
            intake.add(sent[start : start + 500])
        return answer.status, answer.headers, intake.body()
