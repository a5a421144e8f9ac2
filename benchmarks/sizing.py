"""What each constant of the windows costs or saves: ``python -m benchmarks.sizing``.

Nothing is sent: a list of returns in memory answers the windows as Loop does, and
requests are counted. Time is that of `CONNECTIONS` requests side by side, 0.6 s each,
300 a minute. The same numbers come out on every machine.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from math import ceil
from typing import Any
from unittest.mock import patch

from loop_returns.endpoints import STATES
from loop_returns.fetch_ahead import AHEAD
from loop_returns.returns_list import crowds, sizing
from loop_returns.returns_list.windows import Seen, Window, Windows
from loop_returns.spans import Span, Spans
from loop_returns.times import DAY, parse
from mock_loop import Shop

PAGE = 750
CONNECTIONS, LATENCY, GAP, BURST = 10, 0.6, 0.2, 30
"""Of a run by its defaults: requests at once, seconds an answer, seconds between two, at once."""

START, END = (int(parse(day).timestamp()) for day in ("2023-01-01", "2026-01-01"))
ACCOUNTS = (5_000, 20_000, 50_000, 100_000, 300_000)

VARIED: Mapping[str, tuple[Any, ...]] = {
    "sizing._LONG": (1 * DAY, 10_000 * DAY),
    "sizing._AT_ONCE": ((2.0, 1.0), (0.9, 1.5)),
    "sizing._SIDE_BY_SIDE": (1, 8, 16),
    "crowds._CROWDED": (0.02, 0.3),
}
VARIED_UNSORTED: Mapping[str, tuple[Any, ...]] = {
    "sizing._FILL": (0.5, 1.0),
    "sizing._MOST_PARTS": (4, 64),
}


class ListInMemory:
    """Loop's list of returns, newest first, with a cursor that names its column."""

    def __init__(self, returns: int, *, is_sorted: bool = True) -> None:
        self._is_sorted = is_sorted
        shop = Shop.seeded(returns, 1, start="2023-01-01", end="2026-01-01")
        by_state: dict[str, list[int]] = {state: [] for state in STATES}
        for row in shop.returns.values():
            by_state[row["state"]].append(int(parse(row["updated_at"]).timestamp()))
        self.fewest = sum(ceil(len(seconds) / PAGE) for seconds in by_state.values())
        self._seconds = {state: sorted(seconds) for state, seconds in by_state.items()}

    def answer(self, window: Window) -> Seen:
        """What a page, or the whole, of a window looks like."""
        states = (window.state,) if window.state else sizing.UNNAMED
        found = {state: self._within(state, window) for state in states}
        seconds = sorted((one for some in found.values() for one in some), reverse=True)
        more = not window.whole and len(seconds) > PAGE
        if not self._is_sorted:
            seconds.sort(key=lambda second: second * 7919 % 10_007)
        seconds = seconds[:PAGE] if more else seconds
        shown = frozenset(state for state, some in found.items() if some)
        return Seen(
            seconds, shown, more=more, cursor=seconds[-1] if more and self._is_sorted else None
        )

    def _within(self, state: str, window: Window) -> Sequence[int]:
        seconds = self._seconds[state]
        return seconds[bisect_left(seconds, window.since) : bisect_right(seconds, window.until)]


def backfill(returns: ListInMemory) -> tuple[int, float]:
    """How many requests it takes to read all, and how many seconds."""
    asked = Windows(dict.fromkeys(STATES, Spans([Span(START, END)])), page_size=PAGE)
    ahead: deque[tuple[Window, float]] = deque()
    busy: list[float] = []  # until when each connection is
    next_turn, now, requests = -BURST * GAP, 0.0, 0
    while True:
        while len(ahead) < AHEAD and (window := asked.next()) is not None:
            free = heappop(busy) if len(busy) >= CONNECTIONS else 0.0
            next_turn = max(next_turn, now - BURST * GAP) + GAP
            sent = max(now, free, next_turn)
            heappush(busy, sent + LATENCY)
            ahead.append((window, sent + LATENCY))
            requests += 1
        if not ahead:
            return requests, now
        window, answered = ahead.popleft()
        now = max(now, answered)
        asked.prove(window, returns.answer(window))


def line(name: str, lists: Sequence[ListInMemory]) -> str:
    """One row of the table."""
    figures = [backfill(one) for one in lists]
    cells = (
        f"{requests:>5} {requests / one.fewest:>6.3f} {seconds:>6.1f} s"
        for (requests, seconds), one in zip(figures, lists, strict=True)
    )
    return f"{name:<36}" + " |".join(cells)


def main() -> None:
    """Print requests, their ratio to the fewest, and seconds, for each constant and account."""
    _table("sorted by updated_at, as Loop's cursors say", ACCOUNTS, VARIED, is_sorted=True)
    _table("sorted otherwise", ACCOUNTS[:3], VARIED_UNSORTED, is_sorted=False)


def _table(
    title: str,
    accounts: Sequence[int],
    varied: Mapping[str, tuple[Any, ...]],
    *,
    is_sorted: bool,
) -> None:
    lists = [ListInMemory(returns, is_sorted=is_sorted) for returns in accounts]
    heads = " |".join(f"{returns:>13,} returns" for returns in accounts)
    sys.stdout.write(f"{title:<36}\n{'':<36}{heads}\n{line('as it is', lists)}\n")
    modules = {"sizing": sizing, "crowds": crowds}
    for constant, values in varied.items():
        module, name = constant.split(".")
        for value in values:
            with patch.object(modules[module], name, value):
                sys.stdout.write(line(f"{name} = {value}", lists) + "\n")


if __name__ == "__main__":
    main()
