"""A list that is read whole, held back while it may be the one that the target has. Pure.

    {"of": "5f0c1a…", "list": "9b1d…", "at": "2026-11-24T10:00:00Z"}

`list` is a hash of all rows in their order, of the list that the target has acknowledged, `of`
what they were written by, `at` when it was sent. A list that is still the same is not sent, nor
ACTIVATE_VERSION, upon which a target would remove rows that did not come. Once a day it is
sent all the same: a run that was killed may have left rows in the target that it never
acknowledged, of a list that is by now again what it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from loop_returns import times
from loop_returns.times import DAY
from tap_loopreturns.records.objects import Record

_HELD = 5_000
"""Rows held back; a longer list is written as it comes."""
_BYTES = 16
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class WholeList:
    """One reading of a list.

    Args:
        known: The list that the target has, as `known_list` gives it; None: there is none.
        write: Writes rows.
    """

    def __init__(self, known: str | None, write: Callable[[Sequence[Record]], object]) -> None:
        self._known = known
        self._write = write
        self._hash = hashlib.blake2b(digest_size=_BYTES)
        self._held: list[Record] | None = None if known is None else []

    def take(self, rows: Sequence[Record]) -> None:
        """Take in rows; they are written now, or held back."""
        for row in rows:
            self._hash.update(_ENCODER.encode(row) + b"\n")
        if self._held is None:
            self._write(rows)
            return
        self._held += rows
        if len(self._held) > _HELD:
            self.release()

    @property
    def is_known(self) -> bool:
        """Whether all that was taken in is the list that the target has, and none of it is out."""
        return self._held is not None and self._hash.hexdigest() == self._known

    def release(self) -> None:
        """Write what is held back."""
        held, self._held = self._held, None
        if held:
            self._write(held)

    def entry(self, of: str, now: int) -> dict[str, Any]:
        """As it stands in STATE, after all of it is out."""
        return {"of": of, "list": self._hash.hexdigest(), "at": times.show(now)}


def known_list(entry: object, of: str, now: int) -> str | None:
    """The list that the target has, by an entry of STATE; None where it is to be sent anyway."""
    if not isinstance(entry, Mapping) or entry.get("of") != of:
        return None
    try:
        is_fresh = 0 <= now - times.second(entry["at"]) < DAY
        return str(entry["list"]) if is_fresh else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
