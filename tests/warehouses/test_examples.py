"""The examples to copy, run by Meltano as they stand, against a mock account and a database."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_loop.loop import Loop
from tests.acting import told
from tests.warehouses import account, venvs
from tests.warehouses.destinations.databases import Postgres
from tests.warehouses.destinations.files import Csv
from tests.warehouses.meltano import meltano, script, start
from tests.warehouses.postgres_server import PostgresServer, postgres

TAP = "meltanolabs-tap-postgres==0.10.0"
_SQL = """
import json, sys
import psycopg2
with psycopg2.connect("") as connection, connection.cursor() as cursor:
    cursor.execute(sys.stdin.read())
    print(json.dumps(cursor.fetchall() if cursor.description else None))
"""


class Example:
    """A copy of an example, with programs that are here already; `run` is `meltano run`."""

    def __init__(self, name: str, folder: Path, loop: Loop, server: PostgresServer) -> None:
        self.folder, self.source = folder, venvs.ROOT / "examples" / name
        self.environ = {
            "PGHOST": server.host,
            "PGPORT": str(server.port),
            "PGUSER": server.user,
            "PGPASSWORD": "trusted",
            "PGDATABASE": server.database,
            "FILE_DROP": str(folder / "drop"),
            "TAP_LOOPRETURNS_API_KEY": account.KEY,
            "TAP_LOOPRETURNS_API_URL": loop.url,
            "TARGET_LOOPRETURNS_API_KEY": account.KEY,
            "TARGET_LOOPRETURNS_API_URL": loop.url,
        }
        start(folder, {})
        (folder / "drop").mkdir()
        text = (self.source / "meltano.yml").read_text("utf-8")
        text = re.sub(r"\n    pip_url: .*", "", text)
        text = re.sub(r"executable: (?!target-loopreturns)", "executable: bin/", text)
        (folder / "meltano.yml").write_text(text + "project_id: example\n", "utf-8")
        for requirement, program in (
            (TAP, "tap-postgres"),
            (Postgres.requirements[0], "target-postgres"),
            (Csv.requirements[0], "target-csv"),
        ):
            script(folder / "bin" / program, str(venvs.environment(requirement) / program))

    def sql(self, statement: str) -> Any:
        done = subprocess.run(
            [str(venvs.environment(TAP) / "python"), "-c", _SQL],
            input=statement,
            env={**os.environ, **self.environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def prepare(self) -> None:
        self.sql((self.source / "actions.sql").read_text("utf-8"))

    def run(self, *what: str, **environ: str) -> list[dict[str, Any]]:
        """Run, and give the outcomes."""
        done = meltano("run", *what, project=self.folder, environ={**self.environ, **environ})
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
        return told(self.folder / ".loopreturns/outcomes.jsonl")

    def act(self, job: str) -> list[dict[str, Any]]:
        return self.run(job, TARGET_LOOPRETURNS_APPLY="true")


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A database for each example: they use the same schemas."""
    with postgres() as started:
        yield started


@pytest.fixture
def loop() -> Iterator[Loop]:
    """An account whose returns all have a history."""
    with account.served(account.usual(60)) as served:
        yield served


def changes(loop: Loop) -> list[str]:
    return [f"{seen.method} {seen.path}" for seen in loop.requests if seen.method != "GET"]


def graded(loop: Loop, grades: dict[str, str | None]) -> None:
    """Give the items of returns these grades, and none to any other open return's."""
    for found in list(loop.shop.book):
        row = found.row()
        if row["state"] == "open":
            grade = grades.get(row["id"])
            said = {"description": "seen", "condition_category": grade} if grade else None
            items = [item | {"condition": said} for item in row["line_items"]]
            loop.shop.edit_return(found, line_items=items)


def test_returns_are_processed_by_a_rule(
    loop: Loop, own_server: PostgresServer, tmp_path: Path
) -> None:
    """Graded A: processed; a wrong item: in review; the rest as it was. Again: nothing."""
    good, wrong, poor, *others = [one.id for one in loop.shop.book if one.state == "open"]
    graded(loop, {good: "grade_a", wrong: "incorrect_item", poor: "grade_d"})
    example = Example("process-by-rule", tmp_path, loop, own_server)
    example.run("tap-loopreturns", "target-postgres")
    example.prepare()
    planned = example.run("process")
    assert {row["outcome"] for row in planned} == {"planned"}
    assert not changes(loop)
    done = example.act("process")
    assert {(row["return_id"], row["outcome"]) for row in done} == {(good, "done"), (wrong, "done")}
    states = {own: loop.shop.book[own].state for own in (good, wrong, poor, *others)}
    assert states == {good: "closed", wrong: "review", poor: "open"} | dict.fromkeys(others, "open")
    loop.clear_requests()
    example.act("process")
    assert not changes(loop)


def test_a_warehouse_fetches_notices_and_its_receipts_become_grades(
    loop: Loop, own_server: PostgresServer, tmp_path: Path
) -> None:
    """Each notice is in the file; each receipt is a grade and part of a note, once."""
    example = Example("warehouse-notices", tmp_path, loop, own_server)
    example.prepare()
    example.run("announce")
    (file,) = (tmp_path / "drop").glob("advanced_shipping_notices-*.csv")
    notices = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    known = {item["line_item_id"] for one in loop.shop.book for item in one.row()["line_items"]}
    assert {row["return_line_item_id"] for row in notices} == known
    came = notices[-3:]
    values = ", ".join(
        f"('{row['id']}', '{row['return_line_item_id']}', 'grade_b', null, '2026-01-02Z')"
        for row in came
    )
    example.sql(f"insert into warehouse.receipts values {values}")
    returns = {row["id"] for row in came}
    done = example.act("confirm")
    assert [row["outcome"] for row in done] == ["done"] * (len(came) + len(returns))
    for row in came:
        items = loop.shop.book[row["id"]].row()["line_items"]
        (item,) = [one for one in items if one["line_item_id"] == row["return_line_item_id"]]
        assert item["condition"]["condition_category"]["grade"] == "grade_b"
    loop.clear_requests()
    example.act("confirm")
    assert not changes(loop)


def test_a_blocklist_is_kept_by_a_query(
    loop: Loop, own_server: PostgresServer, tmp_path: Path
) -> None:
    """Who is named is blocked, who is no longer named is not, other entries stay."""
    table = loop.shop.table("blocklists")
    emails = sorted(row["value"] for row in table.values() if row["type"] == "email")
    others = [row["value"] for row in table.values() if row["type"] != "email"]
    example = Example("fraud-lists", tmp_path, loop, own_server)
    example.run("tap-loopreturns", "target-postgres")
    example.prepare()
    named = [*emails[1:], "new@shop.example"]
    values = ", ".join(f"('{one}', 0.95)" for one in named)
    example.sql(f"insert into fraud.signals (email, score) values {values}")
    example.act("block")
    found = [row["value"] for row in loop.shop.table("blocklists").values()]
    assert sorted(found) == sorted([*named, *others])
    loop.clear_requests()
    example.act("block")
    assert not changes(loop)
