"""The command `loopreturns-report`."""

from __future__ import annotations

import argparse
import sys
import time
import webbrowser
from datetime import UTC, datetime
from pathlib import Path

from loopreturns_report.errors import ReportError
from loopreturns_report.telling import telling


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="loopreturns-report",
        description="Make one HTML file that tells what came back, why, what it cost and what was "
        "kept, from the marts of the dbt package loop_returns.",
    )
    parser.add_argument(
        "warehouse", help="a DuckDB file, or postgresql://user@host/database (PGPASSWORD is used)"
    )
    parser.add_argument("--schema", default="analytics", help="where the marts are (analytics)")
    parser.add_argument(
        "--output", type=Path, default=Path("loop-returns-report.html"), help="the file to write"
    )
    parser.add_argument("--title", default="Returns report", help="its heading")
    parser.add_argument("--open", action="store_true", help="open it in the browser")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """Make the report; 1 if it cannot be made."""
    arguments = _arguments(given)
    try:
        _make(arguments)
    except ReportError as error:
        _say(str(error))
        return 1
    if arguments.open:
        webbrowser.open(arguments.output.resolve().as_uri())
    return 0


def _make(arguments: argparse.Namespace) -> None:
    began = time.monotonic()
    from loopreturns_report import figures, warehouse  # noqa: PLC0415  drivers may be missing

    found = warehouse.connect(arguments.warehouse, arguments.schema)
    try:
        read = figures.read(found, lambda scope: _say(f"reading the marts: {scope}"))
    finally:
        found.connection.close()
    _say("drawing")
    text = _page(read, arguments.title)
    try:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(text, "utf-8")
    except OSError as error:
        raise ReportError(f"{arguments.output} cannot be written: {error.strerror}") from None
    for line in telling(read):
        sys.stdout.write(f"{line}\n")
    size, seconds = len(text.encode()) / 1e6, time.monotonic() - began
    _say(f"{arguments.output} ({size:.1f} MB, {seconds:.1f} s)")


def _page(read: dict[str, object], title: str) -> str:
    try:
        from loopreturns_report.page import page  # noqa: PLC0415  an extra, which may be missing
    except ImportError as error:
        raise ReportError(
            f'{error.name} is not installed; pip install "tap-loopreturns[report]"'
        ) from None
    return page(read, title, datetime.now(UTC))


def _say(line: str) -> None:
    sys.stderr.write(f"loopreturns-report: {line}\n")
    sys.stderr.flush()
