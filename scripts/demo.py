"""See it work, without a Loop account: `python3 scripts/demo.py`.

Starts a mock Loop account, loads it into DuckDB with Meltano, changes the account,
loads it again, and shows what landed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from environment import ROOT, Environment, say

RETURNS = 20_000
CHANGES = 200


def main() -> None:
    """Install, load, change, load again, show."""
    python = Environment(".venv-demo")
    python.install("meltano>=4.4,<5")
    say("meltano install: the tap from this checkout, and a DuckDB loader")
    python.run("meltano", "install")
    (ROOT / "output").mkdir(exist_ok=True)
    warehouse = ROOT / "output" / "demo.duckdb"
    warehouse.unlink(missing_ok=True)
    say(f"starting a mock Loop account with {RETURNS:,} returns")
    with mock_account() as account:
        print(f"    {account['url']}")

        def load() -> None:
            python.run(
                *("meltano", "run", "--state-id-suffix=demo", "tap-loopreturns", "target-duckdb"),
                TAP_LOOPRETURNS_API_KEY=account["key"],
                TAP_LOOPRETURNS_API_URL=account["url"],
                TAP_LOOPRETURNS_START_DATE="2023-01-01",
                TARGET_DUCKDB_PATH=str(warehouse),
                TARGET_DUCKDB_FILEPATH=str(warehouse),
                MELTANO_CLI_LOG_LEVEL="info",
            )

        python.run(
            *("meltano", "state", "clear", "--force", "dev:tap-loopreturns-to-target-duckdb:demo")
        )
        say("meltano run tap-loopreturns target-duckdb: the first run reads everything")
        load()
        before = requests_made(account)
        say(f"{CHANGES} changes in the account: new returns, states, edits, labels")
        post(account, "change", {"count": CHANGES, "seed": 7})
        say("meltano run tap-loopreturns target-duckdb: the second run reads what changed")
        load()
        say("what landed")
        after = requests_made(account) - before
        print(f"    requests: {before} in the first run, {after} in the second\n")
        loader = ROOT / ".meltano" / "loaders" / "target-duckdb" / "venv"
        summary = Environment(str(loader.relative_to(ROOT)))
        summary.run("python", "scripts/summary.py", str(warehouse))


@contextmanager
def mock_account() -> Iterator[dict[str, Any]]:
    """A mock account in a process of its own."""
    command = [sys.executable, "-m", "mock_loop", "--port", "0", "--returns", str(RETURNS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def post(account: dict[str, Any], what: str, body: dict[str, Any]) -> None:
    """Tell the mock account to do something."""
    request = urllib.request.Request(
        f"{account['url']}/_mock/{what}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).close()


def requests_made(account: dict[str, Any]) -> int:
    """How many requests the account has answered."""
    with urllib.request.urlopen(f"{account['url']}/_mock/requests") as answer:
        total: int = json.load(answer)["total"]
    return total


if __name__ == "__main__":
    main()
