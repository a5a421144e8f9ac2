"""Which returns changed, in 20 bytes each: a shop may list a million of them before it asks on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, groupby
from struct import Struct

from loop_returns import times
from loop_returns.times import DAY
from tap_loopreturns.streams.refresh import Changed

_ENTRY = Struct(">qqI")  # second, id, microseconds: in the order in which they are read
_MOST = 1 << 62


class ReturnsListing:
    """Returns by the moment at which they changed; gone through oldest change first.

    One day of them is unpacked at a time. A return that is listed twice alike stands in it
    once; one that changed while it was listed stands in it at both moments.
    """

    def __init__(self) -> None:
        self._days: dict[int, bytearray] = {}
        self._texts: list[str] = []
        self._places: dict[str, int] = {}
        self._sorted = True

    def add(self, return_id: str, updated_at: datetime) -> None:
        """Take in a return; `updated_at` is in UTC."""
        since = updated_at - times.EPOCH
        second = since // timedelta(seconds=1)
        entry = _ENTRY.pack(second, self._number(return_id), since.microseconds)
        self._days.setdefault(second // DAY, bytearray()).extend(entry)
        self._sorted = False

    def __len__(self) -> int:
        """How many returns there are to ask for."""
        self._sort()
        return sum(map(len, self._days.values())) // _ENTRY.size

    def __iter__(self) -> Iterator[Changed]:
        """Each return; of those that changed in the same second, in the order of their ids."""
        self._sort()
        return chain.from_iterable(self._unpacked(day) for day in sorted(self._days))

    def _unpacked(self, day: int) -> Iterator[Changed]:
        for second, number, microseconds in _ENTRY.iter_unpack(self._days[day]):
            moment = times.EPOCH + timedelta(seconds=second, microseconds=microseconds)
            return_id = str(number) if number < _MOST else self._texts[number - _MOST]
            yield Changed(second, return_id, times.spell(moment))

    def _number(self, return_id: str) -> int:
        """The id as a number; of any other id, a number above all of those."""
        if return_id.isdecimal() and str(number := int(return_id)) == return_id and number < _MOST:
            return number
        place = self._places.setdefault(return_id, len(self._texts))
        if place == len(self._texts):
            self._texts.append(return_id)
        return _MOST + place

    def _sort(self) -> None:
        if self._sorted:
            return
        self._sorted = True
        for day, entries in self._days.items():
            step = _ENTRY.size
            ordered = sorted(bytes(entries[at : at + step]) for at in range(0, len(entries), step))
            self._days[day] = bytearray().join(entry for entry, _ in groupby(ordered))
