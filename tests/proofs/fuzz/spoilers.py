"""Spoils an answer, by a seed: its bytes, its values, its structure or its envelope."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from mock_loop.errors import ENVELOPES

Spoiling = Callable[[bytes], bytes]
HOST = "loop.example"

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
