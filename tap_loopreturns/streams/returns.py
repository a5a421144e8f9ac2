"""Returns, and the streams that are taken out of the same answers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any, ClassVar

from msgspec import Struct
from singer_sdk import Tap

from loop_returns.endpoints import RETURNS_LIST
from loop_returns.errors import UncleanRecord
from loop_returns.returns_list import answers
from tap_loopreturns.records.cleaner import ADDITIONAL
from tap_loopreturns.records.fast_cleaner import part
from tap_loopreturns.records.objects import Record
from tap_loopreturns.run import Run
from tap_loopreturns.streams.refresh import ByReturns

_OF_THE_RETURN = ("id", "updated_at", "created_at", "state")
_NAMES = tuple(f"return_{name}" for name in _OF_THE_RETURN)
_of_dict, _of_struct = itemgetter(*_OF_THE_RETURN), attrgetter(*_OF_THE_RETURN)


class ReturnsStream(ByReturns):
    """A stream filled from the list of returns; those selected are read together."""

    replication_key = "updated_at"
    endpoint = RETURNS_LIST
    costs = "one for 750 returns"

    def __init__(
        self,
        tap: Tap,
        run: Run,
        read_together: Callable[[], object],
        ask_first: Callable[[], bool],
    ) -> None:
        super().__init__(tap, run)
        self._read_together = read_together
        self._ask_first = ask_first

    def read(self) -> None:
        """Read for all selected streams of the list, at the turn of the first of them."""
        self._read_together()

    def read_between(self) -> None:
        """Read what events name, likewise for all of them."""
        self._read_together()

    def probe(self) -> None:
        """Ask for a second of open returns."""
        answers.probe(self.run.client, self.run.settings.span.end)

    def probe_ahead(self) -> None:
        """Ask for what is read first."""
        if not self._ask_first():
            self.probe()

    @abstractmethod
    def records(self, record: Record | Struct) -> Iterable[Record | Struct]:
        """The records that a return (cleaned) holds for this stream."""


class Returns(ReturnsStream):
    """One record a return, with everything nested in it."""

    name = "returns"
    keys = ("id",)

    def records(self, record: Record | Struct) -> Iterable[Record | Struct]:
        """The return itself."""
        return (record,)


class Exploded(ReturnsStream):
    """One record an entry of a list in the return.

    An entry that has left its return is not deleted by anyone; it can be told by
    its `return_updated_at`, which is older than that of its return.
    """

    replication_key = "return_updated_at"
    costs = "none, with `returns`"
    taken_from: ClassVar[str]
    _warned: frozenset[str] = frozenset()

    def records(self, record: Record | Struct) -> Iterable[Record]:
        """The entries of the list, each with its return's id and times."""
        entries = _part(record, self.taken_from) or ()
        if not entries and isinstance(record, Struct):
            return  # nothing of a struct's is aside for having another shape
        names: set[object] = set()
        aside, odd = _by_entry(_part(record, ADDITIONAL) or {}, f"/{self.taken_from}")
        told = _of_dict(record) if isinstance(record, dict) else _of_struct(record)
        of_the_return = dict(zip(_NAMES, told, strict=True))
        for index, entry in enumerate(entries):
            if entry is None:
                continue
            exploded = {
                **self._blank,
                **entry,
                **of_the_return,
                ADDITIONAL: aside.get(str(index)),
            }
            keyed = self.keyed(exploded, index)
            names.add(keyed[self.keys[-1]])
            yield keyed
        if len(names) < len(entries) - list(entries).count(None):
            self._warn_once(
                "%s: return %s has two entries with the same '%s'; a table keyed by it keeps one "
                "of them, the table of returns has both.",
                of_the_return["return_id"],
                self.keys[-1],
            )
        if odd:
            self._warn_once(
                "%s: return %s has an entry that is no object; the table of returns alone has "
                "it, in additional_fields.",
                of_the_return["return_id"],
            )

    def keyed(self, record: Record, index: int) -> Record:  # noqa: ARG002
        """See to it that the record has its key."""
        for key in self.keys:
            if record.get(key) is None:
                raise UncleanRecord(
                    f"{self.name}: an entry of return {record['return_id']} has no '{key}', "
                    "its key."
                )
        return record

    def _warn_once(self, line: str, *facts: object) -> None:
        if line not in self._warned:
            self._warned |= {line}
            self.logger.warning(line, self.name, *facts)

    @cached_property
    def _blank(self) -> dict[str, None]:
        return dict.fromkeys(self.own_schema()["properties"])


def _part(record: Record | Struct, name: str) -> Any:
    return record.get(name) if isinstance(record, dict) else part(record, name)


def _by_entry(aside: Record, taken_from: str) -> tuple[dict[str, Record], bool]:
    """What a return has aside of the entries of a list, by their place, each by its own pointer.

    Whether the list, or an entry, is there itself, since it has another shape, comes with it.
    """
    found: dict[str, Record] = {}
    odd = False
    for pointer, value in aside.items():
        if pointer == taken_from:
            odd = True
        elif pointer.startswith(taken_from + "/"):
            index, slash, rest = pointer[len(taken_from) + 1 :].partition("/")
            if slash:
                found.setdefault(index, {})[slash + rest] = value
            odd |= not slash
    return found, odd


class ReturnLineItems(Exploded):
    """One record a returned unit: Loop has no quantities."""

    name = "return_line_items"
    keys = ("return_id", "line_item_id")
    taken_from = "line_items"


class ReturnExchanges(Exploded):
    """One record an item sent in exchange."""

    name = "return_exchanges"
    keys = ("return_id", "exchange_id")
    taken_from = "exchanges"


class ReturnLabels(Exploded):
    """One record a label; labels have no id, so their place in the return is the key."""

    name = "return_labels"
    keys = ("return_id", "position")
    taken_from = "labels"

    def keyed(self, record: Record, index: int) -> Record:
        """Give the record its place, counted from 1."""
        record["position"] = index + 1
        return record
