"""What `loop__return_state_changes` must hold, from what each load and each event has shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.warehouses.analytics.expected import Row, moment
from tests.warehouses.analytics.mock import Shop

MART = "loop__return_state_changes"
LATEST = timedelta(hours=3)
"""An event that comes later is not taken for the news of a change."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A return in a state, as a load or an event has shown it."""

    at: datetime
    place: int
    """Among sightings of one moment: events first, in the order in which they came."""
    state: str
    made: bool
    """Whether it shows the return as it was made."""
    by_event: bool
    created: datetime | None = None


@dataclass(slots=True)
class Sightings:
    """All sightings of some shops' returns."""

    seen: dict[tuple[str, str], list[Sighting]] = field(default_factory=lambda: defaultdict(list))
    loads: int = 0

    def look(self, name: str, shop: Shop) -> None:
        """A load: every return as it is now."""
        self.loads += 1
        for found in shop.book:
            row = found.row()
            created, updated = moment(row["created_at"]), moment(row["updated_at"])
            assert updated
            sighting = Sighting(
                updated, 10**12 + self.loads, row["state"], updated == created, False, created
            )
            known = self.seen[name, row["id"]]
            last = next((one for one in reversed(known) if not one.by_event), None)
            if last is None or (last.at, last.state) != (sighting.at, sighting.state):
                known.append(sighting)

    def hear(self, name: str, place: int, at: datetime, trigger: str, body: Row) -> None:
        """An event of a return that came."""
        state = "review" if body["state"] == "needs review" else str(body["state"])
        made = trigger == "return.created"
        self.seen[name, body["id"]].append(Sighting(at, place, state, made, True))

    def rows(self) -> list[Row]:
        """The mart's rows."""
        return [row for key, known in self.seen.items() for row in _changes(*key, known)]


def _changes(name: str, return_id: str, known: list[Sighting]) -> Iterator[Row]:
    known = sorted(known, key=lambda one: (one.at, one.place))
    created = min((one.created for one in known if one.created), default=None)
    before: list[Sighting] = []
    been: set[str] = set()
    for position, stay in enumerate(_stays(known), 1):
        doubtful = _doubtful(stay, been) if before else False
        told = any(one.by_event and one.at - stay[0].at <= LATEST for one in stay)
        yield {
            "source_relation": name,
            "return_id": return_id,
            "position": position,
            "previous_state": before[-1].state if before else None,
            "state": stay[0].state,
            "changed_after": before[-1].at if before else created,
            "changed_at": stay[0].at,
            "seen_by": "event" if told else "load",
            "is_gap_before": doubtful or not told if before else not stay[0].made,
            "is_doubtful": doubtful,
        }
        before = stay
        been.add(stay[0].state)


def _stays(known: list[Sighting]) -> list[list[Sighting]]:
    """Sightings one after another that show one state."""
    stays: list[list[Sighting]] = []
    for one in known:
        if stays and stays[-1][0].state == one.state:
            stays[-1].append(one)
        else:
            stays.append([one])
    return stays


def _doubtful(stay: list[Sighting], been: set[str]) -> bool:
    by_events_alone = all(one.by_event for one in stay)
    return by_events_alone and (stay[0].state in been or any(one.made for one in stay))


@dataclass(slots=True)
class Diary:
    """What really happened to the states of an account's returns, to be held against the mart."""

    shop: Shop
    states: dict[str, list[tuple[datetime, str]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for found in self.shop.book:
            self._write(found.id)
        self.shop.listeners.append(lambda happened: self._hear(happened.topic, happened.body))

    def _hear(self, topic: str, body: dict[str, Any]) -> None:
        if topic == "return":
            self._write(body["id"])

    def _write(self, return_id: str) -> None:
        row = self.shop.book[return_id].row()
        at, written = moment(row["updated_at"]), self.states[return_id]
        assert at
        if not written or written[-1][1] != row["state"]:
            written.append((at, row["state"]))

    def invented(self, row: dict[str, str | None]) -> bool:
        """Whether no change into this state has happened within the bounds of a mart's row."""
        first, last = (moment_of(row[name]) for name in ("changed_after", "changed_at"))
        return not any(
            first <= at <= last and state == row["state"]
            for at, state in self.states[str(row["return_id"])]
        )


def moment_of(text: str | None) -> datetime:
    """A moment as a warehouse's rows spell it."""
    assert text
    return datetime.fromisoformat(text)
