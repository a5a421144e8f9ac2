"""The account that all read: the mock Loop, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import ceil
from typing import Any

from benchmarks.measure import python
from loop_returns.times import parse

START, END = "2023-01-01", "2026-01-01"
"""Three years, uneven: peaks after the holidays, weeks with hardly a return."""
PAGE = 750


class ServedAccount:
    """A running mock account and its control."""

    def __init__(self, url: str, key: str, returns: int) -> None:
        self.url = url
        self.key = key
        self.returns = returns

    def behave(self, **quirks: Any) -> None:
        """Change how the account answers; what is not named stays."""
        self._control("quirks", quirks)

    def forget(self) -> None:
        """Begin the count of requests, and the key's minute, anew."""
        self._control("reset-requests", {"budget": True})

    def requests(self) -> tuple[int, int]:
        """How many requests there were, and how many of them were answered 429."""
        seen = self._control("requests")
        throttled = sum(paths.get("429", 0) for paths in seen["by_path"].values())
        return seen["total"], throttled

    def fewest(self) -> int:
        """The fewest requests that all returns can be read with, state by state."""
        states = Counter(row["state"] for row in self._control("returns?fields=state"))
        return sum(ceil(count / PAGE) for count in states.values())

    def after(self, returns: int) -> tuple[str, int]:
        """The day before which at least so many returns changed last, and how many it is."""
        rows = self._control("returns?fields=updated_at")
        days = sorted(parse(row["updated_at"]).date() for row in rows)
        day = days[returns] + timedelta(days=1)
        return day.isoformat(), sum(one < day for one in days)

    def _control(self, task: str, given: dict[str, Any] | None = None) -> Any:
        data = None if given is None else json.dumps(given).encode()
        with urllib.request.urlopen(f"{self.url}/_mock/{task}", data, 120) as answer:  # noqa: S310
            return json.load(answer)


@contextmanager
def account(returns: int, *odd: str) -> Iterator[ServedAccount]:
    """Serve an account with so many returns, at first without a limit and without latency.

    `odd` are options of `serving`.
    """
    options = ["--port=0", f"--returns={returns}", f"--start={START}", f"--end={END}", *odd]
    with subprocess.Popen(  # noqa: S603  the mock is this project's own
        python("-m", "benchmarks.serving", "--requests-per-minute=0", *options),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            line = json.loads(process.stdout.readline()) if process.stdout else {}
            served = ServedAccount(line["url"], line["key"], line["returns"])
            # So that ordinary readers, who follow the links as they are, read everything.
            served.behave(cursor_column="id", next_link_drops=[], next_link_version=None)
            yield served
        finally:
            process.terminate()
