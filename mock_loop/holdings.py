"""What Loop holds for one shop, its clock, and the changes that are made to it by hand."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from mock_loop import clock, happening
from mock_loop.book import Return, ReturnBook, Rows
from mock_loop.responses import dump
from mock_loop.seeds import catalogue, commerce, shipping, words
from mock_loop.seeds.returns import FIRST_RETURN_ID, ID_STEP, ReturnMaker, uuid
from mock_loop.tables import COMMERCE, TABLES, Row, Table, Tables

_OPERATION = "bulk_operation_id"


class Holdings:
    """One shop's account at Loop, empty at first.

    Args:
        now: The shop's scripted clock, which stands still until it is moved;
            without it, the real one.
        seed: Decides all that is left to chance.
        shoppers: How many people there are to make a return.

    It may be changed while a server answers from it; each change is atomic.
    """

    def __init__(self, now: str | None = None, *, seed: int = 0, shoppers: int = 50) -> None:
        self.lock = threading.RLock()
        self.rng = Random(seed)
        self.stock = catalogue.variants(Random(seed))
        self.maker = ReturnMaker(self.rng, self.stock, shoppers)
        self.book = ReturnBook()
        self.returns = Rows(self.book)
        self.numbers = iter(range(1, sys.maxsize))
        self.notes: dict[str, list[Row]] = {}
        """Of each return that has any, newest first."""
        self.carts: dict[str, list[int]] = {}
        self.acted: Counter[tuple[str, str]] = Counter()
        """How often each thing was done, by what it was done to."""
        self.listeners: list[Callable[[happening.Happened], object]] = []
        """Told what webhooks a change makes, in the order of the changes (see `webhooks`)."""
        self.queue: list[tuple[float, str]] = []
        """Returns that Loop will process, and when."""
        self.later: list[tuple[float, Callable[[], object]]] = []
        """What else Loop will do in its own time, and when: labels, imports."""
        self.labels: dict[int, Row] = {}
        """Labels that providers have handed in; no endpoint shows them."""
        self.item_homes: dict[str, str] = {}
        """The returns of line items that were asked for."""
        self.fraud_reports: dict[str, Row] = {}
        """By the return's id."""
        self.happy_returns_items: dict[int, list[Row]] = {}
        """Of each Happy Returns shipment, by Loop's id of the shipment."""
        self.tables: Tables = {name: {} for name in TABLES}
        self._commerce_made = False
        self._fixed = None if now is None else clock.parse(now)
        self._shift = 0

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the lock: a copy has one of its own."""
        return {name: value for name, value in vars(self).items() if name != "lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, lock=threading.RLock())

    # The clock

    def moment(self) -> int:
        """The shop's present second, since the epoch."""
        return (int(time.time()) if self._fixed is None else self._fixed) + self._shift

    def now(self) -> str:
        """The shop's present second, such as ``2026-11-20T00:00:00Z``."""
        return clock.naive(self.moment(), "T") + "Z"

    def set_now(self, now: str) -> None:
        """Stop the clock at this moment."""
        self._fixed, self._shift = clock.parse(now), 0

    def advance(self, seconds: int) -> None:
        """Move the clock forward."""
        self._shift += seconds

    def _at(self, at: str | int | None) -> int:
        return self.moment() if at is None else at if isinstance(at, int) else clock.parse(at)

    # Returns

    def next_return_id(self) -> str:
        """An id of 18 digits, as no float can hold."""
        return str(FIRST_RETURN_ID + next(self.numbers) * ID_STEP)

    def add_return(
        self,
        id: str | int | None = None,  # noqa: A002 - named as Loop names the field
        state: str = "open",
        created_at: str | None = None,
        updated_at: str | None = None,
        **fields: Any,
    ) -> Return:
        """A new return; whatever is not given gets a realistic value.

        Dates are sent exactly as they are given here. Unknown fields are kept.
        """
        with self.lock:
            created = self._at(created_at or updated_at)
            updated = self._at(updated_at or created_at)
            return_id = str(id) if id is not None else self.next_return_id()
            row = self.maker.make(return_id, created, updated, state)
            spelled = {"created_at": created_at, "updated_at": updated_at}
            row |= {name: text for name, text in spelled.items() if text} | fields
            found = self.book.put(row)
            if self._commerce_made:
                commerce.add_order(self.tables, row)
            self.tell(happening.of_return(None, row))
            return found

    def edit_return(
        self,
        id: str | Return,  # noqa: A002 - named as Loop names the field
        at: str | int | None = None,
        **fields: Any,
    ) -> Return:
        """Change a return's content, which moves its ``updated_at`` to `at` or to now."""
        with self.lock:
            found = self.book[_id(id)]
            before = found.row()
            row = before | {"updated_at": found.spell(self._at(at))} | fields
            put = self.book.put(row)
            self.tell(happening.of_return(before, row))
            return put

    def move_return(
        self,
        id: str | Return,  # noqa: A002 - named as Loop names the field
        state: str,
        at: str | int | None = None,
    ) -> Return:
        """Move a return to another state, which moves its ``updated_at``."""
        return self.edit_return(id, at, state=state)

    def process_return(self, id: str) -> None:  # noqa: A002 - named as Loop names the field
        """Process a return whose turn has come; it fails if it was ended meanwhile."""
        with self.lock:
            found = self.book[id]
            if found.state in ("open", "review"):
                self.edit_return(id, state="closed", was_processed=True)
            else:
                self.tell([happening.of_failed_processing(id, found.state)])

    def home_of(self, line_item: str) -> str | None:
        """The id of the return that a line item belongs to."""
        with self.lock:
            if line_item not in self.item_homes:
                self.item_homes = {
                    item["line_item_id"]: found.id
                    for found in self.book
                    for item in found.row()["line_items"]
                }
            return self.item_homes.get(line_item)

    def bulk_stamp(self, ids: Iterable[str | Return], at: str | int) -> None:
        """Touch many returns in one second, as a nightly job does."""
        with self.lock:
            for one in ids:
                self.edit_return(one, at)

    def garble_return(
        self,
        id: str | Return,  # noqa: A002 - named as Loop names the field
        /,
        *omit: str,
        **fields: Any,
    ) -> None:
        """Have a return sent without some fields, or with others that may make no sense.

        It is still found by the id, the state and the dates that it had.
        """
        with self.lock:
            found = self.book[_id(id)]
            row = {key: value for key, value in found.row().items() if key not in omit}
            found.json = dump(row | fields)

    def add_note(
        self,
        id: str | Return,  # noqa: A002 - named as Loop names the field
        content: str | None = None,
        at: str | int | None = None,
    ) -> Row:
        """A note on a return; nothing says that it moves the return's ``updated_at``."""
        with self.lock:
            notes = self.notes.setdefault(_id(id), [])
            made = self._at(at)
            text = content or f"{self.rng.choice(words.NOTES)} ({uuid(self.rng)})"
            number = 2_825_000 + next(self.numbers)
            note = {"id": number, "content": text[:255], "created_at": clock.naive(made)}
            notes.insert(0, note)
            return note

    def add_label_request(self, id: str | Return, at: str | int | None = None) -> Row:  # noqa: A002
        """A request for a label to the return with this id."""
        with self.lock:
            table = self.table("label_requests")
            place = max(table, default=-1) + 1
            found = self.book[_id(id)]
            row = shipping.label_request(place, found, self._at(at), self.rng)
            table[place] = row
            self.tell([happening.of_label_request(row)])
            return row

    def tell(self, happened: Iterable[happening.Happened]) -> None:
        """Let the listeners hear what happened."""
        if self.listeners:
            for one in happened:
                for listener in self.listeners:
                    listener(one)

    # Everything else

    def table(self, name: str) -> Table:
        """The rows behind an endpoint, by id; may be changed in place."""
        with self.lock:
            if name in COMMERCE and not self._commerce_made:
                self._commerce_made = True
                commerce.fill(self.tables, self.stock, self.book)
            return self.tables[name]

    def __getattr__(self, name: str) -> Table:
        """``shop.orders`` is ``shop.table("orders")``."""
        if name in TABLES:
            return self.table(name)
        raise AttributeError(name)

    def delete(self, name: str, id: int) -> None:  # noqa: A002 - named as Loop names the field
        """Remove a row for good: Loop leaves no trace of it."""
        with self.lock:
            del self.table(name)[id]
            # What belongs to a row cannot be asked for without it.
            if name == "products":
                _forget(self.table("product_variants"), lambda row: row["product"]["id"] == id)
            if name == "bulk_operations":
                _forget(self.table("bulk_operation_jobs"), lambda row: row[_OPERATION] == id)

    def delete_allowlist_item(self, id: int) -> None:  # noqa: A002
        self.delete("allowlists", id)

    def delete_blocklist_item(self, id: int) -> None:  # noqa: A002
        self.delete("blocklists", id)

    def delete_destination(self, id: int) -> None:  # noqa: A002
        self.delete("destinations", id)

    def delete_webhook(self, id: int) -> None:  # noqa: A002
        self.delete("webhooks", id)

    def delete_cart(self, token: str) -> None:
        with self.lock:
            del self.carts[token]


def _forget(table: Table, which: Callable[[Row], bool]) -> None:
    for key in [key for key, row in table.items() if which(row)]:
        del table[key]


def _id(given: str | Return) -> str:
    return given.id if isinstance(given, Return) else str(given)
