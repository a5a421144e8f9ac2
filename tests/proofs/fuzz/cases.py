"""Cases: one stream read with one answer spoilt, and the verdict on what came of it."""

from __future__ import annotations

import logging
import re
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any, cast
from urllib.parse import quote

from loop_returns.errors import LoopReturnsError
from tap_loopreturns.missing import Missing
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.streams.refresh import Refresh
from tap_loopreturns.streams.returns import ReturnsStream
from tap_loopreturns.streams.returns_delivery import ReturnsDelivery
from tap_loopreturns.tap import TapLoopReturns
from tests.proofs.fuzz.oracle import contents, leaves
from tests.proofs.fuzz.reading import KEY, START, STATES, Collected, Direct, account
from tests.proofs.fuzz.spoilers import HOST, Spoiler

STREAMS = (
    *["returns"] * 8,
    *["return_details"] * 2,
    *["return_notes"] * 2,
    *["advanced_shipping_notices"] * 2,
    "allowlist_items",
    "destinations",
    "webhooks",
    "carts",
    "customers",
    "products",
    "product_variants",
    "inventories",
    "orders",
    "locations",
    "label_requests",
    "happy_returns_shipments",
    "happy_returns_shipment_items",
)
"""Which streams are read, and how often each; the family of `returns` is read together."""

_NOT_FOUND = re.compile(rb"not[ _]found|no cart found", re.IGNORECASE)


@dataclass
class Judgement:
    """What came of a case; `fault` says what is wrong with it, if anything is."""

    kind: str
    fault: str = ""


@dataclass
class FuzzFigures:
    """What came of many."""

    cases: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    spoilt_by: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, other: FuzzFigures) -> None:
        """Take in those of another process."""
        self.cases += other.cases
        self.kinds += other.kinds
        self.spoilt_by += other.spoilt_by
        self.faults += other.faults

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"{self.cases:,} spoilt answers: {len(self.faults)} faults"
        for kind, count in self.kinds.most_common():
            yield f"  {count:>8,}  {kind}"
        yield "  spoilt by: " + ", ".join(f"{k} {n:,}" for k, n in self.spoilt_by.most_common())
        yield from self.faults[:20]


class Fuzz:
    """Reads streams of one account, again and again."""

    def __init__(self) -> None:
        self.loop = account()
        self.client = Direct(self.loop)
        self.writer = Collected()
        config = {
            "api_key": KEY,
            "api_url": f"https://{HOST}",
            "start_date": START,
            "end_date": "2026-10-21",
            "states": list(STATES),
            "page_size": 4,
            "concurrency": 1,
            "cart_tokens": sorted(self.loop.shop.carts)[:2],
        }
        self.tap = TapLoopReturns(config=config, message_writer=self.writer)
        self.tap.run.__dict__["client"] = self.client
        for stream in self.tap.streams.values():
            stream.selected = True
        self._honest: dict[str, tuple[int, list[Counter[Any]]]] = {}

    @cached_property
    def family(self) -> list[ReturnsStream]:
        """The streams that are read together."""
        return [s for s in self.tap.streams.values() if isinstance(s, ReturnsStream)]

    def honest(self, stream: str) -> tuple[int, list[Counter[Any]]]:
        """How many requests it takes without a fault, and what is delivered."""
        if stream not in self._honest:
            self.client.begin(-1, None)
            self._read(stream)
            self._honest[stream] = self.client.requests, self._delivered(stream)
        return self._honest[stream]

    def case(self, seed: int) -> tuple[Judgement, Spoiler]:
        """Read a stream with one answer spoilt."""
        random = Random(seed)
        stream = random.choice(STREAMS)
        requests, _ = self.honest(stream)
        spoiler = Spoiler(f"spoil {seed}")  # not the numbers that chose the stream
        # Where one answer says what to ask for next, it is spoilt more often.
        self.client.begin(random.randrange(min(requests, random.choice([requests, 5]))), spoiler)
        try:
            self._read(stream)
        except LoopReturnsError as error:
            outcome = self._told(error)
        except Exception as error:  # noqa: BLE001  that is what is being looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{last.filename.rpartition('/')[2]}:{last.lineno}"
            outcome = Judgement("traceback", f"{type(error).__name__}: {error} at {where}"[:300])
        else:
            outcome = self._judge(stream)
        if outcome.fault:
            path, body = self.client.spoilt or ("", b"")
            outcome.fault = f"seed {seed}, {stream}, {path}: {outcome.fault} | {body[:160]!r}"
        return outcome, spoiler

    def _read(self, name: str) -> None:
        self.writer.records = {}
        self.tap.run.missing = Missing()
        stream = cast("LoopStream", self.tap.streams[name])
        if name == "returns":
            delivery = ReturnsDelivery(self.tap.run, Refresh(self.tap.run))
            delivery.streams = self.family
            for one in self.family:
                one.put_state({})
            delivery.read()
        else:
            stream.put_state({})
            stream.read()
        self.tap.run.end()

    def _delivered(self, stream: str) -> list[Counter[Any]]:
        versions = self.writer.records.get(stream, {})
        rows = versions[max(versions, key=lambda v: v or 0)] if versions else []
        return [leaves(row) for row in rows]

    def _told(self, error: LoopReturnsError) -> Judgement:
        message = str(error)
        fault = ""
        if "\n" in message or len(message) > 700:
            fault = f"not one short line: {message[:200]!r}"
        elif "@example" in message or KEY in message:
            fault = f"shows too much: {message[:200]!r}"
        return Judgement(f"told: {type(error).__name__}", fault)

    def _judge(self, stream: str) -> Judgement:  # noqa: PLR0911  one a verdict
        """A run that succeeded: is all there that was in the answer?"""
        if self.client.spoilt is None:
            return Judgement("not spoilt, as the answer was an error already")
        if torn := self._torn(stream):
            return Judgement("wrong", torn)
        path, body = self.client.spoilt
        found = contents(body, path)
        out = self._delivered(stream)
        _, honest = self.honest(stream)
        whole = all(any(row <= got for got in out) for row in honest)
        if isinstance(found, str):
            # It may have been asked for again, or mean that one cart is gone.
            if whole:
                return Judgement("right: asked again")
            if path.startswith("/cart/") and found == "an error" and _NOT_FOUND.search(body):
                return Judgement("right: a cart that is gone")
            return Judgement("wrong", f"{found}, but the run succeeded without it")
        if whole:
            return Judgement("right: as the account is")
        if not self._is_own(stream, path):
            lost = [
                one
                for row in found.rows
                if str(row.get("updated_at")) > START  # older ones have not changed
                for one in [quote(str(row.get("id", row.get("loop_shipment_id"))), safe="")]
                if not any(f"/{one}/" in asked for asked in self.client.asked)
            ]
            if lost and not found.more:
                return Judgement("wrong", f"never asked for {lost}")
            return Judgement("right: what was listed was asked for")
        rows = [leaves(row) for row in found.rows]
        if (
            found.more
        ):  # what a page does not prove is asked for again; what Loop left whole is there
            rows = [row for row in rows if any(row <= kept for kept in honest)]
        lost_rows = [row for row in rows if not any(row <= got for got in out)]
        if lost_rows:
            missing = min((lost_rows[0] - got for got in out), key=len, default=lost_rows[0])
            return Judgement(
                "wrong", f"{len(lost_rows)} rows lost, such as one with {missing}"[:300]
            )
        return Judgement("right: as the answer was")

    def _is_own(self, stream: str, path: str) -> bool:
        """Whether the rows of an answer are the stream's, rather than what to ask for."""
        if stream in {"return_details", "return_notes"}:
            return path != "/warehouse/return/list"
        if stream == "product_variants":
            return path != "/products"
        if stream == "happy_returns_shipment_items":
            return path.endswith("/items")
        return True

    def _torn(self, stream: str) -> str:
        """Whether a stream that is taken out of the returns is not what is in them."""
        if stream != "returns":
            return ""
        records = self.writer.records
        for name, key in (
            ("line_items", "line_item_id"),
            ("exchanges", "exchange_id"),
            ("labels", "position"),
        ):
            held = Counter(
                (row["id"], str(place if key == "position" else entry[key]))
                for row in records.get("returns", {}).get(None, [])
                for place, entry in enumerate(row.get(name) or [], 1)
                if entry is not None
            )
            out = Counter(
                (row["return_id"], str(row[key]))
                for row in records.get(f"return_{name}", {}).get(None, [])
            )
            if held != out:
                return f"{name} of the returns are not those of their stream"
        return ""


def run(cases: range) -> FuzzFigures:
    """Try cases, by their numbers."""
    logging.disable(logging.CRITICAL)
    try:
        fuzz, figures = Fuzz(), FuzzFigures()
        for seed in cases:
            outcome, spoiler = fuzz.case(seed)
            figures.cases += 1
            figures.kinds[outcome.kind] += 1
            figures.spoilt_by.update(spoiler.done)
            if outcome.fault:
                figures.faults.append(outcome.fault)
        fuzz.client.close()
        return figures
    finally:
        logging.disable(logging.NOTSET)


def run_all(count: int, *, seed: int = 0, processes: int = 2) -> FuzzFigures:
    """Try so many cases, in several processes."""
    share = 500
    parts = [
        range(first, min(first + share, seed + count)) for first in range(seed, seed + count, share)
    ]
    figures = FuzzFigures()
    with ProcessPoolExecutor(processes) as pool:
        for part in pool.map(run, parts):
            figures.add(part)
    return figures
