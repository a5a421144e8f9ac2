"""The body of an answer: in one piece or, where it is long, a packed list. Pure.

Loop pages its lists; but a second in which many returns changed is asked for whole,
and where a shop changes its returns in bulk, that is as much as many pages. Such a
list is packed while it comes, in parts of whole rows, so that memory does not grow
with it: packed, returns need about a sixth of the room.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from loop_returns.http import envelopes
from loop_returns.http.envelopes import Text

_LONG = 3 * 1024 * 1024  # bytes; hardly more than a full page of returns
_PART = 512 * 1024
_TRIES = 300
_OPENING = re.compile(rb'\s*\[\s*(\{\s*"[^"\\]{1,100}"\s*:)')
_MOST_SPACE = 100


class PackedList:
    """A long JSON list, packed in parts, each a JSON list of some of its rows."""

    def __init__(self, packed: list[bytes]) -> None:
        self._packed = packed

    def __iter__(self) -> Iterator[bytes]:
        """The parts, one after another unpacked; may be gone through again."""
        return map(zlib.decompress, self._packed)

    def __len__(self) -> int:
        """Bytes, as it is packed."""
        return sum(map(len, self._packed))

    def whole(self) -> bytes:
        """The list in one piece."""
        return b"[" + b",".join(part.strip()[1:-1] for part in self) + b"]"


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
        self._opening: bytes | None = None
        self._enough = long or _LONG
        self._part = part or _PART

    def add(self, chunk: bytes) -> None:
        """Take in what came next."""
        self.size += len(chunk)
        self.held += len(chunk)
        self._left += chunk
        if self.size >= self._enough:
            self._pack()
            self._enough = self.size + max(0, self._part - len(self._left))

    def body(self) -> Body:
        """All that came; packed if it is long, and is a sound list."""
        if not self._packed:
            return self._left
        last = b"".join((b"[", self._left))
        if envelopes.is_sound(last):
            return PackedList([*self._packed, zlib.compress(last, 1)])
        return PackedList(self._packed).whole()[:-1] + b"," + last[1:]

    def _pack(self) -> None:
        if self._opening is None:
            found = _OPENING.match(self._left)
            self._opening = found[1] if found else b""
        while self._opening and len(self._left) > self._part:
            found_end = self._rows()
            if found_end is None:
                self._part *= 2
            else:
                rows, next_row = found_end
                self._packed.append(zlib.compress(rows, 1))
                self.held += len(self._packed[-1]) - next_row
                del self._left[:next_row]

    def _rows(self) -> tuple[bytes, int] | None:
        """Whole rows from the start of what is left, as a list, and where the next one begins.

        A row is taken to open as the first did, so that few places have to be tried.
        """
        before = b"[" if self._packed else b""
        start = self._part
        for _ in range(_TRIES):
            start = self._left.rfind(self._opening or b"", 1, start)
            if start < 0:
                break
            space = self._left[max(0, start - _MOST_SPACE) : start]
            until = start - (len(space) - len(space.rstrip()))
            if self._left[until - 1 : until] == b",":
                rows = b"".join((before, self._left[: until - 1], b"]"))
                if envelopes.is_sound(rows):
                    return rows, start
        return None
