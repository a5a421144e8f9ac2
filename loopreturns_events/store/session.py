"""What the store asks of a database: a few statements, in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Row = tuple[Any, ...]
LAYOUT = 1
"""Number of the tables' layout; a store of a later one is refused."""


class Session(Protocol):
    """One connection, made when it is first needed and again after it broke.

    Statements have `?` for parameters. Every method raises StoreTrouble, and
    after anything but "locked" the connection is given up.
    """

    last: str
    """The statement that reads the last sequence, and in `writing` holds all other writers off."""

    def writing(self) -> AbstractContextManager[None]:
        """A transaction on disk, or no trace of it, when the block is left.

        Writers come one after another, each seeing all that the one before has
        written: what is numbered in here is visible in the order of its numbers.
        """

    def run(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run one statement; alone, it is a transaction."""

    def run_each(self, statement: str, rows: Iterable[Sequence[Any]]) -> list[Row]:
        """Run one statement for each row; it returns one row each."""

    def size(self) -> int:
        """Bytes on disk."""

    def close(self) -> None:
        """Give the connection back."""
