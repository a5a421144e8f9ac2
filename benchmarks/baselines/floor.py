"""The floor: requests, orjson.loads, orjson.dumps of every record, and nothing else.

Reads all returns between two days, state by state, 119 days at a time, by
following the next links: ``python -m benchmarks.baselines.floor URL KEY START END``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, timedelta

import orjson
import requests

STATES = ("open", "closed", "cancelled", "expired", "review")
LONGEST = timedelta(days=119)


def _windows(start: date, end: date) -> Iterator[tuple[date, date]]:
    while start < end:
        yield start, min(start + LONGEST, end)
        start += LONGEST


def main(url: str, key: str, start: str, end: str) -> None:
    """Write a RECORD line for each return."""
    session = requests.Session()
    session.headers["X-Authorization"] = key
    write = sys.stdout.buffer.write
    for state in STATES:
        for since, until in _windows(date.fromisoformat(start), date.fromisoformat(end)):
            link = (
                f"{url}/api/2026-10/warehouse/return/list?from={since}T00:00:00Z"
                f"&to={until - timedelta(days=1)}T23:59:59Z&filter=updated_at&state={state}"
                "&paginate=true&pageSize=750"
            )
            while link:
                page = orjson.loads(session.get(link, timeout=90).content)
                for row in page["returns"]:
                    write(orjson.dumps({"type": "RECORD", "stream": "returns", "record": row}))
                    write(b"\n")
                link = page["nextPageUrl"]


if __name__ == "__main__":
    main(*sys.argv[1:])
