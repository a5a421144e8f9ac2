"""What Loop's links to a next page say. They are read, not followed. Pure."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlsplit

from loop_returns import times


def cursor(link: str) -> str:
    """The cursor in a link; empty where it has none."""
    return parse_qs(urlsplit(link).query).get("cursor", [""])[0]


def place(link: str, page: int) -> dict[str, str | int]:
    """What names the next page: its number, or a cursor where its link has that instead."""
    query = parse_qs(urlsplit(link).query)
    if "cursor" in query and "page" not in query:
        return {"cursor": query["cursor"][0]}
    return {"page": page}


def is_a_time_alone(cursor: str) -> bool:
    """Whether a cursor is one as in the list of returns, which does not tell rows apart."""
    try:
        content = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moments = [value for name, value in content.items() if not name.startswith("_")]
        return bool([times.parse(moment) for moment in moments])
    except (ValueError, AttributeError, TypeError, RecursionError):
        return False
