"""What an hourly run costs: ``python -m benchmarks.hours``; one quiet hour, one with changes.

The account is loaded by two runs, of the streams that are selected by default. Then each
hour is one more run: requests by path, and for each stream the rows sent and how many of
them were new or other than they had been sent before.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measure import python
from mock_loop import Loop, Quirks, Shop, serve

START, END = "2024-06-01", "2026-11-20"


@dataclass
class Hour:
    """What one run asked for and sent."""

    requests: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[str]:
        """The figures, a line each."""
        yield f"{self.requests.total():,} requests: " + ", ".join(
            f"{path} {count:,}" for path, count in self.requests.most_common()
        )
        yield f"{self.sent.total():,} rows sent, {self.changed.total():,} of them changed"
        for stream, count in self.sent.most_common():
            yield f"  {stream}: {count:,} sent, {self.changed[stream]:,} changed"


class HourlyRuns:
    """Runs of the tap one after another, each from the STATE of the one before."""

    def __init__(self, loop: Loop, folder: Path, tap: Sequence[str] | None = None) -> None:
        self._loop = loop
        self._tap = tap or python("-m", "tap_loopreturns")
        self._state = folder / "state.json"
        self._state.write_text("{}", "utf-8")
        self._config = folder / "config.json"
        self._config.write_text(
            json.dumps(
                {
                    "api_key": loop.key,
                    "api_url": loop.url,
                    "start_date": START,
                    "requests_per_minute": 1_000_000,
                }
            ),
            "utf-8",
        )
        self._known: dict[tuple[str, ...], int] = {}
        self._keys: dict[str, list[str]] = {}

    def run(self) -> Hour:
        """One run."""
        self._loop.clear_requests()
        hour = Hour()
        files = ("--config", str(self._config), "--state", str(self._state))
        done = subprocess.run(  # noqa: S603  the tap is this project's own
            [*self._tap, *files],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
            cwd=self._state.parent,
        )
        for line in done.stdout.splitlines():
            self._take(json.loads(line), hour)
        hour.requests.update(
            request.path.removeprefix("/api/v1") for request in self._loop.requests
        )
        return hour

    def _take(self, message: dict[str, Any], hour: Hour) -> None:
        if message["type"] == "STATE":
            self._state.write_text(json.dumps(message["value"]), "utf-8")
        elif message["type"] == "SCHEMA":
            self._keys[message["stream"]] = message["key_properties"]
        elif message["type"] == "RECORD":
            stream, record = message["stream"], message["record"]
            key = (stream, *(str(record[name]) for name in self._keys[stream]))
            content = hash(json.dumps(record, sort_keys=True))
            hour.sent[stream] += 1
            hour.changed[stream] += self._known.get(key) != content
            self._known[key] = content


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hours", description=__doc__)
    parser.add_argument("--returns", type=int, default=3000)
    parser.add_argument("--changes", type=int, default=50, help="in the hour that has some")
    given = parser.parse_args()
    shop = Shop.seeded(given.returns, 1, START, END)
    with (
        tempfile.TemporaryDirectory(prefix="loop-hours-") as folder,
        serve(shop, quirks=Quirks(requests_per_minute=None)) as loop,
    ):
        pipeline = HourlyRuns(loop, Path(folder))
        for _ in range(2):
            pipeline.run()
        for changes in (0, given.changes):
            if changes:
                shop.change(changes, seed=9)
            title = f"An hour with {changes:,} changes, of {given.returns:,} returns"
            sys.stdout.write("\n".join([title, *pipeline.run().lines(), ""]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
