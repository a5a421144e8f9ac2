"""See it work, without a Loop account: `python3 scripts/demo.py`.

Starts a mock Loop account, loads it into DuckDB with Meltano, changes the account, loads it again,
shows what landed, builds the models of dbt_loopreturns, and makes a report to look at.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from environment import ROOT, Environment, say

RETURNS = 6_000
CHANGES = 200
REQUESTS_PER_MINUTE = 6_000
"""Loop allows 300; nobody is to wait for a demo's sake."""
PLUGINS = ("tap-loopreturns", "target-duckdb", "dbt-duckdb", "loopreturns-report")
WAREHOUSE = ROOT / "output" / "demo.duckdb"
REPORT = ROOT / "output" / "loop-returns-report.html"
PLACES = {
    "TARGET_DUCKDB_PATH": str(WAREHOUSE),
    "TARGET_DUCKDB_FILEPATH": str(WAREHOUSE),
    "DBT_DUCKDB_PATH": str(WAREHOUSE),
    "LOOPRETURNS_REPORT_WAREHOUSE": str(WAREHOUSE),
    "LOOPRETURNS_REPORT_OUTPUT": str(REPORT),
    "MELTANO_CLI_LOG_LEVEL": "info",
}
ORDERS = {
    "loop_orders": "shop",
    "loop_shop_orders": "shopify.shopify__orders",
    "loop_shop_order_lines": "shopify.shopify__order_lines",
}


def explain() -> None:
    """Answer --help; the demo has no other options."""
    argparse.ArgumentParser(
        prog="demo.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"It needs no key and asks no account of Loop's. It downloads packages, and makes "
        f".venv-demo, .meltano and output/ in {ROOT.name}/; at the end it says which file to open.",
    ).parse_args()  # fmt: skip


def main() -> None:
    """Install, load, change, load again, show, build, report."""
    explain()
    python = Environment(".venv-demo")
    python.install("meltano>=4.4,<5")
    say("meltano install: the tap from this checkout, a DuckDB loader, dbt and the report")
    python.run("meltano", "install", *PLUGINS)
    (ROOT / "output").mkdir(exist_ok=True)
    WAREHOUSE.unlink(missing_ok=True)
    load(python)
    say("the shop's own orders, beside them")
    loaders = Environment(".meltano/loaders/target-duckdb/venv")
    loaders.run("python", "scripts/demo_orders.py", str(WAREHOUSE))
    say("dbt build: the models of dbt_loopreturns, with their tests of the data")
    given = ("--quiet", "--exclude-resource-type", "unit_test", "--vars", json.dumps(ORDERS))
    python.run("meltano", "invoke", "dbt-duckdb", "build", *given, **PLACES)
    say("loopreturns-report: one HTML file, and the three figures that tell most")
    python.run("meltano", "invoke", "loopreturns-report:make", **PLACES)
    print(f"\nOpen it in your browser: {REPORT.as_uri()}")


def load(python: Environment) -> None:
    """Load an account, change it, load what has changed, and show what landed."""
    say(f"starting a mock Loop account with {RETURNS:,} returns")
    with mock_account() as account:
        print(f"    {account['url']}")
        state = "dev:tap-loopreturns-to-target-duckdb:demo"
        python.run("meltano", "state", "clear", "--force", state)
        say("meltano run tap-loopreturns target-duckdb: the first run reads everything")
        run(python, account)
        before = requests_made(account)
        say(f"{CHANGES} changes in the account: new returns, states, edits, labels")
        post(account, "change", {"count": CHANGES, "seed": 7})
        say("meltano run tap-loopreturns target-duckdb: the second run reads what changed")
        run(python, account)
        say("what landed")
        after = requests_made(account) - before
        print(f"    requests: {before} in the first run, {after} in the second\n")
        summary = Environment(".meltano/loaders/target-duckdb/venv")
        summary.run("python", "scripts/summary.py", str(WAREHOUSE))


def run(python: Environment, account: dict[str, Any]) -> None:
    """Load once."""
    python.run(
        *("meltano", "run", "--state-id-suffix=demo", "tap-loopreturns", "target-duckdb"),
        TAP_LOOPRETURNS_API_KEY=account["key"],
        TAP_LOOPRETURNS_API_URL=account["url"],
        TAP_LOOPRETURNS_START_DATE="2023-01-01",
        TAP_LOOPRETURNS_REQUESTS_PER_MINUTE=str(REQUESTS_PER_MINUTE),
        **PLACES,
    )


@contextmanager
def mock_account() -> Iterator[dict[str, Any]]:
    """A mock account in a process of its own."""
    command = [sys.executable, "-m", "mock_loop", "--port", "0", "--returns", str(RETURNS)]
    command += ["--requests-per-minute", str(REQUESTS_PER_MINUTE)]
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
