"""What the answers so far have taught of how Loop lists returns. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Seen:
    """What an answer to a window looked like."""

    seconds: Sequence[int]
    """The second of each row in the column filtered on, in the order of the answer."""
    states: frozenset[str]
    more: bool
    """Loop says that more rows follow."""
    cursor: int | None = None
    """The second in Loop's own next cursor, if it names the column filtered on."""
    unplaced: Sequence[tuple[str, int]] = ()
    """Rows without a date in that column: which, and how many dated ones come before."""


@dataclass(slots=True)
class Learnt:
    """Order and limits of the list, as far as answers have shown them.

    Attributes:
        is_sorted: Pages are sorted by the column filtered on; None while that is not known.
        descending: Newest first; None while that is not known.
        longest: Rows in the longest unpaged answer. Loop did not cut any shorter one at a
            number of rows, for it would have cut this one, too.
        shown: States that answers without a state have shown.
    """

    is_sorted: bool | None = None
    descending: bool | None = None
    longest: int = 0
    shown: set[str] = field(default_factory=set)

    def looks_sorted(self, seen: Seen) -> bool:
        """Whether a page's own cursor agrees with its last row, and its rows with the order."""
        first, last = seen.seconds[0], seen.seconds[-1]
        if seen.cursor != last:
            ends_unplaced = any(before == len(seen.seconds) for _, before in seen.unplaced)
            if not (ends_unplaced and self.is_sorted):
                return False
        descending = first > last if first != last else self.descending
        return self.descending in {None, descending} and in_order(
            seen.seconds, descending=bool(descending)
        )

    def order_by(self, seen: Seen) -> bool:
        """Learn the order from a page that is not the last; whether it is that of the list."""
        if not self.looks_sorted(seen):
            self.is_sorted = False
            return False
        self.is_sorted = self.is_sorted is not False
        first, last = seen.seconds[0], seen.seconds[-1]
        if first != last:
            self.descending = first > last
        return self.is_sorted and self.descending is not None

    def facts(self) -> tuple[object, ...]:
        """All that is known; where it has not changed, a request is answered as it was before."""
        return self.is_sorted, self.descending, self.longest


def in_order(seconds: Sequence[int], *, descending: bool | None) -> bool:
    """Whether seconds are sorted."""
    pairs = pairwise(seconds)
    return all(a >= b for a, b in pairs) if descending else all(a <= b for a, b in pairs)
