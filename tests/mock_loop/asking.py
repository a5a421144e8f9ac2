"""Asking the mock account, without the tap."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from mock_loop import Loop, Shop

STATES = ("open", "closed", "cancelled", "expired", "review")
LIST = "/warehouse/return/list"
NOW = "2026-11-20T00:00:00Z"
SPAN = {"from": "2026-08-01", "to": "2026-11-01", "filter": "created_at"}


def get(
    loop: Loop,
    path: str,
    params: dict[str, Any] | None = None,
    *,
    version: str = "2026-10",
    key: str | None = "test-key",
    **headers: str,
) -> requests.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if key is not None:
        sent["X-Authorization"] = key
    return requests.get(
        f"{loop.url}/api/{version}{path}",
        params=params,
        headers=sent,
        allow_redirects=False,
        timeout=5,
    )


def pages(loop: Loop, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Follow the cursor, sending all parameters again; at most thirty pages."""
    asked = params | {"paginate": "true"}
    for _ in range(30):
        page = get(loop, LIST, asked).json()
        yield page
        if not page["nextPageUrl"]:
            return
        asked["cursor"] = dict(parse_qsl(urlsplit(page["nextPageUrl"]).query))["cursor"]


def walk(loop: Loop, **params: Any) -> list[str]:
    return [row["id"] for page in pages(loop, params) for row in page["returns"]]


def made(*moments: str) -> Shop:
    """A shop with one return for each moment."""
    result = Shop(now=NOW)
    for number, moment in enumerate(moments, 1):
        result.add_return(id=str(number), created_at=moment)
    return result


def change(
    loop: Loop, method: str, path: str, body: Any = None, *, version: str = "2026-10"
) -> requests.Response:
    """Ask for a change."""
    return requests.request(
        method,
        f"{loop.url}/api/{version}{path}",
        json=body,
        headers={"X-Authorization": loop.key},
        timeout=5,
    )
