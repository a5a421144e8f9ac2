"""Tells rows that changed from those that the target has as they are. Pure.

    {"of": "5f0c1a…", "until": "2026-11-24T10:00:00Z", "rows": "eNpj…"}

Some rows are read again in each run, since no date tells which of them changed. `rows` are
the marks of those that the target has acknowledged: 56 bits of a hash of each row as it was
written, key included, so that whatever changes what is written (settings, selection, maps, a
newer cleaner) makes it another row. `of` is what they were written by, `until` the bookmark
beside them: with another schema, or a bookmark that was set by hand, all is sent.

They stand in STATE only once their stream is read, behind all of its rows. A run that ends
before leaves none, and the next one sends all that it reads.
"""

from __future__ import annotations

import base64
import binascii
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Mapping
from itertools import accumulate, pairwise
from typing import Any

import msgspec
from singer_sdk.contrib.msgspec import enc_hook

from loop_returns.errors import SettingsError
from tap_loopreturns.output.fingerprints import fingerprint

MOST = 50_000
"""Rows remembered of a stream: at most some 380,000 characters of STATE. Of more, the rest is
sent in each run. A changed row is taken for one of so many once in 10^12 times."""

_SPARE_BITS = 8  # of the 64 of a fingerprint
_ENCODER = msgspec.json.Encoder(enc_hook=enc_hook, decimal_format="number")


class SentRows:
    """The rows of a stream that the target has, as far as they are remembered.

    Args:
        before: The marks that STATE has.
        most: How many rows are remembered.

    Attributes:
        remembers: Whether rows are remembered that are new to it. Once they are not, what
            was there before is not believed any more: a row may have been another in between.
        unchanged: How many rows were not news.
    """

    def __init__(self, before: Iterable[int] = (), most: int = MOST) -> None:
        self.remembers = True
        self.unchanged = 0
        self._before = array("Q", sorted(before))
        self._now: dict[int, int] = {}
        self._most = most

    def is_news(self, key: Hashable, content: object) -> bool:
        """Whether a row is to be written; it is taken to be written then.

        Args:
            key: The row's key. Rows that come again in a run are held against their last.
            content: All that would be written of it.
        """
        place = hash(key)  # of two keys that share one, the rows are written each time
        last = self._now.get(place)
        if last is None and (not self.remembers or len(self._now) >= self._most):
            if not self.remembers:
                self._before = array("Q")
            return True
        self._now[place] = mark = _mark((key, content))
        known = last == mark if last is not None else self._had(mark)
        self.unchanged += known
        return not known

    def entry(self, of: str, until: str | None) -> dict[str, Any]:
        """As it stands in STATE."""
        return {"of": of, "until": until, "rows": _packed(self._now.values())}

    def _had(self, mark: int) -> bool:
        place = bisect_left(self._before, mark)
        return place < len(self._before) and self._before[place] == mark


def marks_in(entry: object, of: str, until: object) -> array[int]:
    """The marks of rows in an entry of STATE; none where it was written by something else.

    Raises:
        SettingsError: it is none that this tap has written.
    """
    if not isinstance(entry, Mapping) or entry.get("of") != of or entry.get("until") != until:
        return array("Q")
    try:
        return _unpacked(entry["rows"])
    except (KeyError, TypeError, ValueError, zlib.error, binascii.Error):
        raise SettingsError("--state", "holds rows sent that cannot be read.") from None


def written_by(*what: object) -> str:
    """A short name of what rows are written by: equal for what is equal."""
    return fingerprint(msgspec.Raw(_ENCODER.encode(what))).hex()


def _mark(content: object) -> int:
    found = fingerprint(msgspec.Raw(_ENCODER.encode(content)))
    return int.from_bytes(found, "big") >> _SPARE_BITS


def _packed(marks: Iterable[int]) -> str:
    """Sorted, the bytes of their steps in columns: 5.6 bytes each instead of 7, 7.5 as text."""
    steps = array("Q", (b - a for a, b in pairwise((0, *sorted(set(marks))))))
    if sys.byteorder == "big":
        steps.byteswap()
    content = steps.tobytes()
    columns = b"".join(content[byte::8] for byte in range(8))
    return base64.b64encode(zlib.compress(columns, 9)).decode()


def _unpacked(text: str) -> array[int]:
    room = 8 * MOST
    columns = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), room)
    count, rest = divmod(len(columns), 8)
    if rest:
        raise ValueError(text)
    content = bytearray(len(columns))
    for byte in range(8):
        content[byte::8] = columns[byte * count : (byte + 1) * count]
    steps = array("Q", bytes(content))
    if sys.byteorder == "big":
        steps.byteswap()
    return array("Q", accumulate(steps))
