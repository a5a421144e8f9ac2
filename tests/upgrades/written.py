"""Files as this code writes them, for the next release to read: STATE, a ledger, events."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from loopreturns_events.delivery import Delivery, now
from loopreturns_events.store import Aside, open_store
from mock_loop import Faults, Loop, Quirks, Shop, serve
from tests.acting import ALL_ALLOWED, Desk, messages, mixed, returns
from tests.running import run_tap, settings

SEED = {"returns": 120, "seed": 19, "start": "2026-01-01", "end": "2026-10-31"}
SHOP = "acme"
READER = "warehouse"
LOST = {"return_id": "RETURN", "action": "process", "action_id": "answer-lost"}


def account() -> Shop:
    """The account that all of it is about."""
    return Shop.seeded(**SEED)  # type: ignore[arg-type]


def write(folder: Path) -> None:
    """All of them, into a folder."""
    with serve(account(), quirks=Quirks(requests_per_minute=None)) as loop:
        given = settings(loop)
        _put(folder / "state.json", run_tap(given, select=None).state)
        by_tens = run_tap({**given, "page_size": 10, "concurrency": 1})
        states = [m["value"] for m in by_tens.messages if m["type"] == "STATE"]
        _put(folder / "state-interrupted.json", states[len(states) // 2])
    with serve(account(), quirks=Quirks(requests_per_minute=None)) as loop:
        _write_ledger(folder, loop)
    _write_events(folder)


def _put(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", "utf-8")


def _write_ledger(folder: Path, loop: Loop) -> None:
    """Actions of every kind, done, refused, and one of which the answer was lost."""
    with TemporaryDirectory() as place:
        desk = Desk(loop, Path(place))
        desk.run(messages(mixed(loop.shop, 60, seed=3)), **ALL_ALLOWED)
        opened = next(found.id for found in loop.shop.book if found.state == "open")
        loop.faults = Faults(1.0, ["500"], methods=("POST",))
        desk.run(returns(LOST | {"return_id": opened}), **ALL_ALLOWED, retry_minutes=0)
        shutil.copy(Path(place) / "ledger.sqlite", folder / "ledger.sqlite")


def _write_events(folder: Path) -> None:
    """Events, some confirmed, one delivered twice, one kept aside."""
    path = folder / "events.sqlite"
    path.unlink(missing_ok=True)
    store = open_store(str(path))
    bodies = [
        json.dumps({"topic": "return", "trigger": "return.updated", "id": number}).encode()
        for number in range(1, 21)
    ]
    store.take([Delivery(SHOP, body, now()) for body in bodies])
    store.take([Delivery(SHOP, bodies[0], now())], [Aside(Delivery(SHOP, b"{}", now()), b"who")])
    store.confirm(READER, 10)
    store.close()
    for left in folder.glob("events.sqlite-*"):
        left.unlink()
