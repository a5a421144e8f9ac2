"""Run the matrix: ``python -m tests.warehouses``; ends with 1 if a table is not equal."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mock_loop import Shop
from tests.warehouses import matrix, pipe, venvs
from tests.warehouses.destinations import FALLBACK, NAMES, destination
from tests.warehouses.meltano import Project
from tests.warehouses.postgres_server import PostgresServer, postgres


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.warehouses", description=__doc__)
    parser.add_argument("targets", nargs="*", default=NAMES, metavar="target", help=str(NAMES))
    parser.add_argument("--no-meltano", action="store_true", help="only by the command line")
    parser.add_argument("--no-hostile", action="store_true", help="only the usual account")
    parser.add_argument("--types", type=Path, help="write the columns' types found to this file")
    parser.add_argument(
        "--postgres-from-pypi",
        action="store_true",
        help="do as if no PostgreSQL was installed on this machine",
    )
    return parser.parse_args()


def main() -> int:
    given = _arguments()
    sys.stdout.write(
        _line("way", "target", "version", "streams", "rows compared", "seconds", "tables")
    )
    equal = True
    types = {}
    with (
        postgres(installed=not given.postgres_from_pypi) as server,
        tempfile.TemporaryDirectory(prefix="loop-targets-") as folder,
        ThreadPoolExecutor(2) as pool,
    ):
        for way, outcome in pool.map(
            lambda one: _prove(one[0], one[1], Path(folder), server, not given.no_hostile),
            _ways(given),
        ):
            to = outcome.destination
            equal = equal and outcome.equal
            types[to.name] = outcome.types
            sys.stdout.write(
                _line(
                    way,
                    to.name,
                    to.version,
                    outcome.streams,
                    f"{outcome.rows:,}",
                    f"{outcome.seconds:.0f}",
                    "equal" if outcome.equal else "NOT EQUAL",
                )
            )
            for line in outcome.differences:
                sys.stdout.write(f"    {line}\n")
            sys.stdout.flush()
        sys.stdout.write(f"PostgreSQL {server.version}, its time zone not UTC\n")
    if given.types:
        given.types.write_text(json.dumps(types, indent=2), "utf-8")
    return 0 if equal else 1


def _ways(given: argparse.Namespace) -> Iterator[tuple[str, str]]:
    for name in given.targets:
        yield "pipe", name
        if not given.no_meltano:
            yield "meltano run", name


def _prove(
    way: str, name: str, folder: Path, server: PostgresServer, hostile: bool
) -> tuple[str, matrix.Landed]:
    mine = folder / f"{name} {way}"
    load = pipe.load if way == "pipe" else Project(mine / "project").load
    try:
        outcome = matrix.prove(
            lambda path: destination(name, path, server),
            mine,
            load=load,
            hostile=hostile and way == "pipe",
        )
    except subprocess.CalledProcessError as error:
        said = f"{name} cannot be installed here: {str(error.stderr)[-300:]}"
        if name in FALLBACK:
            sys.stderr.write(f"{said}\n")
            return _prove(way, FALLBACK[name], folder, server, hostile)
        outcome = matrix.Landed(destination(name, mine, server), Shop(), differences=[said])
    return way, outcome


def _line(*cells: object) -> str:
    widths = (14, 30, 28, 9, 15, 9, 0)
    return "".join(f"{cell!s:<{width}}" for cell, width in zip(cells, widths, strict=True)) + "\n"


if __name__ == "__main__":
    venvs.cache()
    sys.exit(main())
