"""Rows that say what shall be done, and how a run may end."""

from __future__ import annotations

from typing import Any

from mock_loop import Quirks

FREE = Quirks(requests_per_minute=None)
APPLY = {"apply": True}
ACCESS, UNAVAILABLE, UNSETTLED, INPUT = 3, 4, 7, 8


def flag(own: str = "1") -> dict[str, Any]:
    return {"return_id": own, "action": "flag"}


def process(own: str = "1") -> dict[str, Any]:
    return {"return_id": own, "action": "process"}


def note(own: str = "1") -> dict[str, Any]:
    return {"return_id": own, "action": "note", "content": "hello"}
