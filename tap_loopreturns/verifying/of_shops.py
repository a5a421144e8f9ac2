"""A warehouse's file that holds many shops: each shop's part, and what came of all. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Mapping, Sequence
from typing import TextIO

from loop_returns.errors import SettingsError, ShopsFailed

_SHOWN = 10  # names of shops in a line
_NO_COLUMN = (
    "accepts, with many shops, a file with a column 'shop'; --query and --config give the query."
)


def split(file: TextIO) -> dict[str, str]:
    """The parts of a file by the shop that its lines name; each is a file of its own.

    Args:
        file: CSV with a header, or JSON lines.

    Raises:
        SettingsError: it has no column `shop`, or is neither.
    """
    try:
        text = file.read().removeprefix("\ufeff")
        return _json_lines(text) if text.lstrip().startswith("{") else _csv(text)
    except (csv.Error, UnicodeDecodeError):
        raise SettingsError("--against", "accepts a CSV or JSON lines file in UTF-8.") from None


def _csv(text: str) -> dict[str, str]:
    lines = csv.reader(io.StringIO(text, newline=""))
    header = next(lines, [])
    names = [name.strip().lower() for name in header]
    if names.count("shop") != 1:
        raise SettingsError("--against", _NO_COLUMN)
    place = names.index("shop")
    parts: dict[str, io.StringIO] = {}
    for cells in filter(None, lines):
        shop = cells[place].strip() if place < len(cells) else ""
        if shop not in parts:
            parts[shop] = io.StringIO()
            csv.writer(parts[shop]).writerow(header)
        csv.writer(parts[shop]).writerow(cells)
    return {shop: part.getvalue() for shop, part in parts.items()}


def _json_lines(text: str) -> dict[str, str]:
    parts: dict[str, list[str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise SettingsError("--against", f"line {number} is no JSON object.")
        shop = next((value for name, value in found.items() if name.lower() == "shop"), None)
        if not isinstance(shop, str):
            raise SettingsError("--against", _NO_COLUMN)
        parts.setdefault(shop, []).append(line)
    return {shop: "\n".join(lines) for shop, lines in parts.items()}


def strange(parts: Collection[str], names: Collection[str]) -> str:
    """A line that names the shops of a file that are not compared; empty if there are none."""
    others = sorted(set(parts) - set(names))
    if not others:
        return ""
    more = " …" if others[_SHOWN:] else ""
    return (
        f"The file has rows of {len(others):,} shops that are not compared, since 'shops' does "
        f"not name them: {', '.join(others[:_SHOWN])}{more}."
    )


def total(differences: Mapping[str, int], requests: int) -> str:
    """A line that tells what came of all shops: differences by shop, of those compared."""
    some = sum(1 for count in differences.values() if count)
    return (
        f"{sum(differences.values()):,} differences in {some:,} of {len(differences):,} shops "
        f"compared; {requests:,} requests."
    )


def failed(names: Sequence[str], of: int) -> ShopsFailed:
    """The error where some shops could not be compared."""
    more = f" and {len(names) - _SHOWN:,} more" if names[_SHOWN:] else ""
    return ShopsFailed(
        f"{len(names):,} of {of:,} shops could not be compared: {', '.join(names[:_SHOWN])}{more}. "
        "Their lines above have the reasons; the others are compared."
    )
