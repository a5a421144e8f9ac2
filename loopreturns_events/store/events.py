"""Events, what was kept aside, and how far readers are: the same for every database."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from loopreturns_events.delivery import Delivery, named, now
from loopreturns_events.errors import OffsetAhead
from loopreturns_events.store.kept import Aside, Event, ReaderFigures, StoreFigures, Taken
from loopreturns_events.store.session import Session

_EVENT = (
    "id, sequence, shop, topic, trigger_name, return_id, received_at, last_received_at, count, body"
)
# A repeated delivery moves its event to the end, so that readers see it again: Loop's payloads
# have no `updated_at`, and a return that went back to a state sends the same body as before.
_TAKE = (
    "insert into events (id, sequence, shop, digest, topic, trigger_name, return_id, received_at, "
    "last_received_at, count, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "on conflict (shop, digest) do update set sequence = excluded.sequence, "
    "count = events.count + excluded.count, last_received_at = excluded.last_received_at "
    "returning id"
)
# Sequences are nearly in the order of time, so only the first few are looked at: nobody waits.
_PRUNE = (
    "delete from events where id in (select id from (select id, last_received_at from events "
    "where sequence <= ? order by sequence limit ?) as first where last_received_at < ?) "
    "returning id"
)
_UNREAD = (
    "select count(*), min(received_at), "
    "coalesce(sum(case when last_received_at < ? then 1 else 0 end), 0) "
    "from events where sequence > ?"
)


class Store:
    """A store of events, by one database connection; safe to share by threads.

    Every method raises StoreTrouble where the database does not do its part.

    Args:
        session: The database.
        aside_bytes: How much may be kept aside for each shop.
    """

    def __init__(self, session: Session, *, aside_bytes: int = 64 * 1024 * 1024) -> None:
        self._session = session
        self._aside_bytes = aside_bytes
        self._lock = threading.Lock()

    def close(self) -> None:
        """Give back the connection."""
        with self._lock:
            self._session.close()

    @property
    def id(self) -> str:
        """Tells this store from any other, for as long as it exists."""
        return str(self._run("select id from store")[0][0])

    def take(self, deliveries: Sequence[Delivery], aside: Sequence[Aside] = ()) -> list[Taken]:
        """Put all on disk in one transaction; an outcome each, the deliveries' first."""
        with self._writing():
            taken = self._take(deliveries)
            return taken + [self._keep_aside(one) for one in aside]

    def check(self) -> None:
        """Write and commit something, as a delivery would."""
        self._run("update store set checked_at = ?", (now(),))

    # Reading

    def read(self, after: int, *, limit: int = 500, shops: Iterable[str] = ()) -> list[Event]:
        """Events whose sequence is greater than `after`, in its order; `shops` none: of all.

        Raises:
            OffsetAhead: `after` is beyond the last event of this store.
        """
        chosen = tuple(shops)
        among = f"and shop in ({', '.join('?' * len(chosen))}) " if chosen else ""
        rows = self._run(
            f"select {_EVENT} from events where sequence > ? {among}order by sequence limit ?",  # noqa: S608
            (after, *chosen, limit),
        )
        if not rows:
            self._refuse_ahead(after)
        return [_event(row) for row in rows]

    def last(self) -> int:
        """The greatest sequence that was given; 0 in a new store."""
        return int(self._run("select last from store")[0][0])

    def confirm(self, reader: str, offset: int) -> None:
        """A reader has everything up to `offset` where it cannot be lost any more.

        An offset below an earlier one changes nothing.

        Raises:
            OffsetAhead: `offset` is beyond the last event of this store.
        """
        self._refuse_ahead(offset)
        self._run(
            "insert into readers (name, confirmed, confirmed_at) values (?, ?, ?) "
            "on conflict (name) do update set confirmed = excluded.confirmed, "
            "confirmed_at = excluded.confirmed_at where readers.confirmed < excluded.confirmed",
            (reader, offset, now()),
        )

    def forget(self, reader: str) -> bool:
        """Wait for this reader no longer; False if there is none of that name."""
        return bool(self._run("delete from readers where name = ? returning name", (reader,)))

    def prune(self, before: str, *, limit: int = 1000) -> int:
        """Delete events that every reader has confirmed and that came last before a time.

        Returns:
            How many; of the first `limit` events only, so that no receiver waits
            long. Without a reader nothing is deleted.
        """
        confirmed = self._run("select min(confirmed) from readers")[0][0]
        if confirmed is None:
            return 0
        return len(self._run(_PRUNE, (confirmed, limit, before)))

    # What was kept aside

    def kept_aside(self, after: int = 0, *, limit: int = 32) -> list[Aside]:
        """What was kept aside, oldest first, from the one behind the id `after`."""
        rows = self._run(
            "select id, shop, body, received_at, signature from aside "
            "where id > ? order by id limit ?",
            (after, limit),
        )
        return [Aside(Delivery(r[1], bytes(r[2]), r[3]), bytes(r[4]), r[0]) for r in rows]

    def take_in(self, aside: Sequence[Aside]) -> list[Taken]:
        """Make events of what was kept aside, in one transaction."""
        with self._writing():
            outcomes = self._take([one.delivery for one in aside])
            self._session.run_each(
                "delete from aside where id = ? returning id", [(one.id,) for one in aside]
            )
            return outcomes

    def prune_aside(self, before: str) -> int:
        """Delete what was kept aside before a time, and say how many."""
        return len(self._run("delete from aside where received_at < ? returning id", (before,)))

    def figures(self) -> StoreFigures:
        """Count what is there."""
        readers = {str(n): int(c) for n, c in self._run("select name, confirmed from readers")}
        last = self.last()
        confirmed = min(readers.values(), default=0)
        oldest = self._run(
            "select received_at from events where sequence > ? order by sequence limit 1",
            (confirmed,),
        )
        kept = self._run("select count(*), coalesce(sum(size), 0) from aside")[0]
        events = self._run("select count(*) from events")[0][0]
        with self._lock:
            size = self._session.size()
        return StoreFigures(
            last, int(events), int(kept[0]), int(kept[1]), size,
            oldest[0][0] if oldest else None, readers,
        )  # fmt: skip

    def followed(self, before: str) -> list[ReaderFigures]:
        """Each reader by name, with what it holds back that came last before a time."""
        readers = self._run("select name, confirmed, confirmed_at from readers order by name")
        found = []
        for name, confirmed, at in readers:
            ((unread, oldest, overdue),) = self._run(_UNREAD, (before, confirmed))
            found.append(ReaderFigures(name, int(confirmed), at, int(unread), oldest, int(overdue)))
        return found

    def _run(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._session.run(statement, values)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, self._session.writing():
            yield

    def _take(self, deliveries: Sequence[Delivery]) -> list[Taken]:
        """Number and keep deliveries; equal ones of a shop are one event."""
        if not deliveries:
            return []
        keys = [(one.shop, one.digest) for one in deliveries]
        groups: dict[tuple[str, bytes], list[Delivery]] = {}
        for key, one in zip(keys, deliveries, strict=True):
            groups.setdefault(key, []).append(one)
        last = int(self._session.run(self._session.last)[0][0])
        numbered = dict(zip(groups, range(last + 1, last + 1 + len(groups)), strict=True))
        ids = self._session.run_each(
            _TAKE, [_row(numbered[key], key, equal) for key, equal in groups.items()]
        )
        self._session.run("update store set last = ?", (last + len(groups),))
        fresh = {key for key, (own,) in zip(groups, ids, strict=True) if own == numbered[key]}
        outcomes = []
        for key in keys:
            outcomes.append(Taken.NEW if key in fresh else Taken.REPEATED)
            fresh.discard(key)
        return outcomes

    def _keep_aside(self, one: Aside) -> Taken:
        found = one.delivery
        used = self._session.run(
            "select coalesce(sum(size), 0) from aside where shop = ?", (found.shop,)
        )[0][0]
        if used + len(found.body) > self._aside_bytes:
            return Taken.NO_ROOM_ASIDE
        self._session.run(
            "insert into aside (shop, received_at, signature, digest, body, size) "
            "values (?, ?, ?, ?, ?, ?) on conflict (shop, digest, signature) do nothing",
            (
                found.shop, found.received_at, one.signature, found.digest, found.body,
                len(found.body),
            ),
        )  # fmt: skip
        return Taken.ASIDE

    def _refuse_ahead(self, offset: int) -> None:
        last = self.last()
        if offset > last:
            raise OffsetAhead(
                f"The offset {offset} is beyond {last}, the last event of this store: it is not "
                "the store that was read before, or was put back from an older copy. Read it "
                "again from offset 0."
            )


def _row(sequence: int, key: tuple[str, bytes], equal: list[Delivery]) -> tuple[Any, ...]:
    shop, digest = key
    about = named(equal[0].body)
    return (
        sequence, sequence, shop, digest, about.topic, about.trigger, about.return_id,
        equal[0].received_at, equal[-1].received_at, len(equal), equal[0].body,
    )  # fmt: skip


def _event(row: tuple[Any, ...]) -> Event:
    return Event(*row[:9], bytes(row[9]))  # type: ignore[call-arg]  # the columns of _EVENT
