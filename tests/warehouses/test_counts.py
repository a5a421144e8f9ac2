"""The documented way to check a warehouse against Loop, as a user goes it."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from mock_loop import clock
from tests.documents import section
from tests.warehouses import account, pipe, venvs
from tests.warehouses.destinations import destination
from tests.warehouses.destinations.databases import Postgres
from tests.warehouses.postgres_server import PostgresServer

SECTION = section("verify.md", "By month and state")


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the documented command in a folder."""
    (command,) = re.findall(r"```shell\ntap-loopreturns-verify (.*?)\n```", SECTION)
    main = "from tap_loopreturns.verify import main; main()"
    return subprocess.run(
        [sys.executable, "-c", main, *command.split()],
        check=False, capture_output=True, text=True, cwd=folder,
        env={"PYTHONPATH": str(venvs.ROOT)},
    )  # fmt: skip


def test_the_readmes_query_gives_counts_that_agree_with_loop_after_a_load(
    server: PostgresServer, tmp_path: Path
) -> None:
    """A loaded PostgreSQL agrees with Loop; one row less is found, with its month and state."""
    now = int(time.time())
    dates = {
        "start_date": clock.day(now - 500 * clock.DAY),
        "end_date": clock.day(now - 30 * clock.DAY),
    }
    to = destination("target-postgres", tmp_path / "to", server)
    assert isinstance(to, Postgres)
    with account.served(account.usual(200)) as loop:
        streams = pipe.catalog()
        streams["streams"] = [one for one in streams["streams"] if one["stream"] == "returns"]
        given = account.settings(loop)
        pipe.load(given, to.command, environ=to.environ, streams=streams)
        (tmp_path / "config.json").write_text(json.dumps(given | dates), "utf-8")

        (sql,) = re.findall(r"```sql\n(.*?)```", SECTION, re.DOTALL)
        for name, date in dates.items():
            sql = sql.replace(f"<{name}>", date)
        rows = list(to.query(sql))
        assert 20 < sum(row["count"] for row in rows) < 200

        write(tmp_path / "counts.csv", rows)
        agreed = verify(tmp_path)
        assert (agreed.returncode, agreed.stdout) == (0, ""), agreed.stderr
        assert agreed.stderr.startswith("0 differences, ")

        rows[0]["count"] -= 1
        write(tmp_path / "counts.csv", rows)
        differs = verify(tmp_path)
        assert differs.returncode == 1
        assert rows[0]["month"] in differs.stdout
        assert rows[0]["state"] in differs.stdout


def write(path: Path, rows: list[dict[str, object]]) -> None:
    """What a client of the database saves as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
