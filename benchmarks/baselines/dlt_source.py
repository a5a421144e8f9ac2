"""The list of returns as a dlt REST source, written as its documentation shows.

``python dlt_source.py URL KEY START END extract|load``: five states in windows of 119 days, next
links followed, the key in its header. `extract` is dlt's first step, which reads and writes its
own files; `load` also normalizes them and loads JSON Lines into a folder.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import dlt
from dlt.destinations import filesystem
from dlt.sources.rest_api import rest_api_source

STATES = ("open", "closed", "cancelled", "expired", "review")
LONGEST = timedelta(days=119)


def windows(start: date, end: date) -> Iterator[tuple[date, date]]:
    """What is to be read, first and last day."""
    while start < end:
        yield start, min(start + LONGEST, end) - timedelta(days=1)
        start += LONGEST


def source(url: str, key: str, start: str, end: str) -> Any:
    """A resource for each state and window, all into the table `returns`."""
    days = windows(date.fromisoformat(start), date.fromisoformat(end))
    spans = [(f"{a}T00:00:00Z", f"{b}T23:59:59Z") for a, b in days]
    return rest_api_source(
        {
            "client": {
                "base_url": f"{url}/api/2026-10/",
                "auth": {
                    "type": "api_key",
                    "name": "X-Authorization",
                    "api_key": key,
                    "location": "header",
                },
                "paginator": {"type": "json_link", "next_url_path": "nextPageUrl"},
            },
            "resource_defaults": {
                "primary_key": "id",
                "write_disposition": "append",
                "table_name": "returns",
            },
            "resources": [
                {
                    "name": f"returns_{state}_{number}",
                    "endpoint": {
                        "path": "warehouse/return/list",
                        "data_selector": "returns",
                        "params": {
                            "from": since,
                            "to": until,
                            "filter": "updated_at",
                            "state": state,
                            "paginate": "true",
                            "pageSize": 750,
                        },
                    },
                }
                for state in STATES
                for number, (since, until) in enumerate(spans)
            ],
        }
    )


def main(url: str, key: str, start: str, end: str, step: str) -> None:
    """Read, and print how many rows there were."""
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "loop_returns",
            pipelines_dir=f"{folder}/pipelines",
            destination=filesystem(bucket_url=f"file://{folder}/out"),
            dataset_name="loop",
        )
        if step == "extract":
            pipeline.extract(source(url, key, start, end), loader_file_format="jsonl")
            return
        pipeline.run(source(url, key, start, end), loader_file_format="jsonl")
        counts = pipeline.last_trace.last_normalize_info.row_counts
        sys.stdout.write(json.dumps({"rows": counts["returns"]}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
