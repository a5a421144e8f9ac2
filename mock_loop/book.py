"""The returns of a shop: each kept as the bytes that Loop would send, and found by time."""

import json
from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mock_loop import clock
from mock_loop.responses import dump

STATES = ("closed", "open", "expired", "cancelled", "review")
Column = Literal["created_at", "updated_at"]
COLUMNS: tuple[Column, Column] = ("created_at", "updated_at")
Moment = tuple[int, str]
"""A place in the order of time: the second, then the return's id."""


@dataclass(slots=True)
class Return:
    """The facts by which a return is found, and its row, already serialised."""

    id: str
    state: str
    created: int
    updated: int
    json: bytes

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Return":
        return cls(
            id=row["id"],
            state=row["state"],
            created=clock.parse(row["created_at"]),
            updated=clock.parse(row["updated_at"]),
            json=dump(row),
        )

    def row(self) -> dict[str, Any]:
        """A fresh copy of the row, as the list endpoint sends it."""
        found: dict[str, Any] = json.loads(self.json)
        return found

    def spell(self, moment: int) -> str:
        """A moment in the spelling that this return keeps to."""
        return clock.spelling_of(self.id)(moment)

    def at(self, column: Column) -> int:
        return self.created if column == "created_at" else self.updated


class ReturnBook:
    """All returns, with an index by time for each state and column."""

    def __init__(self) -> None:
        self._returns: dict[str, Return] = {}
        self._index: dict[tuple[str, Column], list[Moment]] = {}
        self._by_order: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._returns)

    def __iter__(self) -> Iterator[Return]:
        return iter(self._returns.values())

    def __contains__(self, return_id: object) -> bool:
        return return_id in self._returns

    def __getitem__(self, return_id: str) -> Return:
        return self._returns[return_id]

    def get(self, return_id: str) -> Return | None:
        return self._returns.get(return_id)

    def fill(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take in many new returns at once."""
        for row in rows:
            self._remember(row)
        self._index = {(state, column): [] for state in STATES for column in COLUMNS}
        for found in self:
            for column in COLUMNS:
                self._index.setdefault((found.state, column), []).append(
                    (found.at(column), found.id),
                )
        for moments in self._index.values():
            moments.sort()

    def put(self, row: dict[str, Any]) -> Return:
        """Add a return, or replace the one with this id."""
        old = self._returns.get(row["id"])
        new = self._remember(row)
        for column in COLUMNS:
            if old:
                moments = self._index[old.state, column]
                del moments[bisect_left(moments, (old.at(column), old.id))]
            insort(self._index.setdefault((new.state, column), []), (new.at(column), new.id))
        return new

    def _remember(self, row: dict[str, Any]) -> Return:
        found = self._returns[row["id"]] = Return.of(row)
        # The latest return of an order answers a look-up by that order.
        self._by_order[str(row.get("provider_order_id")).rpartition("/")[2]] = found.id
        self._by_order[str(row.get("order_name"))] = found.id
        return found

    def of_order(self, order: str) -> Return | None:
        """The return of an order, by the shop system's order id or by the order's name."""
        return self._returns.get(self._by_order.get(order, ""))

    def between(
        self,
        states: Collection[str],
        column: Column,
        first: int,
        last: int,
    ) -> list[Moment]:
        """What happened from the second `first` to the second `last`, both included, in order."""
        found: list[Moment] = []
        for state in states:
            moments = self._index.get((state, column), [])
            # "" sorts before every id, "~" behind.
            found += moments[bisect_left(moments, (first, "")) : bisect_right(moments, (last, "~"))]
        if len(states) > 1:
            found.sort()
        return found

    def join(self, ids: Iterable[str]) -> bytes:
        """A JSON array of these returns."""
        returns = self._returns
        return b"[" + b",".join([returns[one].json for one in ids]) + b"]"


class Rows(Mapping[str, dict[str, Any]]):
    """The returns as a mapping of id to row; each row is read when it is asked for."""

    def __init__(self, book: ReturnBook) -> None:
        self._book = book

    def __getitem__(self, return_id: str) -> dict[str, Any]:
        return self._book[return_id].row()

    def __iter__(self) -> Iterator[str]:
        return (found.id for found in self._book)

    def __len__(self) -> int:
        return len(self._book)

    def __contains__(self, return_id: object) -> bool:
        return return_id in self._book
