"""Answers of Loop's, spoilt at random: right data or a loud error, never anything else.

    python -m tests.proofs.fuzz --count 100000

Each case reads one stream of a small account, by the code that reads it in a
run: client, paging, windows, cleaning, writing. Only the wire and the clock are
left out. One of the answers is spoilt: its bytes, its values, its structure or
its envelope. An oracle that shares no code with the tap says what was in it.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from random import Random
from typing import Any, cast
from urllib.parse import quote, urlencode

from tap_loopreturns.errors import LoopReturnsError
from tap_loopreturns.loop.client import Account, Client
from tap_loopreturns.loop.pacing import Pacer
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.streams.returns import ReturnsReading, ReturnsStream
from tap_loopreturns.tap import TapLoopReturns
from tap_loopreturns.writer import PageWriter
from tests.mock_loop import ALL_SCOPES, Loop, Quirks, Shop
from tests.mock_loop.errors import ENVELOPES
from tests.mock_loop.loop import Received

Spoiling = Callable[[bytes], bytes]

KEY = "fuzz-key"
HOST = "loop.example"
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

STATES = ("open", "review")
START = "2026-09-25"

ROWS = {
    "/warehouse/return/list": "returns",
    "/warehouse/reporting/asn": "asn",
    "/allowlists": "data",
    "/destinations": "destinations",
    "/webhooks": "webhooks",
    "/customers": "customers",
    "/products": "products",
    "/inventories": "inventories",
    "/orders": "orders",
    "/locations": "locations",
    "/label-requests": "data",
    "/happy-returns/shipments": "data",
}
"""The name that rows stand under, by path; see the reference, section 2."""


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


# Spoiling.

HUGE = "@@huge@@"  # becomes a number that no memory holds
LONE = "@@lone@@"  # becomes half of a surrogate pair
ZERO = "@@zero@@"  # becomes U+0000
HOSTILE: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 10**18, 10**40, "", " ", "N/A", "null", "0", "1e9", "NaN"),
    *([], {}, [[]], [None], [{}], {"": ""}, {"id": None}, "@", "a\nb", "\u2028", "x" * 300),
    *("2026-10-05 02:00:00", "2026-10-05T02:00:00+14:00", "0000-00-00 00:00:00", "2026-10-05"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1999-01-01", "soon", "-5"),
    *("2026-W41-1T02:00:00Z", "12.50", ".5", "1,5", "٣", "1e5", "false", HUGE, LONE, ZERO),
    {"date": "2026-10-05 02:00:00.000000", "timezone_type": 3, "timezone": "UTC"},
    {"date": "soon", "timezone_type": 3, "timezone": "Mars"},
    {"message": "Server Error"},
    {"error": {"message": "No return found with this ID."}},
)
LINKS: tuple[Any, ...] = (
    *(None, "", 5, [], {}, True, "http://[", "x", "?cursor=", f"https://{HOST}/x?page=2"),
    f"https://{HOST}/x?cursor=!!!",
    f"https://{HOST}/x?cursor=eyJ1cGRhdGVkX2F0IjoiMDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCJ9",
    f"https://{HOST}/x?cursor=eyJ1cGRhdGVkX2F0IjpudWxsfQ",
    f"https://{HOST}/x?cursor=W10",
    f"https://{HOST}/x?cursor=W1tbW1tbW1tbW10",
    "https://elsewhere.example/api/v1/warehouse/return/list?cursor=eyJhIjoxfQ",
)
DECISIVE = {"id", "updated_at", "created_at", "state", "returns", "data", "line_item_id", "labels"}
DECISIVE |= {"nextPageUrl", "next_page_url", "total", "loop_shipment_id", "line_items"}
BODIES = (
    *(b"", b" ", b"null", b"false", b"true", b"0", b'""', b"[]", b"{}", b"[[]]", b"[null]"),
    *(b"<!DOCTYPE html><title>Maintenance</title>", b"Success", b"\xef\xbb\xbf[]", b"[]]"),
    *(b'{"returns": null}', b'{"data": []', b"[" * 50_000, b'{"a":' * 3_000, b"\x00", b"NaN"),
    *(json.dumps(envelope).encode() for envelope in ENVELOPES),
)


class Spoiler:
    """Spoils an answer, by a seed."""

    def __init__(self, seed: int | str) -> None:
        self.random = Random(seed)
        self.done: list[str] = []

    def __call__(self, body: bytes) -> bytes:
        """One to three changes of one kind."""
        kind = self.random.choices(
            [self._bytes, self._values, self._structure, self._envelope, self._replace],
            [3, 8, 5, 5, 1],
        )[0]
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            body = kind(body)
        self.done.append(kind.__name__.strip("_"))
        return body

    def _replace(self, _body: bytes) -> bytes:
        return self.random.choice(BODIES)

    def _bytes(self, body: bytes) -> bytes:
        at = self.random.randrange(len(body) + 1)
        upto = min(len(body), at + self.random.choice([1, 1, 2, 20, 500]))
        return self.random.choice(
            [
                body[:at],
                body[:at] + body[upto:],
                body[:at] + body[at:upto] * 2 + body[upto:],
                body[:at] + self.random.randbytes(upto - at) + body[upto:],
                body[:at]
                + self.random.choice(b'{}[],:"\\0-9.eEtfn\x00\x80').to_bytes()
                + body[at:],
                body[:at] + self.random.choice([rb"\u0000", rb"\ud800", b"1e999"]) + body[at:],
            ]
        )

    def _document(self, body: bytes, change: Callable[[Any], Any]) -> bytes:
        try:
            document = json.loads(body, parse_float=str)
        except (ValueError, RecursionError):
            return self._bytes(body)
        spoilt = json.dumps(change(document), separators=(",", ":"))
        for mark, meant in ((HUGE, "1e99999"), (LONE, '"a\\ud800b"'), (ZERO, '"a\\u0000b"')):
            spoilt = spoilt.replace(f'"{mark}"', meant).replace(mark, "x")
        return spoilt.encode()

    def _choice(self, document: Any) -> tuple[Any, Any]:
        """Where a value stands: its holder and its name in it; often one that much depends on."""
        found: list[tuple[Any, Any]] = []
        decisive: list[tuple[Any, Any]] = []
        todo = [(document, 0)]
        while todo:
            holder, depth = todo.pop()
            if isinstance(holder, (dict, list)):
                for name in holder if isinstance(holder, dict) else range(len(holder)):
                    found.append((holder, name))
                    todo.append((holder[name], depth + 1))
                    if depth < 3 and name in DECISIVE:
                        decisive.append((holder, name))
        if not found:
            return [document], 0
        return self.random.choice(decisive if decisive and self.random.random() < 0.4 else found)

    def _values(self, body: bytes) -> bytes:
        return self._document(body, self._change_value)

    def _change_value(self, document: Any) -> Any:
        holder, name = self._choice(document)
        value = holder[name]
        kind = self.random.randrange(6)
        if isinstance(value, str) and kind == 0 and value.strip("-").isdecimal():
            holder[name] = int(value)
        elif isinstance(value, int) and kind == 0:
            holder[name] = str(value)
        elif isinstance(value, str) and kind == 1:
            holder[name] = f"\u00e9 {value}\n\U0001f600"
        else:
            holder[name] = self.random.choice(HOSTILE)
        return document

    def _structure(self, body: bytes) -> bytes:
        return self._document(body, self._change_structure)

    def _change_structure(self, document: Any) -> Any:
        holder, name = self._choice(document)
        kind = self.random.choice([0, 0, 0, 1, 2, 3, 4, 5, 6])
        if kind == 0:
            del holder[name]
        elif kind == 1:
            holder[name] = [holder[name]]
        elif kind == 2:
            holder[name] = {"data": holder[name]}
        elif kind == 3 and isinstance(holder, list):
            holder.insert(self.random.randrange(len(holder) + 1), holder[name])
        elif kind == 4 and isinstance(holder, dict):
            holder[self.random.choice(["", "new/field", "na~me", "0", f"{name}s"])] = holder.pop(
                name
            )
        elif kind == 5 and isinstance(holder, list):
            self.random.shuffle(holder)
        else:
            for _ in range(self.random.choice([1, 3, 30, 300])):
                holder[name] = [holder[name]] if self.random.random() < 0.5 else {"a": holder[name]}
            if isinstance(holder, dict) and kind == 6:
                holder["new"] = holder.pop(name)
        return document

    def _envelope(self, body: bytes) -> bytes:
        return self._document(body, self._change_envelope)

    def _change_envelope(self, document: Any) -> Any:
        rows: Any = document
        if isinstance(document, dict):
            rows = next((v for v in document.values() if isinstance(v, list)), document)
        kind = self.random.randrange(9)
        if kind == 0:
            return self.random.choice(ENVELOPES)
        if kind == 1:
            return {self.random.choice(["data", "rows", "returns", "result"]): document}
        if kind == 2:
            return [document]
        if kind == 3:
            return rows
        if kind == 4 and isinstance(document, dict) and document:
            del document[self.random.choice(list(document))]
            return document
        if not isinstance(document, dict):
            document = {self.random.choice(["data", "returns", "notes"]): rows}
        if kind == 5:
            document[self.random.choice(["error", "errors", "message", "code"])] = (
                self.random.choice(HOSTILE)
            )
        elif kind == 6:
            document["total"] = self.random.choice(HOSTILE)
        else:
            name = self.random.choice(["nextPageUrl", "next_page_url"])
            document[name] = self.random.choice(LINKS)
        return document


# What was in an answer, by the reference alone.


@dataclass
class Contents:
    """What the oracle finds in an answer."""

    rows: list[dict[str, Any]]
    more: bool = False


def contents(body: bytes, path: str) -> Contents | str:
    """The rows of an answer, or in a word why it is not one that Loop documents."""
    try:
        document = _clean_text(json.loads(body, parse_float=Decimal, parse_constant=_refuse))
    except (ValueError, RecursionError, InvalidOperation):
        return "no JSON"
    if isinstance(document, dict) and (
        document.get("error")
        or document.get("errors")
        or set(document) in ({"message"}, {"message", "code"})
    ):
        return "an error"
    if path == "/warehouse/return/details" or path.startswith("/cart/"):
        sound = isinstance(document, dict) and document
        return Contents([document]) if sound else "no object"
    name = ROWS.get(path)
    if name is None:
        name = "data" if path.startswith("/happy") else path.rpartition("/")[2].replace("-", "_")
    rows = document.get(name) if isinstance(document, dict) else document
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return "no rows"
    links = [document.get(n) for n in ("nextPageUrl", "next_page_url")] if rows != document else []
    return Contents(rows, more=any(link not in (None, "") for link in links))


def _refuse(name: str) -> object:
    raise ValueError(name)


def _clean_text(value: Any) -> Any:
    if isinstance(value, str):
        if not value.isascii() or "\0" in value:
            return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in value)
        return value
    if isinstance(value, dict):
        return {_clean_text(name): _clean_text(one) for name, one in value.items()}
    return [_clean_text(one) for one in value] if isinstance(value, list) else value


NOT_COUNTED = {"", "N/A", "0", "1", "True", "False", "true", "false"}
"""None, and the forms of true and false, of which one becomes the other."""


def leaves(document: Any) -> Counter[Any]:
    """All single values, in a form in which equal ones are equal: instants, numbers, text."""
    found: Counter[Any] = Counter()
    todo = [document]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            # A serialized PHP DateTime becomes one value.
            is_php = value.keys() == {"date", "timezone_type", "timezone"}
            todo += [value["date"]] if is_php else list(value.values())
        elif isinstance(value, list):
            todo += value
        elif value is not None and str(value) not in NOT_COUNTED:
            found[_form(value)] += 1
    return found


def _form(value: Any) -> Any:
    if isinstance(value, str) and len(value) >= 10 and value[4:5] == "-":
        try:
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            return value
    text = str(value)
    if text.lower() in {"true", "false"} or not (text[:1].isdigit() or text[:1] in "+-."):
        return text
    try:
        number = Decimal(text)
        return number.normalize() if number.is_finite() else text
    except ArithmeticError:
        return text


# Reading.


class Collected(PageWriter):
    """Takes what would be written; each line is encoded all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, dict[int | None, list[dict[str, Any]]]] = {}
        self.lines: list[bytes] = []

    def write_records(self, stream: str, records: Any, version: int | None) -> None:
        """Take records in."""
        records = list(records)
        self.lines = []
        super().write_records(stream, records, version)
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
        self, method: str, path: str, params: Mapping[str, str | int], body: object = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        del body
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
        return answer.status, answer.headers, sent


@dataclass
class Outcome:
    """What came of a case; `fault` says what is wrong with it, if anything is."""

    kind: str
    fault: str = ""


@dataclass
class Figures:
    """What came of many."""

    cases: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    spoilt_by: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
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
        self.tap.__dict__["client"] = self.client
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

    def case(self, seed: int) -> tuple[Outcome, Spoiler]:
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
            outcome = Outcome("traceback", f"{type(error).__name__}: {error} at {where}"[:300])
        else:
            outcome = self._judge(stream)
        if outcome.fault:
            path, body = self.client.spoilt or ("", b"")
            outcome.fault = f"seed {seed}, {stream}, {path}: {outcome.fault} | {body[:160]!r}"
        return outcome, spoiler

    def _read(self, name: str) -> None:
        self.writer.records = {}
        stream = cast("LoopStream", self.tap.streams[name])
        if name == "returns":
            for one in self.family:
                one.checkpoint({})
            reading = ReturnsReading(self.tap, self.family, cast("Any", stream))
            reading.read()
        else:
            stream.checkpoint({})
            stream.read()

    def _delivered(self, stream: str) -> list[Counter[Any]]:
        versions = self.writer.records.get(stream, {})
        rows = versions[max(versions, key=lambda v: v or 0)] if versions else []
        return [leaves(row) for row in rows]

    def _told(self, error: LoopReturnsError) -> Outcome:
        message = str(error)
        fault = ""
        if "\n" in message or len(message) > 700:
            fault = f"not one short line: {message[:200]!r}"
        elif "@example" in message or KEY in message:
            fault = f"shows too much: {message[:200]!r}"
        return Outcome(f"told: {type(error).__name__}", fault)

    def _judge(self, stream: str) -> Outcome:  # noqa: PLR0911  one a verdict
        """A run that succeeded: is all there that was in the answer?"""
        if self.client.spoilt is None:
            return Outcome("not spoilt, as the answer was an error already")
        if torn := self._torn(stream):
            return Outcome("wrong", torn)
        path, body = self.client.spoilt
        found = contents(body, path)
        out = self._delivered(stream)
        _, honest = self.honest(stream)
        whole = all(any(row <= got for got in out) for row in honest)
        if isinstance(found, str):
            # It may have been asked for again, or mean that one cart is gone.
            if whole:
                return Outcome("right: asked again")
            if path.startswith("/cart/") and found == "an error":
                return Outcome("right: a cart that is gone")
            return Outcome("wrong", f"{found}, but the run succeeded without it")
        if whole:
            return Outcome("right: as the account is")
        if not self._is_own(stream, path):
            lost = [
                one
                for row in found.rows
                if str(row.get("updated_at")) > START  # older ones have not changed
                for one in [quote(str(row.get("id", row.get("loop_shipment_id"))), safe="")]
                if not any(f"/{one}/" in asked for asked in self.client.asked)
            ]
            if lost and not found.more:
                return Outcome("wrong", f"never asked for {lost}")
            return Outcome("right: what was listed was asked for")
        rows = [leaves(row) for row in found.rows]
        if (
            found.more
        ):  # what a page does not prove is asked for again; what Loop left whole is there
            rows = [row for row in rows if any(row <= kept for kept in honest)]
        lost_rows = [row for row in rows if not any(row <= got for got in out)]
        if lost_rows:
            missing = min((lost_rows[0] - got for got in out), key=len, default=lost_rows[0])
            return Outcome("wrong", f"{len(lost_rows)} rows lost, such as one with {missing}"[:300])
        return Outcome("right: as the answer was")

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


def run(cases: range) -> Figures:
    """Try cases, by their numbers."""
    logging.disable(logging.CRITICAL)
    try:
        fuzz, figures = Fuzz(), Figures()
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


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=4)
    given = parser.parse_args()
    began = time.monotonic()
    share = 500
    parts = [
        range(first, min(first + share, given.seed + given.count))
        for first in range(given.seed, given.seed + given.count, share)
    ]
    figures = Figures()
    with ProcessPoolExecutor(given.processes) as pool:
        for part in pool.map(run, parts):
            figures.add(part)
    print("\n".join(figures.lines()))
    print(f"in {time.monotonic() - began:.0f} s")
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
