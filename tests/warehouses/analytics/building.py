"""dbt, in an environment of its own, on one warehouse."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.warehouses import venvs
from tests.warehouses.postgres_server import PostgresServer

PACKAGE = venvs.ROOT / "dbt_loopreturns"
REQUIREMENTS = (
    "dbt-core>=1.10.5,<1.12",
    "dbt-duckdb==1.11.1",
    "dbt-postgres>=1.10,<1.12",
    "duckdb>=1.0,<1.3",
)
_FETCH = Path(__file__).with_name("fetch.py")


class BuildError(Exception):
    """dbt failed; with what it said last."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did, by kind and result, and the most memory that it took, in MB."""

    counts: Counter[tuple[str, str]]
    peak_mb: int


@dataclass(frozen=True, slots=True)
class Dbt:
    """The package on one warehouse.

    `environ` are the variables that the package's own profiles.yml reads; `connect` is what a
    driver connects to.
    """

    engine: str
    connect: str
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    schema: str = "analytics"

    def run(self, *command: str, variables: Mapping[str, Any] | None = None) -> int:
        """Run dbt, and return the most memory that it took, in MB.

        Raises:
            BuildError: it failed.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        said = self.folder / "said"
        with said.open("w") as out:
            process = subprocess.Popen(
                [
                    str(venvs.environment(*REQUIREMENTS) / "dbt"),
                    *command,
                    *("--project-dir", str(PACKAGE), "--profiles-dir", str(PACKAGE)),
                    *("--target-path", str(self.folder / "target")),
                    *("--log-path", str(self.folder / "logs")),
                    *("--vars", json.dumps(dict(variables or {}))),
                ],
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=PACKAGE,
                env={**os.environ, **self.environ, "LOOP_DBT_SCHEMA": self.schema},
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise BuildError(said.read_text("utf-8")[-4000:])
        return usage.ru_maxrss // 1024

    def build(self, variables: Mapping[str, Any], *more: str) -> Built:
        """Build and test all."""
        peak = self.run("build", *more, variables=variables)
        results = json.loads((self.folder / "target/run_results.json").read_text("utf-8"))
        counts = Counter(
            (result["unique_id"].split(".")[0], result["status"]) for result in results["results"]
        )
        return Built(counts, peak)

    def rows(self, sql: str) -> Iterator[dict[str, str | None]]:
        """The rows of a query, every value as a text that equal values share."""
        python = venvs.environment(*REQUIREMENTS) / "python"
        command = [str(python), str(_FETCH), self.engine, self.connect, sql]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            names = json.loads(process.stdout.readline() or "[]")
            for line in process.stdout:
                yield dict(zip(names, json.loads(line), strict=True))
        if process.returncode:
            raise BuildError(f"cannot be read: {sql}")


def on_duckdb(file: Path, folder: Path) -> Dbt:
    """The package on a DuckDB file."""
    environ = {"LOOP_DBT_TARGET": "duckdb", "LOOP_DUCKDB_PATH": str(file)}
    return Dbt("duckdb", str(file), folder, environ)


def on_postgres(server: PostgresServer, folder: Path, schema: str) -> Dbt:
    """The package on a PostgreSQL server, into a schema."""
    environ = {
        "LOOP_DBT_TARGET": "postgres",
        "LOOP_POSTGRES_HOST": server.host,
        "LOOP_POSTGRES_PORT": str(server.port),
        "LOOP_POSTGRES_USER": server.user,
        "LOOP_POSTGRES_DATABASE": server.database,
    }
    connect = f"host={server.host} port={server.port} user={server.user} dbname={server.database}"
    return Dbt("postgres", connect, folder, environ, schema)
