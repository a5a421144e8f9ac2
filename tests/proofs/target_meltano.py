"""Meltano carries actions from tables of a real PostgreSQL to Loop: plan, apply, apply again.

``python -m tests.proofs.target_meltano``: it installs Meltano and tap-postgres into
environments of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mock_loop import Quirks, Shop, serve
from mock_loop.loop import Loop
from tests.acting import Expected, Row, mixed, told
from tests.warehouses import venvs
from tests.warehouses.meltano import MELTANO
from tests.warehouses.postgres_server import PostgresServer, postgres

TAP = "meltanolabs-tap-postgres==0.10.0"
TYPES = {
    "return_id": "bigint",
    "id": "bigint",
    "address": "jsonb",
    "cart": "bigint[]",
}
"""Of columns that are not text."""

_FILL = """
import json, sys
import psycopg2
from psycopg2.extras import Json
given = json.load(sys.stdin)
with psycopg2.connect(given["dsn"]) as connection, connection.cursor() as cursor:
    for table, (columns, rows) in given["tables"].items():
        names = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        cursor.execute(
            f"create table {table} (row_number bigserial primary key, "
            f"written_at timestamptz default now(), {names})"
        )
        for row in rows:
            values = [Json(v) if isinstance(v, dict) else v for v in row.values()]
            marks = ", ".join(["%s"] * len(values))
            cursor.execute(
                f"insert into {table} ({', '.join(row)}) values ({marks})", values
            )
"""


@dataclass
class MeltanoProof:
    """What was found; `wrong` is empty where all is as Loop's rules say."""

    wrong: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def check(self, what: str, *, holds: bool) -> None:
        if not holds:
            self.wrong.append(what)


def prove(actions: int = 600) -> MeltanoProof:
    """Fill the tables, plan, apply, and apply once more."""
    proof = MeltanoProof()
    shop = Shop.seeded(returns=3000, seed=3)
    rows = mixed(shop, actions)
    expected = Expected.of(shop, rows["return_actions"])
    before = {found.id: found.state for found in shop.book}
    taps = venvs.environment(TAP)
    with (
        postgres() as server,
        serve(shop, quirks=Quirks(requests_per_minute=None)) as loop,
        tempfile.TemporaryDirectory(prefix="loop-meltano-") as name,
    ):
        folder = Path(name)
        _fill(server, rows, taps)
        _project(folder, server, loop, rows, taps / "tap-postgres")

        planned = _run(folder, "--full-refresh")
        proof.check("the plan changed nothing", holds=not _changes(loop) and not shop.acted)
        states = {found.id: found.state for found in shop.book}
        proof.check("all returns are as they were", holds=states == before)
        counts = Counter(row["outcome"] for row in planned)
        proof.told.append(f"plan: {len(planned)} rows: {dict(counts)}, no change sent")

        act = {"TARGET_LOOPRETURNS_APPLY": "true", "TARGET_LOOPRETURNS_WAIT_SECONDS": "20"}
        began = time.monotonic()
        done = _run(folder, "--full-refresh", **act)
        proof.told.append(
            f"apply: {len(done)} rows: {dict(Counter(row['outcome'] for row in done))}, "
            f"{len(_changes(loop))} changes sent, {time.monotonic() - began:.0f} s"
        )
        total = sum(map(len, rows.values()))
        proof.check(f"each of {total} rows has an outcome", holds=len(done) == total)
        got = [row["outcome"] for row in done if row["stream"] == "return_actions"]
        proof.check("outcomes are those of the rules", holds=got == expected.results)
        states = {own: shop.book[own].state for own in expected.states}
        proof.check("states are those of the rules", holds=states == expected.states)
        proof.check("nothing was done twice", holds=set(shop.acted.values()) == {1})

        loop.clear_requests()
        again = _run(folder, "--full-refresh", **act)
        proof.told.append(f"again: {len(again)} rows, {len(_changes(loop))} changes sent")
        proof.check("the same run again changes nothing", holds=not _changes(loop))
        same = [row["outcome"] for row in again] == [row["outcome"] for row in done]
        proof.check("and tells the same outcomes", holds=same)
    return proof


def _changes(loop: Loop) -> list[str]:
    return [seen.path for seen in loop.requests if seen.method != "GET"]


def _fill(server: PostgresServer, rows: Mapping[str, list[Row]], taps: Path) -> None:
    tables = {}
    for stream, records in rows.items():
        names = dict.fromkeys(name for record in records for name in record)
        tables[stream] = ({name: TYPES.get(name, "text") for name in names}, records)
    dsn = f"host={server.host} port={server.port} user={server.user} dbname={server.database}"
    given = json.dumps({"dsn": dsn, "tables": tables})
    python = str(taps / "python")
    subprocess.run([python, "-c", _FILL], input=given, text=True, check=True)


def _project(
    folder: Path, server: PostgresServer, loop: Loop, rows: Mapping[str, list[Row]], tap: Path
) -> None:
    content: dict[str, Any] = {
        "requires_meltano": ">=4.4,<5",
        "default_environment": "dev",
        "project_id": "loop-actions",
        "send_anonymous_usage_stats": False,
        "environments": [{"name": "dev"}],
        "plugins": {
            "extractors": [
                {
                    "name": "tap-postgres",
                    "namespace": "tap_postgres",
                    "executable": str(tap),
                    "capabilities": ["catalog", "state", "discover"],
                    "settings": [
                        {"name": "host"},
                        {"name": "port", "kind": "integer"},
                        {"name": "user"},
                        {"name": "password", "sensitive": True},
                        {"name": "database"},
                        {"name": "filter_schemas", "kind": "array"},
                    ],
                    "config": {
                        "host": server.host,
                        "port": server.port,
                        "user": server.user,
                        "password": "any",
                        "database": server.database,
                        "filter_schemas": ["public"],
                    },
                    "select": [f"public-{stream}.*" for stream in rows],
                }
            ],
            "loaders": [
                {
                    "name": "target-loopreturns",
                    "namespace": "target_loopreturns",
                    "executable": str(Path(sys.executable).parent / "target-loopreturns"),
                    "settings": [
                        {"name": "api_key", "sensitive": True},
                        {"name": "api_url"},
                        {"name": "requests_per_minute", "kind": "integer"},
                        {"name": "apply", "kind": "boolean", "value": False},
                        {"name": "allow", "kind": "array"},
                        {"name": "wait_seconds", "kind": "integer"},
                        {"name": "stream_map", "kind": "object"},
                    ],
                    "config": {
                        "api_url": loop.url,
                        "requests_per_minute": 600_000,
                        "allow": ["process", "remove_line_items", "delete"],
                        "stream_map": {f"public-{stream}": stream for stream in rows},
                    },
                }
            ],
        },
    }
    (folder / "meltano.yml").write_text(yaml.safe_dump(content, sort_keys=False))
    (folder / ".env").write_text(f"TARGET_LOOPRETURNS_API_KEY={loop.key}\n")


def _run(folder: Path, *options: str, **environ: str) -> list[Row]:
    """`meltano run`, and the outcomes in the order of the tables' rows."""
    meltano = venvs.environment(MELTANO) / "meltano"
    done = subprocess.run(
        [str(meltano), "run", *options, "tap-postgres", "target-loopreturns"],
        cwd=folder,
        env={**os.environ, **environ, "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"meltano ended with {done.returncode}: {done.stderr[-3000:]}")
    return told(folder / ".loopreturns" / "outcomes.jsonl")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=600)
    proof = prove(parser.parse_args().actions)
    for line in [*proof.told, *(f"WRONG: not so: {line}" for line in proof.wrong)]:
        print(line)
    return 1 if proof.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
