"""A call as an endpoint sees it."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from mock_loop.quirks import Quirks
from mock_loop.shop import Shop

RELEASES = ("2026-07", "2026-10", "unstable")
"""Oldest first."""


@dataclass(frozen=True)
class Call:
    """One request that was let through to its endpoint."""

    shop: Shop
    quirks: Quirks
    base: str
    """Scheme and host by which the server was reached."""
    version: str
    """As it stands in the path."""
    release: str
    """The release that the version means."""
    path: str
    """Behind the version."""
    params: dict[str, str]
    query: dict[str, str]
    lists: dict[str, list[str]]
    """Parameters that may occur several times, such as ``external_ids[]``."""
    headers: dict[str, str]
    body: bytes
    tokens: dict[str, Any]
    """What the server remembers of the opaque cursors that it gave."""

    def given(self, name: str) -> str | None:
        """A parameter's value; an empty one counts as absent, as in Laravel."""
        return self.query.get(name) or None

    def sent(self) -> dict[str, Any]:
        """The object in the body; an empty one where there is none."""
        try:
            body = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    def did(self, subject: str, action: str) -> None:
        """Count what is carried out, by what it is done to."""
        self.shop.acted[subject, action] += 1

    def link(self, query: dict[str, Any], *, path: str | None = None) -> str:
        """An absolute address at this server."""
        return f"{self.base}/api/{self.version}{path or self.path}?{urlencode(query)}"
