"""A record of each comparison for an auditor: a line of JSON, without personal data."""

from __future__ import annotations

import getpass
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from tap_loopreturns.verifying.differences import KINDS, RowDifference

MOST = 1_000
"""Keys of rows that differ in a line, at most; they are counted in full."""


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file, by which an auditor tells it from another."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def append(path: Path, facts: Mapping[str, Any]) -> None:
    """Add a line: when and by whom, by which version, and what was found.

    Raises:
        OSError: it cannot be written.
    """
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "by": _user(),
        "version": metadata.version("tap-loopreturns"),
        **facts,
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def of_differences(found: Iterable[RowDifference], names: Iterable[str]) -> dict[str, Any]:
    """How many rows differ, by kind, and the keys of the first of them."""
    found, names = list(found), tuple(names)
    count = Counter(one.kind for one in found)
    return {
        "differences": {kind: count[kind] for kind in KINDS},
        "rows": [
            {"kind": one.kind, **dict(zip(names, one.key, strict=True))} for one in found[:MOST]
        ],
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container without a name for it
        return ""
