"""The Dagster example of many shops, under real daemons: add a shop, fail one, backfill one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mock_loop import Loop
from tests.many_shops import served
from tests.warehouses import venvs
from tests.warehouses.destinations import destination
from tests.warehouses.destinations.databases import Postgres
from tests.warehouses.meltano import MELTANO, definition, script, start
from tests.warehouses.postgres_server import PostgresServer
from tests.warehouses.test_orchestrator import DAGSTER

EXAMPLE = venvs.ROOT / "examples/dagster_shops.py"
CONFIG = """
concurrency: {pools: {granularity: run, default_limit: 2}}
run_retries: {enabled: true, max_retries: 1}
telemetry: {enabled: false}
"""
ASK = """
import json
from dagster import AssetKey, DagsterInstance
with DagsterInstance.get() as instance:
    runs = [
        (r.tags.get("dagster/partition"), r.status.value)
        for r in instance.get_runs()
        if "dagster/schedule_name" not in r.tags  # a test may run into a full hour
    ]
    done = instance.get_materialized_partitions(AssetKey("loop_returns_of_shop"))
    print(json.dumps({"runs": runs, "done": sorted(done)}))
"""


@dataclass
class Fleet:
    """A project of many shops, and the Dagster that runs it."""

    folder: Path
    loops: dict[str, Loop]

    @property
    def environ(self) -> dict[str, str]:
        paths = [
            venvs.environment(DAGSTER),
            venvs.environment(MELTANO),
            Path(sys.executable).parent,
        ]
        return {
            **os.environ,
            "PATH": os.pathsep.join([*map(str, paths), os.environ["PATH"]]),
            "DAGSTER_HOME": str(self.folder / "dagster"),
            "MELTANO_PROJECT_ROOT": str(self.folder),
            "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
            "LOOP_SHOPS": str(self.folder / "shops.csv"),
            "LOOP_LOOK_SECONDS": "3",
        }

    def list(self, *names: str) -> None:
        lines = [f"{name},{self.folder / name}.key" for name in names]
        (self.folder / "shops.csv").write_text("\n".join(["name,api_key_file", *lines]), "utf-8")

    def give_key(self, name: str, key: str) -> None:
        (self.folder / f"{name}.key").write_text(key, "utf-8")

    def call(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        line = [str(venvs.environment(DAGSTER) / program), *arguments]
        return subprocess.run(
            line, check=False, capture_output=True, text=True, cwd=self.folder, env=self.environ
        )

    def freshness(self) -> str:
        """What the check says that no shop is stale."""
        job = ["job", "execute", "-f", str(EXAMPLE), "-j", "shops_freshness"]
        said = self.call("dagster", *job).stderr
        (line,) = [one for one in said.splitlines() if "ASSET_CHECK_EVALUATION" in one]
        return line

    def until(self, reached: Callable[[dict[str, Any]], bool], seconds: float = 600) -> Any:
        """What Dagster knows, once it is so; each run is a shop and a status."""
        end = time.monotonic() + seconds
        while True:
            asked = self.call("python", "-c", ASK)
            known = json.loads(asked.stdout) if asked.returncode == 0 else asked.stderr[-500:]
            if isinstance(known, dict) and reached(known):
                return known
            assert time.monotonic() < end, known
            time.sleep(2)

    @contextmanager
    def daemon(self) -> Iterator[None]:
        """Dagster's daemon, and the code server that it starts."""
        self.call("python", "-c", ASK)  # lays out its database, which two at once would break
        line = [str(venvs.environment(DAGSTER) / "dagster-daemon"), "run", "-f", str(EXAMPLE)]
        with (self.folder / "daemon.log").open("wb") as log:
            process = subprocess.Popen(
                line, stdout=log, stderr=log, cwd=self.folder, env=self.environ
            )
            try:
                yield
            finally:
                process.terminate()
                process.wait(60)


def project(folder: Path, to: Postgres, loops: dict[str, Loop]) -> Fleet:
    """A Meltano project as the example asks for it; its loader writes into one schema."""
    config = {"api_url": loops["north"].url, "start_date": "2023-01-01", "retry_minutes": 0}
    tap = definition() | {"config": config, "select": ["returns.*"]}
    loader = {
        "name": "target-postgres",
        "namespace": "target_postgres",
        "executable": "bin/target-postgres",
        "config": to.config,
        "env": to.environ,
    }
    start(folder, {"extractors": [tap], "loaders": [loader]})
    script(folder / "bin/target-postgres", str(to.bin / "target-postgres"))
    (folder / "dagster").mkdir()
    (folder / "dagster/dagster.yaml").write_text(CONFIG, "utf-8")
    return Fleet(folder, loops)


def rows(to: Postgres) -> dict[str, set[str]]:
    """The ids in the table, by shop."""
    found: dict[str, set[str]] = {}
    for row in to.tables()["returns"].rows:
        found.setdefault(str(row["shop"]), set()).add(str(row["id"]))
    return found


def test_a_shop_is_added_one_fails_alone_and_is_backfilled(
    server: PostgresServer, tmp_path: Path
) -> None:
    """The file is all that changes; the others are not read again for it."""
    to = destination("target-postgres", tmp_path / "to", server)
    assert isinstance(to, Postgres)
    with served({"north": 20, "south": 20, "west": 20}) as loops:
        held = {name: {one.id for one in loop.shop.book} for name, loop in loops.items()}
        fleet = project(tmp_path / "project", to, loops)
        fleet.give_key("north", loops["north"].key)
        fleet.give_key("west", loops["west"].key)
        fleet.give_key("south", "revoked")
        fleet.list("north", "south")
        with fleet.daemon():
            known = fleet.until(
                lambda now: (
                    now["done"] == ["north"] and now["runs"].count(["south", "FAILURE"]) == 2
                )
            )
            assert known["runs"].count(["north", "SUCCESS"]) == 1  # the other was tried again alone
            assert rows(to) == {"north": held["north"]}
            fleet.list("north", "south", "west")
            fleet.until(lambda now: now["done"] == ["north", "west"])
            assert "did not pass" in fleet.freshness()
            fleet.give_key("south", loops["south"].key)
            again = fleet.call("dagster", "job", "backfill", "-f", str(EXAMPLE), "-j", "load_shops",
                               "--partitions", "south", "--noprompt")  # fmt: skip
            assert again.returncode == 0, again.stdout + again.stderr
            known = fleet.until(lambda now: now["done"] == ["north", "south", "west"])
            assert [shop for shop, _ in known["runs"]].count("north") == 1
            assert "passed" in fleet.freshness()
        assert rows(to) == held
