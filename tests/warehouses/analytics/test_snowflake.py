"""Snowflake's dialect of the package, run on fakesnow: that is DuckDB behind it, not Snowflake."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.warehouses import venvs
from tests.warehouses.analytics import account, fetch, loaded, on_fakesnow, truth
from tests.warehouses.analytics.building import PACKAGE
from tests.warehouses.analytics.prove import SHIPPED
from tests.warehouses.destinations.snowflake import Snowflake

REQUIREMENTS = ("dbt-core>=1.10.5,<1.12", "dbt-snowflake>=1.10,<1.12", "fakesnow==0.12.1")


def run(folder: Path, *command: str) -> str:
    """Run dbt on fakesnow's database in a folder."""
    variables = SHIPPED.variables() | {"loop_schema": "LOOP_RETURNS"}
    python = venvs.environment(*REQUIREMENTS) / "python"
    done = subprocess.run(
        # -P: the script's own folder is no place to import from.
        [str(python), "-P", on_fakesnow.__file__, str(folder), *command,
         "--project-dir", str(PACKAGE), "--profiles-dir", str(PACKAGE), "--target-path",
         str(folder / "target"), "--log-path", str(folder), "--vars", json.dumps(variables)],
        check=False,
        capture_output=True,
        text=True,
        cwd=PACKAGE,
        env={
            **os.environ,
            "LOOP_DBT_TARGET": "snowflake",
            "LOOP_SNOWFLAKE_ACCOUNT": "fake",
            "LOOP_SNOWFLAKE_USER": "loader",
            "LOOP_SNOWFLAKE_PASSWORD": "trusted",
            "LOOP_SNOWFLAKE_WAREHOUSE": "none",
            "LOOP_DBT_SCHEMA": "ANALYTICS",
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def rows(folder: Path, mart: str) -> Iterator[dict[str, str | None]]:
    """A mart's rows, as texts."""
    python = venvs.environment(*REQUIREMENTS) / "python"
    sql = f"select * from analytics.{mart}"
    command = [str(python), fetch.__file__, "duckdb", str(folder / "LOOP.db"), sql]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")
    names = [name.lower() for name in json.loads(lines[0])]
    for line in lines[1:]:
        if line:
            yield dict(zip(names, json.loads(line), strict=True))


def test_snowflakes_sql_makes_the_same_marts_on_fakesnow(tmp_path: Path) -> None:
    """What target-snowflake has loaded is built, contracts enforced, and equals the account."""
    shop = account.seeded(120)
    to = Snowflake(tmp_path)
    with loaded.served(shop) as loop:
        loaded.into(to, loop)
    run(tmp_path, "run")
    meant = truth.Truth(SHIPPED)
    meant.add("LOOP_RETURNS", shop)
    told = [
        line
        for mart, known in meant.marts()
        for line in truth.differences(mart, known, rows(tmp_path, mart))
    ]
    assert told == []
