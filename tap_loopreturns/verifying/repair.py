"""STATE after which the next run reads the rows that differ once more. Pure."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from loop_returns.errors import SettingsError
from loop_returns.spans import Spans
from tap_loopreturns.output.bookmark import Bookmark
from tap_loopreturns.output.state import BESIDE, ROWS
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.streams.by_date import ByDate
from tap_loopreturns.verifying.differences import RowDifference


def repairing(
    state: Mapping[str, Any],
    kind: type[LoopStream],
    found: Iterable[RowDifference],
    states: tuple[str, ...],
    *,
    shop: str = "",
) -> dict[str, Any]:
    """A pipeline's STATE without the seconds of the rows that are missing or stale.

    Args:
        state: The pipeline's STATE; it is left as it is.
        kind: The stream.
        found: What differs; rows that the warehouse alone has are not mended by reading.
        states: The states of returns that the pipeline reads.
        shop: The shop, of many.

    Raises:
        SettingsError: STATE has no bookmark of the stream, or none that can be read.
    """
    repaired = copy.deepcopy(dict(state))
    part: Any = repaired.get("shops", {}).get(shop, {}) if shop else repaired
    bookmarks: Any = part.get("bookmarks") if isinstance(part, dict) else None
    entry = bookmarks.get(kind.name) if isinstance(bookmarks, dict) else None
    if not isinstance(bookmarks, dict) or not isinstance(entry, dict):
        raise SettingsError("--state", f"has no bookmark of {kind.name}; a run reads all of it.")
    bookmarks[kind.name] = _reopened(entry, kind, _holes(kind, found, states))
    return repaired


def _holes(
    kind: type[LoopStream], found: Iterable[RowDifference], states: tuple[str, ...]
) -> dict[str, Spans]:
    told_apart = (ROWS,) if issubclass(kind, ByDate) else states
    seconds: dict[str, list[tuple[int, int]]] = {state: [] for state in told_apart}
    for one in found:
        if one.row is None:
            continue
        at = [one.row.date, one.row.made] if issubclass(kind, ByDate) else [one.row.date]
        for state in (one.row.state,) if one.row.state in seconds else told_apart:
            seconds[str(state)] += [(second, second + 1) for second in at if second is not None]
    return {state: Spans(spans) for state, spans in seconds.items()}


def _reopened(
    entry: Mapping[str, Any], kind: type[LoopStream], holes: Mapping[str, Spans]
) -> dict[str, Any]:
    beside = {name: entry[name] for name in BESIDE - {"asked", "sent"} if name in entry}
    bare = {name: value for name, value in entry.items() if name not in BESIDE}
    mark = Bookmark.read(str(kind.replication_key), bare, tuple(holes))
    mark.covered = {state: out - holes.get(state, Spans()) for state, out in mark.covered.items()}
    first = min([span.start for spans in holes.values() for span in spans], default=None)
    if first is not None and mark.value is not None:
        mark.value = min(mark.value, first)
    return {**mark.entry(), **beside}
