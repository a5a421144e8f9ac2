"""How a reader follows the events: from its offset, in order, confirming what it has landed.

::

    with open_reader("postgresql://…", "warehouse") as reader:
        reader.confirm(offset)              # what this run was given, so what surely landed
        while events := reader.read(offset):
            ...
            offset = events[-1].sequence
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from loopreturns_events.store import Event, Store, open_store


@dataclass(frozen=True, slots=True)
class Reader:
    """A named reader of a store; pruning waits for the slowest reader.

    Every method raises StoreTrouble where the store does not answer.
    """

    name: str
    store: Store

    @property
    def store_id(self) -> str:
        """Tells the store from any other: an offset belongs to the store that it was read from."""
        return self.store.id

    def read(self, after: int, *, limit: int = 500, shops: Iterable[str] = ()) -> list[Event]:
        """Events behind an offset, in the order of their sequence; none: there are no more.

        No event ever appears below a sequence that was read. One that is
        delivered again moves to the end, under the same `id` with a greater `count`.

        Args:
            after: The sequence of the last event that was read; 0 reads from the start.
            limit: How many at most; their bodies are in memory.
            shops: Only of these shops; none: of all.

        Raises:
            OffsetAhead: `after` is beyond the store's last event, so belongs to another store.
        """
        return self.store.read(after, limit=limit, shops=shops)

    def last(self) -> int:
        """The greatest sequence that was given so far; 0 if nothing ever came."""
        return self.store.last()

    def confirm(self, offset: int) -> None:
        """Events up to this sequence have landed for good, and may be pruned.

        The first call makes the reader known: from then on pruning waits for it.

        Raises:
            OffsetAhead: as `read`.
        """
        self.store.confirm(self.name, offset)


@contextmanager
def open_reader(store: str, name: str) -> Iterator[Reader]:
    """A reader of the store at an address (see `open_store`), which a receiver has made.

    Raises:
        SettingsError: the address is of no known kind.
    """
    opened = open_store(store, create=False)
    try:
        yield Reader(name, opened)
    finally:
        opened.close()
