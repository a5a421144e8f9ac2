"""What differs between the rows of Loop and those of a warehouse. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from loop_returns import times
from loop_returns.spans import Span
from tap_loopreturns.verifying.loop_rows import Key, LoopRow

KINDS = ("missing", "extra", "stale", "ahead")
"""Loop alone has the row; the warehouse alone; it is older there; or newer there."""


class WarehouseRow(NamedTuple):
    """A row as a warehouse has it."""

    date: int | None
    """Its replication key, in seconds."""
    shown: tuple[str | None, ...] = ()
    """As of `LoopRow`; None where the warehouse was not asked for a column."""


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row that is not in both, or not with the same date."""

    kind: str
    key: Key
    row: LoopRow | None
    """As Loop has it."""
    warehouse: int | None = None
    """The date that the warehouse has, in seconds."""


def differences(
    loop: Mapping[Key, LoopRow], warehouse: Mapping[Key, WarehouseRow], span: Span
) -> list[RowDifference]:
    """What differs, of the rows whose date lies in a span; in the order of kinds and keys.

    A row whose date is later, to Loop, changed after the span: nothing is said of it.
    """
    found = [*_of_loop(loop, warehouse, span), *_extra(loop, warehouse, span)]
    return sorted(found, key=lambda one: (KINDS.index(one.kind), one.key))


def by_day(dates: Iterator[int | None]) -> dict[str, int]:
    """How many dates lie on each day, in order; those that there are not, under an empty text."""
    days = Counter("" if date is None else times.show(date)[:10] for date in dates)
    return dict(sorted(days.items()))


def _of_loop(
    loop: Mapping[Key, LoopRow], warehouse: Mapping[Key, WarehouseRow], span: Span
) -> Iterator[RowDifference]:
    for key, row in loop.items():
        if row.date is not None and not span.holds(row.date):
            continue
        if key not in warehouse:
            yield RowDifference("missing", key, row)
            continue
        theirs = warehouse[key].date
        if row.date != theirs:
            is_newer = theirs is not None and (row.date is None or theirs > row.date)
            yield RowDifference("ahead" if is_newer else "stale", key, row, theirs)
        elif any(
            shown not in {None, ours}
            for shown, ours in zip_longest(warehouse[key].shown, row.shown)
        ):
            yield RowDifference("stale", key, row, theirs)


def _extra(
    loop: Mapping[Key, LoopRow], warehouse: Mapping[Key, WarehouseRow], span: Span
) -> Iterator[RowDifference]:
    for key, (date, _) in warehouse.items():
        if key not in loop and (date is None or span.holds(date)):
            yield RowDifference("extra", key, None, date)
