"""Loop Returns under Dagster: a history split among workers, then the run of every hour.

    pip install dagster dagster-webserver
    dagster job execute -f dagster_loop_returns.py -j loop_returns_history
    dagster dev -f dagster_loop_returns.py

It runs in a Meltano project (MELTANO_PROJECT_ROOT, or here) that has the
extractor tap-loopreturns and one that inherits from it for the history::

    - name: tap-loopreturns-history
      inherit_from: tap-loopreturns
      select: [returns.*, return_line_items.*, return_exchanges.*, return_labels.*]

Each worker reads returns between two dates. They share one API key, and so its
budget; their spans do not overlap, so they may write into the same tables. The
other streams are read by the hourly run: most of them are read whole each time,
and two readings at once would undo each other.

The target must take several writers at once: a server, not a DuckDB file.
"""
# ruff: noqa: INP001, S603, S607  it stands alone, and calls the Meltano that is on PATH

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster

EXTRACTOR = "tap-loopreturns"
LOADER = os.environ.get("LOOP_LOADER", "target-postgres")
BUDGET = 300  # requests a minute that Loop allows a key
HISTORY = {
    "returns": "updated_at",
    "return_line_items": "return_updated_at",
    "return_exchanges": "return_updated_at",
    "return_labels": "return_updated_at",
}


def meltano(*arguments: str, **environ: str) -> None:
    """Call Meltano, which must end well."""
    subprocess.run(
        ["meltano", *arguments],
        check=True,
        cwd=os.environ.get("MELTANO_PROJECT_ROOT", "."),
        env={**os.environ, **environ},
    )


class History(dagster.Config):
    """What is read by how many workers; `end` is where the hourly run goes on."""

    start: str = "2024-01-01"
    end: str = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    workers: int = 4


@dagster.op(out=dagster.DynamicOut(dict))
def spans(config: History) -> Iterator[dagster.DynamicOutput]:
    """The history in as many spans as there are workers."""
    first, last = (
        datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (config.start, config.end)
    )
    step = (last - first) / config.workers
    bounds = [(first + step * n).strftime("%Y-%m-%dT%H:%M:%SZ") for n in range(config.workers)]
    for n, (start, end) in enumerate(zip(bounds, [*bounds[1:], config.end], strict=True)):
        span = {"start": start, "end": end, "budget": str(max(1, BUDGET // config.workers))}
        yield dagster.DynamicOutput(span, mapping_key=f"worker_{n}")


@dagster.op(retry_policy=dagster.RetryPolicy(max_retries=2, delay=20))
def load(span: dict) -> str:
    """Load one span; a second try goes on where the first was broken off."""
    meltano(
        "run",
        f"--state-id-suffix={span['start'].replace(':', '')}",
        f"{EXTRACTOR}-history",
        LOADER,
        TAP_LOOPRETURNS_HISTORY_START_DATE=span["start"],
        TAP_LOOPRETURNS_HISTORY_END_DATE=span["end"],
        TAP_LOOPRETURNS_HISTORY_REQUESTS_PER_MINUTE=span["budget"],
    )
    return span["end"]


@dagster.op
def hand_over(ends: list) -> None:
    """Tell the hourly run that the history is out, and up to where."""
    bookmarks = {
        stream: {"replication_key": key, "replication_key_value": max(ends)}
        for stream, key in HISTORY.items()
    }
    environment = os.environ.get("MELTANO_ENVIRONMENT", "dev")
    state = json.dumps({"singer_state": {"bookmarks": bookmarks}})
    meltano("state", "set", "--force", f"{environment}:{EXTRACTOR}-to-{LOADER}", state)


@dagster.job(executor_def=dagster.multiprocess_executor)
def loop_returns_history() -> None:
    """Once, at first: the history by parallel workers."""
    hand_over(spans().map(load).collect())


@dagster.asset
def loop_returns() -> None:
    """Everything that has changed since the last run."""
    meltano("run", EXTRACTOR, LOADER)


hourly = dagster.define_asset_job("loop_returns_hourly", selection=[loop_returns])

definitions = dagster.Definitions(
    assets=[loop_returns],
    jobs=[loop_returns_history, hourly],
    schedules=[dagster.ScheduleDefinition(job=hourly, cron_schedule="0 * * * *")],
)
