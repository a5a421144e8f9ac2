"""What the target did, loaded by Meltano with the plugin definition that is shipped."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from mock_loop import Shop
from tests.acting import Desk, returns
from tests.warehouses import account, venvs
from tests.warehouses.destinations import destination
from tests.warehouses.destinations.databases import Postgres
from tests.warehouses.meltano import meltano, script, start
from tests.warehouses.postgres_server import PostgresServer

EXTRACTOR = "tap-loopreturns-actions"
LATEST = """select distinct on (stream, action_id) return_id, outcome from action_outcomes
order by stream, action_id, sequence desc"""


def project(folder: Path, ledger: Path, to: Postgres) -> None:
    """A project with the extractor as it is defined, and a loader."""
    defined: dict[str, Any] = yaml.safe_load(
        (venvs.ROOT / f"meltano/{EXTRACTOR}.yml").read_text("utf-8")
    )
    tap = {**defined, "pip_url": None, "executable": "bin/history"}
    tap |= {"config": {"ledger": str(ledger)}}
    loader = {
        "name": "target-postgres",
        "namespace": "target_postgres",
        "executable": "bin/target",
        "config": to.config,
        "env": to.environ,
    }
    start(folder, {"extractors": [tap], "loaders": [loader]})
    script(folder / "bin/target", str(to.bin / "target-postgres"))
    main = "from target_loopreturns.history_tap import main; main()"
    script(folder / "bin/history", sys.executable, "-c", main)


def load(folder: Path) -> None:
    done: subprocess.CompletedProcess[str] = meltano(
        "run", EXTRACTOR, "target-postgres", project=folder
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def test_each_run_and_outcome_lands_and_the_latest_tells_the_state(
    server: PostgresServer, tmp_path: Path
) -> None:
    """A planned run, then one that acted: two runs, an outcome of each action in both."""
    to = destination("target-postgres", tmp_path / "to", server)
    assert isinstance(to, Postgres)
    shop = Shop.seeded(returns=0)
    owns = [shop.add_return(str(own), "open").id for own in (7, 8)]
    rows = [{"return_id": own, "action": "flag"} for own in owns]
    with account.served(shop) as loop:
        desk = Desk(loop, tmp_path)
        project(tmp_path / "project", tmp_path / "ledger.sqlite", to)
        for given in (rows[:1], rows):
            assert desk.run(returns(*given), apply=True).results == {"done": len(given)}
            load(tmp_path / "project")
    (counts,) = to.query("select (select count(*) from action_runs) as runs, "
                         "(select count(*) from action_outcomes) as outcomes")  # fmt: skip
    assert json.loads(json.dumps(counts, default=int)) == {"runs": 2, "outcomes": 2}
    assert {row["return_id"]: row["outcome"] for row in to.query(LATEST)} == dict.fromkeys(
        owns, "done"
    )
