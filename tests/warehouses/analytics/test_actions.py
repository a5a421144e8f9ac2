"""What target-loopreturns did, and what came of it: its own outcomes, loaded and built."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.warehouses import venvs
from tests.warehouses.analytics import account, loaded, report
from tests.warehouses.analytics.building import on_duckdb
from tests.warehouses.analytics.choices import Choices
from tests.warehouses.analytics.mock import Loop, Shop

MEANT = {"cancel": "cancelled", "flag": "review", "close": "closed", "process": "closed"}


def act(loop: Loop, folder: Path, rows: list[dict[str, Any]]) -> Path:
    """Have the target act on returns, and return the file of its outcomes."""
    config, outcomes = folder / "config.json", folder / "outcomes.jsonl"
    settings = {
        "api_key": loaded.KEY, "api_url": loop.url, "apply": True, "outcomes": str(outcomes),
        "ledger": str(folder / "ledger.sqlite"), "requests_per_minute": 60_000,
    }  # fmt: skip
    config.write_text(json.dumps(settings), "utf-8")
    names = ("return_id", "action", "content")
    properties = {name: {"type": ["string", "null"]} for name in names}
    schema = {"type": "object", "properties": properties}
    told = [{"type": "SCHEMA", "stream": "return_actions", "schema": schema, "key_properties": []}]
    told += [{"type": "RECORD", "stream": "return_actions", "record": row} for row in rows]
    subprocess.run(
        [sys.executable, "-m", "target_loopreturns", "--config", str(config)],
        input="".join(json.dumps(line) + "\n" for line in told),
        check=True,
        capture_output=True,
        text=True,
        cwd=venvs.ROOT,
    )
    return outcomes


def expected(shop: Shop, outcomes: list[dict[str, Any]]) -> dict[str, tuple[str | None, ...]]:
    """State before, state now and whether that is what was meant, by action."""
    found: dict[str, tuple[str | None, ...]] = {}
    for row in outcomes:
        now = shop.returns[row["return_id"]]["state"]
        meant = MEANT.get(row["action"])
        held = None if meant is None else str(now == meant).lower()
        found[row["action_id"]] = (row["outcome"], row["return_state"], now, held)
    return found


def test_actions_are_held_against_the_returns_as_they_are_now(tmp_path: Path) -> None:
    """Done, refused and undone by hand since: the mart tells, and the report shows it."""
    shop = account.seeded(80, orders=False)
    opened = [found.id for found in shop.book if found.state == "open"]
    closed = next(found.id for found in shop.book if found.state == "closed")
    rows = [
        {"return_id": one, "action": action} for one, action in zip(opened, MEANT, strict=False)
    ]
    rows += [{"return_id": closed, "action": "cancel"}, {"return_id": closed, "action": "note"}]
    rows[-1]["content"] = "Looked at"
    rows = [row for row in rows if row["action"] != "process"]  # would have to be allowed
    to = loaded.duckdb(tmp_path)
    with loaded.served(shop) as loop:
        file = act(loop, tmp_path, rows)
        shop.move_return(rows[0]["return_id"], "open")
        loaded.into(to, loop, streams=loaded.WITHOUT_ORDERS)
    with file.open("rb") as told:
        subprocess.run(to.command, stdin=told, check=True, capture_output=True, env=os.environ)
    dbt = on_duckdb(to.path, tmp_path / "dbt")
    dbt.build(Choices(using={"action_outcomes": True}, more=loaded.OFF).variables())
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    meant = expected(shop, [line["record"] for line in lines if line["type"] == "RECORD"])
    found = {
        str(row["action_id"]): tuple(
            row[name] for name in ("action_outcome", "state_before", "state_now", "is_as_intended")
        )
        for row in dbt.rows("select * from analytics.loop__actions")
    }
    assert found == meant
    assert {one[0] for one in found.values()} == {"done", "refused"}
    assert {one[3] for one in found.values()} == {"true", "false", None}
    made = report.command(dbt.connect, "--output", str(tmp_path / "report.html"))
    assert made.returncode == 0, made.stderr
    assert '"action_name":"cancel"' in (tmp_path / "report.html").read_text("utf-8")
