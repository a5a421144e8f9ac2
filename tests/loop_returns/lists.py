"""A list in Loop's ways of paging, in memory."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import urlencode

from loop_returns.http.client import Client
from loop_returns.paging import Listing, Paging

Params = dict[str, Any]
PATH, SCOPE = "/things", "Things"


class FakeClient:
    """Answers from memory; that it is asked for its own path alone is seen to here."""

    body = b""

    def __init__(self, answer: Callable[[Params], Any], most: int = 200) -> None:
        self.asked: list[Params] = []
        self._answer = answer
        self._most = most
        self._document: Any = None

    def get(self, path: str, params: Params, *, scope: str) -> FakeClient:
        assert (path, scope) == (PATH, SCOPE)
        assert len(self.asked) < self._most, "asks without end"
        self.asked.append(dict(params))
        self._document = json.loads(json.dumps(self._answer(dict(params))))
        return self

    def json(self) -> Any:
        return self._document

    def documents(self, rows: str) -> Iterator[Any]:
        assert rows == "data"
        yield self._document


def read(paging: Paging, client: FakeClient, params: Params | None = None) -> list[Any]:
    listing = Listing(PATH, "data", SCOPE, params or {})
    return [row["id"] for rows in paging(cast("Client", client), listing) for row in rows]


def rows_of(count: int, first: int = 0) -> list[dict[str, Any]]:
    return [{"id": number} for number in range(first, first + count)]


class Paged:
    """A list in Loop's three ways of paging, that may change between two answers."""

    def __init__(self, count: int, size: int = 3) -> None:
        self.rows = rows_of(count)
        self.size = size
        self.links: Callable[[str], Any] = lambda link: link
        self.empty_at: int | None = None
        self.before: Callable[[Paged, int], object] = lambda _, __: None
        self.total = True
        self._answers = 0

    def _begin(self) -> None:
        self.before(self, self._answers)
        self._answers += 1

    def numbered(self, params: Params) -> Any:
        self._begin()
        page = int(params.get("page", 1))
        index = page - 1 if self.empty_at is None or page < self.empty_at else page - 2
        rows = self.rows[index * self.size :][: self.size] if page != self.empty_at else []
        more = len(self.rows) > (index + 1) * self.size or page == self.empty_at
        link = self.links(f"https://loop.example/api/v1/list?page={page + 1}") if more else None
        return {"data": rows, "next_page_url": link} | (
            {"total": len(self.rows)} if self.total else {}
        )

    def linked(self, params: Params) -> Any:
        self._begin()
        state = json.loads(base64.b64decode(params.get("cursor", "") or b"eyJhIjotMX0="))
        after, empty = state["a"], state.get("e", 0)
        number = len([row for row in self.rows if row["id"] <= after]) // self.size + 1
        left = [row for row in self.rows if row["id"] > after]
        if number == self.empty_at and not empty:
            rows, cursor = [], {"a": after, "e": 1}
        else:
            rows = left[: self.size]
            cursor = {"a": rows[-1]["id"] if rows else after}
        token = base64.b64encode(json.dumps(cursor).encode()).decode()
        link = f"https://loop.example/api/v1/other?{urlencode({'cursor': token})}"
        more = len(left) > len(rows)
        return {"data": rows, "next_page_url": self.links(link) if more else None}

    def offset(self, params: Params) -> Any:
        self._begin()
        at, limit = int(params["offset"]), int(params["limit"])
        return {"data": self.rows[at : at + limit]}
