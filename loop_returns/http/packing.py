"""The body of an answer: in one piece or, where it is long, a packed list. Pure.

Loop pages its lists; but a second in which many returns changed is asked for whole,
and where a shop changes its returns in bulk, that is as much as many pages. Notices are
not paged at all. Such a list is packed while it comes, bare or in an envelope, in parts of
whole rows, so that memory does not grow with it: packed, returns need about a sixth of the
room.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from loop_returns.http import envelopes
from loop_returns.http.envelopes import Text

_LONG = 8 * 1024 * 1024
"""Bytes, about three full pages of returns. To pack and unpack costs CPU: with 3 MB, it was 102
instead of 89 µs a return in an account of 50,000, many of which had changed in bulk."""
_ENVELOPE = 1.5
"""So many times as long is what is packed in an envelope: a page is parsed in one piece."""
_PART = 512 * 1024
_TRIES = 300
_ROW = rb'\{\s*"[^"\\]{1,100}"\s*:'
_OPENING = re.compile(rb"\s*\[\s*(" + _ROW + rb")")
_UNDER = re.compile(rb'"([^"\\]{1,100})"\s*:\s*\[(?=\s*(' + _ROW + rb"))")
_NEAR = 64 * 1024  # bytes from its start, within which an envelope's list begins
_MOST_SPACE = 100
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class PackedList:
    """A long JSON list, packed in parts, each a JSON list of some of its rows.

    Args:
        packed: The parts.
        head: What came before the first row.
        tail: What came after the last.
        under: The name of the list in its envelope; None where it is bare.
    """

    def __init__(
        self, packed: list[bytes], head: bytes = b"[", tail: bytes = b"]", under: str | None = None
    ) -> None:
        self.under = under
        self.around = head + tail
        """The answer, as it would be without a row."""
        self._packed = packed
        self._head = head
        self._tail = tail

    def __iter__(self) -> Iterator[bytes]:
        """The parts, one after another unpacked; may be gone through again."""
        return map(zlib.decompress, self._packed)

    def __len__(self) -> int:
        """Bytes, as it is packed."""
        return sum(map(len, self._packed))

    def whole(self) -> bytes:
        """The answer in one piece."""
        return self._head + b",".join(part.strip()[1:-1] for part in self) + self._tail


Body = Text | PackedList


def whole(body: Body) -> Text:
    """A body in one piece."""
    return body.whole() if isinstance(body, PackedList) else body


def is_sound(body: Body) -> bool:
    """Whether a body is JSON; what is packed has been looked at."""
    return isinstance(body, PackedList) or envelopes.is_sound(body)


class Intake:
    """Takes in a body as it comes.

    Where a row ends is tried, and proven: what comes before a comma is a number
    of whole rows if, and only if, it is a JSON list once it is closed there.

    Args:
        long: From how many bytes on a list is packed.
        part: How many bytes to pack at a time, about.
    """

    def __init__(self, *, long: int | None = None, part: int | None = None) -> None:
        self.size = 0
        """Bytes that have come."""
        self.held = 0
        """Bytes that they take up."""
        self._left = bytearray()
        self._packed: list[bytes] = []
        self._opening: _Opening | None = None
        self._long = self._enough = long or _LONG
        self._part = part or _PART

    def add(self, chunk: bytes) -> None:
        """Take in what came next."""
        self.size += len(chunk)
        self.held += len(chunk)
        self._left += chunk
        if self.size >= self._enough:
            self._pack()

    def body(self) -> Body:
        """All that came; packed if it is long, and is a sound list."""
        if not self._packed or self._opening is None:
            return self._left
        opening = self._opening
        last = _last(opening, self._left)
        if last is None:
            return PackedList(self._packed, opening.head, b"").whole() + b"," + self._left
        rows, tail = last
        parts = [*self._packed, zlib.compress(rows, 1)]
        return PackedList(parts, opening.head, tail, opening.under)

    def _pack(self) -> None:
        if self._opening is None:
            self._opening = _opening(self._left)
        if self._opening.under is not None and self.size < _ENVELOPE * self._long:
            self._enough = int(_ENVELOPE * self._long)
            return
        while self._opening.row and len(self._left) > self._part:
            found_end = self._rows(self._opening)
            if found_end is None:
                self._part *= 2
            else:
                rows, next_row = found_end
                self._packed.append(zlib.compress(rows, 1))
                self.held += len(self._packed[-1]) - next_row
                del self._left[:next_row]
        self._enough = self.size + max(0, self._part - len(self._left))

    def _rows(self, opening: _Opening) -> tuple[bytes, int] | None:
        """Whole rows from the start of what is left, as a list, and where the next one begins.

        A row is taken to open as the first did, so that few places have to be tried.
        """
        begin = 0 if self._packed else len(opening.head)
        start = begin + self._part
        for _ in range(_TRIES):
            start = self._left.rfind(opening.row, begin + 1, start)
            if start < 0:
                break
            space = self._left[max(0, start - _MOST_SPACE) : start]
            until = start - (len(space) - len(space.rstrip()))
            if self._left[until - 1 : until] == b",":
                rows = b"".join((b"[", self._left[begin : until - 1], b"]"))
                if envelopes.is_sound(rows):
                    return rows, start
        return None


class _Opening(NamedTuple):
    """How a list begins; empty where an answer is no list of objects."""

    head: bytes = b""
    """Up to the bracket."""
    row: bytes = b""
    """The beginning of its first row."""
    under: str | None = None
    """Its name in the envelope."""


def _opening(text: bytearray) -> _Opening:
    if bare := _OPENING.match(text):
        return _Opening(bytes(text[: text.index(b"[") + 1]), bare[1])
    for found in _UNDER.finditer(text, 0, _NEAR):
        head = bytes(text[: found.end()])
        if text.lstrip().startswith(b"{") and envelopes.is_sound(head + b"]}"):
            return _Opening(head, found[2], found[1].decode(errors="replace"))
    return _Opening()


def _last(opening: _Opening, left: bytearray) -> tuple[bytes, bytes] | None:
    """The last rows as a list, and what follows them; None where the whole is not sound."""
    if opening.under is None:
        last = b"".join((b"[", left))
        return (last, b"]") if envelopes.is_sound(last) else None
    text = opening.head + left
    try:
        rows = bytes(_FIELDS.decode(text)[opening.under])
    except (msgspec.DecodeError, KeyError, RecursionError):
        return None
    begin = len(opening.head) - 1
    # A name that comes twice says that the rows are others.
    return (rows, text[begin + len(rows) - 1 :]) if text.startswith(rows, begin) else None
