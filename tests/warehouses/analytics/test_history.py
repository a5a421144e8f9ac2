"""The history of states over several loads, held against what really happened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from loopreturns_events.store import open_store
from tests.proofs.hints import Mail
from tests.warehouses.analytics import history, loaded, truth
from tests.warehouses.analytics.building import Dbt, on_duckdb, on_postgres
from tests.warehouses.analytics.choices import Choices
from tests.warehouses.analytics.conftest import ENGINES
from tests.warehouses.analytics.expected import moment
from tests.warehouses.analytics.history import Diary, Sightings
from tests.warehouses.analytics.mock import Loop, Shop
from tests.warehouses.destinations.databases import DuckDB, Postgres
from tests.warehouses.postgres_server import PostgresServer

pytestmark = pytest.mark.parametrize("engine", ENGINES)
ONLY = ("--select", "+loop__return_state_changes", "--indirect-selection", "cautious")
LOADS = 4


@dataclass
class Loads:
    """Load after load of an account by its own clock, each built over by dbt."""

    shop: Shop
    loop: Loop
    to: DuckDB | Postgres
    dbt: Dbt
    schema: str
    events: dict[str, Any] = field(default_factory=dict)
    history: Sightings = field(default_factory=Sightings)

    def load(self) -> None:
        """Load all, build, and keep what the load has shown.

        All, since the account's clock is behind the one that the tap keeps its place by.
        """
        streams = ("returns", "return_line_items", *(["loop_events"] if self.events else []))
        loaded.into(self.to, self.loop, None, streams, **self.events)
        self.history.look(self.schema, self.shop)
        self.dbt.build(self.variables(), *ONLY)

    def variables(self) -> dict[str, Any]:
        """Where the tables are, and which."""
        using = {"loop_events": bool(self.events)}
        return Choices(using=using, more={"loop_schema": self.schema}).variables()

    def rows(self) -> list[dict[str, str | None]]:
        """The mart."""
        return list(self.dbt.rows(f"select * from {self.dbt.schema}.{history.MART}"))

    def differences(self) -> list[str]:
        """What the mart has otherwise than what was seen."""
        return truth.differences(history.MART, self.history.rows(), iter(self.rows()))


@pytest.fixture
def loads(engine: str, server: PostgresServer, tmp_path: Path) -> Iterator[Loads]:
    """An account of 60 returns whose clock stands at a day that is over."""
    shop = Shop.seeded(60, 7, "2026-06-01", "2026-11-01", now="2026-11-02T08:00:00Z")
    name = f"loop_{tmp_path.name}"[-50:]
    with loaded.served(shop) as loop:
        if engine == "duckdb":
            duck = loaded.duckdb(tmp_path, name)
            yield Loads(shop, loop, duck, on_duckdb(duck.path, tmp_path / "dbt"), name)
        else:
            to = loaded.postgres(tmp_path, server, name)
            dbt = on_postgres(server, tmp_path / "dbt", f"of_{name}")
            yield Loads(shop, loop, to, dbt, name)


def much_happens(shop: Shop, rng: Random) -> None:
    """Within some hours; some returns change their state several times, some within a second."""
    for _ in range(3):
        shop.advance(rng.randrange(600, 7200))
        for one in sorted(shop.change(12, seed=rng.randrange(10**6)))[:3]:
            shop.move_return(one, rng.choice(("open", "review", "closed")))


def test_each_change_that_a_load_saw_is_there_within_bounds_and_none_is_invented(
    loads: Loads,
) -> None:
    """Four loads: the rows are what was seen, and each lies where the account really changed."""
    diary, rng = Diary(loads.shop), Random(1)
    loads.load()
    for _ in range(LOADS - 1):
        much_happens(loads.shop, rng)
        loads.load()
    assert loads.differences() == []
    rows = loads.rows()
    changes = [row for row in rows if row["previous_state"]]
    assert len(changes) > 10
    assert [row for row in changes if diary.invented(row)] == []
    # No event tells that nothing else happened in between.
    assert {row["is_gap_before"] for row in changes} == {"true"}
    assert {row["is_gap_before"] for row in rows if not row["previous_state"]} == {"true", "false"}
    # The history outlives what makes everything else anew.
    loads.dbt.build(loads.variables(), *ONLY, "--full-refresh")
    assert loads.differences() == []


def test_loads_that_were_not_kept_leave_the_last_one(loads: Loads) -> None:
    """With the snapshot off, or before its first run: one row a return, its gap marked."""
    loads.load()
    much_happens(loads.shop, Random(2))
    loaded.into(loads.to, loads.loop, None, ("returns", "return_line_items"))
    off = loads.variables() | {"loop_keep_states": False}
    loads.dbt.build(off, *ONLY)
    last = Sightings()
    last.look(loads.schema, loads.shop)
    assert truth.differences(history.MART, last.rows(), iter(loads.rows())) == []


def test_events_fill_in_what_loads_did_not_see_and_late_ones_are_doubtful(
    loads: Loads, tmp_path: Path
) -> None:
    """Events come at once, some hours late, or never, between loads: the rows say which."""
    rng = Random(3)
    mail = Mail(loads.shop, tmp_path / "events.db")
    mail.wait = lambda: rng.choice(([0], [0], [20], [9_000], [30_000], []))
    loads.events = {"events_store": str(mail.store), "events_shop": "acme"}
    loads.load()
    for _ in range(LOADS - 1):
        much_happens(loads.shop, rng)
        mail.arrive()
        loads.load()
    hear(loads, mail.store)
    assert loads.differences() == []
    changes = [row for row in loads.rows() if row["previous_state"]]
    found = {(row["seen_by"], row["is_gap_before"], row["is_doubtful"]) for row in changes}
    assert found == {
        ("event", "false", "false"),
        ("event", "true", "true"),
        ("load", "true", "false"),
    }


def hear(loads: Loads, path: Path) -> None:
    """Take every event of a return that the store has into what was seen."""
    store = open_store(str(path))
    for event in (one for one in store.read(0, limit=10_000) if one.topic == "return"):
        at = moment(event.received_at)
        assert at
        loads.history.hear(
            loads.schema, event.sequence, at, event.trigger or "", json.loads(event.body)
        )
    store.close()
