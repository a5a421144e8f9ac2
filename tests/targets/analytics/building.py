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

from tests.targets import venvs
from tests.targets.postgres_server import PostgresServer

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

    def run(self, *command: str, variables: Mapping[str, Any] | None = None) -> str:
        """Run dbt, and return what it said.

        Raises:
            BuildError: it failed.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [
                str(venvs.environment(*REQUIREMENTS) / "dbt"),
                *command,
                *("--project-dir", str(PACKAGE), "--profiles-dir", str(PACKAGE)),
                *("--target-path", str(self.folder / "target")),
                *("--log-path", str(self.folder / "logs")),
                *("--vars", json.dumps(dict(variables or {}))),
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=PACKAGE,
            env={**os.environ, **self.environ, "LOOP_DBT_SCHEMA": self.schema},
        )
        if done.returncode:
            raise BuildError(done.stdout[-3000:] + done.stderr[-1000:])
        return done.stdout

    def build(self, variables: Mapping[str, Any], *more: str) -> Counter[tuple[str, str]]:
        """Build and test all, and count what was done by kind and result."""
        self.run("build", *more, variables=variables)
        results = json.loads((self.folder / "target/run_results.json").read_text("utf-8"))
        return Counter(
            (result["unique_id"].split(".")[0], result["status"]) for result in results["results"]
        )

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
