"""Many shops under Dagster: a partition each, read apart, from a file that may grow at any time.

    pip install dagster dagster-webserver
    dagster dev -f dagster_shops.py

It runs in a Meltano project (MELTANO_PROJECT_ROOT, or here) with the extractor tap-loopreturns.
LOOP_SHOPS names a CSV file whose header is `name,api_key_file`, or `name,api_key_env`: a line
more is a shop more, without a deployment. Each shop's STATE is kept apart by Meltano, wherever
its state backend is. `$DAGSTER_HOME/dagster.yaml` says how many shops are read at once, and that
a failed one is tried again, alone::

    concurrency: {pools: {granularity: run, default_limit: 4}}
    run_retries: {enabled: true, max_retries: 2}

A shop's history once more: `dagster job backfill -j load_shops --partitions north`, after
`meltano state clear loop-returns-north`.
"""
# ruff: noqa: INP001, S607  it stands alone, and calls the Meltano that is on PATH

import csv
import json
import os
import subprocess
import time
from collections.abc import Iterator

import dagster

EXTRACTOR = "tap-loopreturns"
LOADER = os.environ.get("LOOP_LOADER", "target-postgres")
FRESH = float(os.environ.get("LOOP_FRESH_HOURS", "3")) * 3600
LOOK = int(os.environ.get("LOOP_LOOK_SECONDS", "60"))

shops = dagster.DynamicPartitionsDefinition(name="shops")


def listed() -> dict[str, dict[str, str]]:
    """The shops of the file, by their names."""
    with open(os.environ.get("LOOP_SHOPS", "shops.csv"), encoding="utf-8") as file:  # noqa: PTH123
        return {row["name"]: row for row in csv.DictReader(file)}


@dagster.asset(partitions_def=shops, pool="loop_shops")
def loop_returns_of_shop(context: dagster.AssetExecutionContext) -> None:
    """Everything of a shop that has changed since its last run."""
    shop = context.partition_key
    # Not `meltano run`: its runs of one project share a folder, and take each other's catalog away.
    subprocess.run(  # noqa: S603
        ["meltano", "el", f"--state-id=loop-returns-{shop}", EXTRACTOR, LOADER],
        check=True,
        cwd=os.environ.get("MELTANO_PROJECT_ROOT", "."),
        env={**os.environ, "TAP_LOOPRETURNS_SHOPS": json.dumps([listed()[shop]])},
    )


load_shops = dagster.define_asset_job("load_shops", selection=[loop_returns_of_shop])


@dagster.sensor(
    job=load_shops,
    minimum_interval_seconds=LOOK,
    default_status=dagster.DefaultSensorStatus.RUNNING,
)
def new_shops(context: dagster.SensorEvaluationContext) -> dagster.SensorResult:
    """A shop that is new in the file becomes a partition, and its history is read."""
    known = set(context.instance.get_dynamic_partitions("shops"))
    new = [name for name in listed() if name not in known]
    return dagster.SensorResult(
        run_requests=[
            dagster.RunRequest(run_key=f"first-{name}", partition_key=name) for name in new
        ],
        dynamic_partitions_requests=[shops.build_add_request(new)] if new else [],
    )


@dagster.schedule(
    job=load_shops,
    cron_schedule="0 * * * *",
    default_status=dagster.DefaultScheduleStatus.RUNNING,
)
def hourly(context: dagster.ScheduleEvaluationContext) -> Iterator[dagster.RunRequest]:
    """Each shop, every hour."""
    hour = context.scheduled_execution_time.isoformat()
    known = context.instance.get_dynamic_partitions("shops")
    for name in listed():
        if name in known:
            yield dagster.RunRequest(run_key=f"{hour}-{name}", partition_key=name)


@dagster.asset_check(asset=loop_returns_of_shop)
def every_shop_is_fresh(context: dagster.AssetCheckExecutionContext) -> dagster.AssetCheckResult:
    """No shop of the file was read longer ago than LOOP_FRESH_HOURS."""
    stale = [name for name in listed() if _age(context.instance, name) > FRESH]
    return dagster.AssetCheckResult(passed=not stale, metadata={"stale": ", ".join(stale)})


def _age(instance: dagster.DagsterInstance, shop: str) -> float:
    """Seconds since a shop was last read to its end; endless if it never was."""
    wanted = dagster.AssetRecordsFilter(asset_key=loop_returns_of_shop.key, asset_partitions=[shop])
    found = instance.fetch_materializations(wanted, limit=1).records
    return time.time() - found[0].timestamp if found else float("inf")


freshness = dagster.define_asset_job(
    "shops_freshness", selection=dagster.AssetSelection.checks(every_shop_is_fresh)
)

definitions = dagster.Definitions(
    assets=[loop_returns_of_shop],
    asset_checks=[every_shop_is_fresh],
    jobs=[load_shops, freshness],
    sensors=[new_shops],
    schedules=[
        hourly,
        dagster.ScheduleDefinition(
            job=freshness,
            cron_schedule="30 * * * *",
            default_status=dagster.DefaultScheduleStatus.RUNNING,
        ),
    ],
)
