"""STATE of many shops: each shop's part apart, and the whole of it written sparingly.

    {"shops": {"north": {"bookmarks": {…}, "account": {…}, "read_until": "2026-11-24T10:00:00Z"}}}

`bookmarks` and `account` are as in STATE of one shop. `read_until` is up to when the shop
was read in the last run that read all of it; the shops that it is oldest for are read first.

A thousand shops have some 2 MB of STATE, and Singer knows no part of one: each STATE
message is the whole. So a message is written when the last is some seconds old, the more
the larger it is, and at the end. Shops of which nothing changed are not encoded again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from loop_returns import times
from loop_returns.errors import SettingsError
from tap_loopreturns.output.bookmark import named_together
from tap_loopreturns.output.writer import PageWriter

LEAST_PAUSE = 5.0  # seconds between two STATE messages
PAUSE_PER_MEGABYTE = 30.0  # so that STATE takes up little beside the records
_ENCODER = msgspec.json.Encoder()


class ShopStates:
    """The STATE of all shops; safe to use by threads.

    Args:
        state: As the run was given it; shops that this run does not read keep their part.
        writer: Where messages go.

    Raises:
        SettingsError: it is not a STATE of many shops.
    """

    def __init__(
        self,
        state: Mapping[str, Any],
        writer: PageWriter,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        given = state.get("shops", {})
        if not isinstance(given, dict) or not all(isinstance(one, dict) for one in given.values()):
            raise SettingsError("--state", "holds 'shops' that cannot be read.")
        self.messages = 0
        """How many STATE messages have been written."""
        self.bytes = 0
        """How long they are together."""
        self._given: dict[str, Any] = given
        self._encoded = {name: _encoded(name, part) for name, part in given.items()}
        self._writer = writer
        self._clock = clock
        self._written = clock()
        self._changed = False
        self._size = 0
        self._lock = threading.RLock()

    def of(self, shop: str) -> dict[str, Any]:
        """A shop's part, as the run was given it."""
        found: dict[str, Any] = self._given.get(shop, {})
        return found

    def read_until(self, shop: str) -> int | None:
        """Up to when a shop was read in the last run that read all of it, if one did.

        Raises:
            SettingsError: STATE has something else there.
        """
        value = self.of(shop).get("read_until")
        try:
            return None if value is None else times.second(value)
        except (AttributeError, ValueError, OverflowError):
            raise SettingsError(
                "--state", f"holds a 'read_until' of {shop} that cannot be read."
            ) from None

    def put(self, shop: str, part: Mapping[str, Any]) -> None:
        """Take in a shop's part; what it says is out has been written by the same thread."""
        encoded = _encoded(shop, part)
        with self._writer.lock, self._lock:
            if self._encoded.get(shop) != encoded:
                self._encoded[shop] = encoded
                self._changed = True
            self.write_if_due()

    def write_if_due(self) -> None:
        """Write a STATE message, if the last is old enough and something has changed since."""
        pause = LEAST_PAUSE + PAUSE_PER_MEGABYTE * self._size / 1e6
        if self._clock() - self._written >= pause:
            self.write()

    def write(self) -> None:
        """Write a STATE message, if something has changed since the last."""
        with self._writer.lock, self._lock:
            if not self._changed:
                return
            line = b"".join(
                (b'{"type":"STATE","value":{"shops":{', b",".join(self._encoded.values()), b"}}}\n")
            )
            self._writer.write_line(line)
            self._changed = False
            self._written = self._clock()
            self._size = len(line)
            self.messages += 1
            self.bytes += len(line)


def _encoded(shop: str, part: Mapping[str, Any]) -> bytes:
    """A shop's part as it stands in STATE: what has nothing to say is left out."""
    shorter = dict(part)
    bookmarks = part.get("bookmarks") or {}
    if isinstance(bookmarks, dict):
        shorter["bookmarks"] = {
            stream: named_together(entry) if isinstance(entry, dict) else entry
            for stream, entry in bookmarks.items()
            if entry
        }
    return _ENCODER.encode(shop) + b":" + _ENCODER.encode(shorter)
