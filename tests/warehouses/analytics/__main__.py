"""``python -m tests.warehouses.analytics --help``; ends with 1 if a figure is not equal."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.warehouses import venvs
from tests.warehouses.analytics.prove import (
    OTHERS,
    SHIPPED,
    WITHOUT_ORDERS,
    MartsProof,
    prove,
    prove_copies,
)
from tests.warehouses.postgres_server import postgres


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.warehouses.analytics", description=__doc__
    )
    parser.add_argument("engines", nargs="*", default=["duckdb", "postgres"])
    parser.add_argument("--returns", type=int, default=20_000)
    parser.add_argument("--bulk", action="store_true", help="into DuckDB by its own reader")
    parser.add_argument("--others", action="store_true", help="with the other definitions")
    parser.add_argument("--no-orders", action="store_true", help="a million of them take memory")
    parser.add_argument(
        "--copies", type=int, help="as many copies of the account on DuckDB, each row compared"
    )
    return parser.parse_args()


def main() -> int:
    given = _arguments()
    equal = True
    choices = OTHERS if given.others else WITHOUT_ORDERS if given.no_orders else SHIPPED
    with (
        ExitStack() as stack,
        tempfile.TemporaryDirectory(prefix="loop-marts-", dir=venvs.cache()) as folder,
    ):
        if given.copies:
            one, many = prove_copies(given.returns, given.copies, Path(folder))
            tell("duckdb", given.returns, one)
            tell("duckdb", given.returns * given.copies, many)
            return 1 if one.differences or many.differences else 0
        for engine in given.engines:
            server = stack.enter_context(postgres()) if engine == "postgres" else None
            proof = prove(
                engine,
                given.returns,
                Path(folder) / engine,
                server,
                in_bulk=given.bulk,
                choices=choices,
            )
            equal = equal and not proof.differences
            tell(engine, given.returns, proof)
    return 0 if equal else 1


def tell(engine: str, returns: int, proof: MartsProof) -> None:
    """Say what was done and found."""
    did = ", ".join(f"{count} {kind} {status}" for (kind, status), count in proof.built.items())
    took = ", ".join(f"{what} {seconds:.0f} s" for what, seconds in proof.seconds.items())
    sys.stdout.write(
        f"{engine}, {returns:,} returns: {did}\n"
        f"    {took}; peak memory of dbt {proof.peak_mb:,} MB\n"
        f"    {proof.figures:,} figures in {sum(proof.rows.values()):,} rows of "
        f"{len(proof.rows)} marts: {len(proof.differences)} differences\n"
    )
    for line in proof.differences[:10]:
        sys.stdout.write(f"    {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
