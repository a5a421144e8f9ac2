"""The Dagster example: a split backfill's tables are a single run's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.warehouses import account, meant, pipe, venvs
from tests.warehouses.destinations import destination
from tests.warehouses.destinations.databases import Postgres
from tests.warehouses.meltano import MELTANO, definition, script, start
from tests.warehouses.postgres_server import PostgresServer

EXAMPLE = venvs.ROOT / "examples/dagster_loop_returns.py"
DAGSTER = "dagster==1.13.29"
STREAMS = ("returns", *meant.PARTS)


def test_a_backfill_split_among_workers_gives_the_tables_of_a_single_run(
    server: PostgresServer, tmp_path: Path
) -> None:
    shop = account.usual(400)
    with account.served(shop) as loop:
        single = destination("target-postgres", tmp_path / "single", server)
        streams = pipe.catalog()
        streams["streams"] = [one for one in streams["streams"] if one["stream"] in STREAMS]
        pipe.load(account.settings(loop), single.command, environ=single.environ, streams=streams)
        loop.clear_requests()

        split = destination("target-postgres", tmp_path / "split", server)
        assert isinstance(split, Postgres)
        project = tmp_path / "project"
        write_project(project, split, account.settings(loop))
        dagster(project, "job", "execute", "-f", str(EXAMPLE), "-j", "loop_returns_history")
        spans = {
            (request.query["from"], request.query["to"])
            for request in loop.requests
            if request.path.endswith("/return/list") and "from" in request.query
        }
        assert len(spans) >= 3
        for stream in STREAMS:
            assert rows(single, stream) == rows(split, stream) != []

        # The hourly run goes on where the history ends, and reads the rest.
        loop.clear_requests()
        dagster(project, "asset", "materialize", "-f", str(EXAMPLE), "--select", "loop_returns")
        listed = [one.query for one in loop.requests if one.path.endswith("/return/list")]
        assert min(query["from"] for query in listed if "from" in query) > "2026"
        assert rows(single, "returns") == rows(split, "returns")
        assert len(split.tables()["orders"].rows) == len(shop.table("orders"))


def write_project(project: Path, to: Postgres, settings: dict[str, object]) -> None:
    """A project as the example asks for it."""
    # The two that are read return by return have bookmarks, and a history, of their own.
    select = ["*.*", "!return_details.*", "!return_notes.*"]
    tap = definition() | {"config": settings, "select": select}
    history = {
        "name": "tap-loopreturns-history",
        "inherit_from": "tap-loopreturns",
        "select": [f"{stream}.*" for stream in STREAMS],
    }
    loader = {
        "name": "target-postgres",
        "namespace": "target_postgres",
        "executable": "bin/target-postgres",
        "config": to.config,
        "env": to.environ,
    }
    start(project, {"extractors": [tap, history], "loaders": [loader]})
    script(project / "bin/target-postgres", str(to.bin / "target-postgres"))


def dagster(project: Path, *arguments: str) -> None:
    """Call Dagster, with Meltano on PATH, as a user would."""
    home = project / "dagster"
    home.mkdir(exist_ok=True)
    bin_ = venvs.environment(DAGSTER)
    paths = [bin_, venvs.environment(MELTANO), Path(sys.executable).parent, os.environ["PATH"]]
    config = {"ops": {"spans": {"config": {"start": "2024-12-01", "workers": 3}}}}
    (home / "run.yaml").write_text(json.dumps(config), "utf-8")
    given = ["--config", str(home / "run.yaml")] if arguments[0] == "job" else []
    done = subprocess.run(
        [bin_ / "dagster", *arguments, *given],
        check=False,
        capture_output=True,
        text=True,
        cwd=project,
        env={
            **os.environ,
            "PATH": os.pathsep.join(map(str, paths)),
            "DAGSTER_HOME": str(home),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "MELTANO_PROJECT_ROOT": str(project),
            "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


def rows(to: object, stream: str) -> list[str]:
    """A table's rows, without what the target notes of when it loaded them."""
    assert isinstance(to, Postgres)
    return sorted(
        json.dumps(
            {name: value for name, value in row.items() if not name.startswith("_sdc")},
            default=str,
            sort_keys=True,
        )
        for row in to.tables()[stream].rows
    )
