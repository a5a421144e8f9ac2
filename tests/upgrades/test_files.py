"""Files that the last release wrote are read by this one, and nothing is lost or done twice."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from loop_returns import times
from loopreturns_events.delivery import Delivery, now
from loopreturns_events.reading import open_reader
from loopreturns_events.store import Taken, open_store
from mock_loop import Loop, Quirks, serve
from target_loopreturns.ledger_command import commands
from tests.acting import ALL_ALLOWED, Desk, messages, mixed, returns
from tests.running import run_tap, settings
from tests.upgrades.__main__ import RELEASED
from tests.upgrades.written import LOST, READER, SHOP, account


@pytest.fixture
def served() -> Iterator[Loop]:
    """The account that the last release wrote its files about."""
    with serve(account(), quirks=Quirks(requests_per_minute=None)) as loop:
        yield loop


def state(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RELEASED / name).read_text("utf-8"))
    return found


def test_a_run_goes_on_where_one_of_the_last_release_ended(served: Loop) -> None:
    """Nothing old is read again, and every change since is."""
    before = run_tap(settings(served), state=state("state.json"), select=None)
    assert before.records("returns") == []
    moment = datetime.now(UTC) - timedelta(seconds=10)
    changed = served.shop.add_return(state="review", updated_at=times.spell(moment))
    after = run_tap(settings(served), state=state("state.json"), select=None)
    assert [row["id"] for row in after.records("returns")] == [changed.id]


def test_an_interrupted_run_of_the_last_release_is_ended_by_this_one(served: Loop) -> None:
    """What its STATE does not say to be out is read."""
    broken_off = state("state-interrupted.json")
    covered = broken_off["bookmarks"]["returns"]["covered"]
    missing = {
        row["id"]
        for row in run_tap(settings(served)).records("returns")
        if not any(a <= row["updated_at"] < b for a, b in covered.get(row["state"], ()))
    }
    read = {row["id"] for row in run_tap(settings(served), state=broken_off).records("returns")}
    assert missing <= read
    assert 0 < len(missing) <= len(read) < len(served.shop.book)


def ledger_of_last_release(loop: Loop, folder: Path) -> Desk:
    """A desk with its ledger; the account has another address now, which is said by `adopt`."""
    shutil.copy(RELEASED / "ledger.sqlite", folder / "ledger.sqlite")
    environ = {"TARGET_LOOPRETURNS_API_KEY": loop.key, "TARGET_LOOPRETURNS_API_URL": loop.url}
    words = ("--ledger", str(folder / "ledger.sqlite"), "adopt")
    adopted = CliRunner().invoke(commands, words, env=environ, catch_exceptions=False)
    assert adopted.exit_code == 0, adopted.output
    return Desk(loop, folder)


def test_what_the_ledger_of_the_last_release_says_is_done_is_not_done_again(
    served: Loop, tmp_path: Path
) -> None:
    """The same rows, on the account as they left it: not one request that changes anything."""
    rows = messages(mixed(served.shop, 60, seed=3))
    (tmp_path / "first").mkdir()
    Desk(served, tmp_path / "first").run(rows, **ALL_ALLOWED)
    done = len(served.requests)
    desk = ledger_of_last_release(served, tmp_path)
    # The one whose answer was lost is another test's; open, it would rightly end the run with 7.
    settle = ["--ledger", str(tmp_path / "ledger.sqlite"), "settle", "return_actions"]
    told = CliRunner().invoke(commands, [*settle, LOST["action_id"], "done"])
    assert told.exit_code == 0, told.output
    ran = desk.run(rows, **ALL_ALLOWED)
    changes = [request for request in served.requests[done:] if request.method != "GET"]
    assert (changes, ran.exit_code) == ([], 0)
    assert ran.results["done"] >= 20


def test_an_answer_that_the_last_release_lost_is_looked_for_by_this_one(
    served: Loop, tmp_path: Path
) -> None:
    """Loop had carried it out: found done, and not asked again."""
    opened = next(found.id for found in served.shop.book if found.state == "open")
    desk = ledger_of_last_release(served, tmp_path)
    shown = CliRunner().invoke(commands, ["--ledger", str(tmp_path / "ledger.sqlite"), "show"])
    assert LOST["action_id"] in shown.output
    served.shop.process_return(opened)
    ran = desk.run(returns(LOST | {"return_id": opened}), **ALL_ALLOWED)
    assert (ran.results, desk.changes()) == ({"done": 1}, [])


def test_a_reader_and_a_receiver_go_on_with_the_events_of_the_last_release(tmp_path: Path) -> None:
    """In the same order, from where the reader was; what is new comes behind."""
    path = tmp_path / "events.sqlite"
    shutil.copy(RELEASED / "events.sqlite", path)
    with open_reader(str(path), READER) as reader:
        events = reader.read(10)
        assert [event.return_id for event in events] == [*map(str, range(11, 21)), "1"]
        assert (events[-1].count, reader.last()) == (2, 21)
        reader.confirm(21)
    store = open_store(str(path))
    body = json.dumps({"topic": "return", "id": 99}).encode()
    assert store.take([Delivery(SHOP, body, now())]) == [Taken.NEW]
    assert [event.return_id for event in store.read(21)] == ["99"]
    assert store.take_in(store.kept_aside()) == [Taken.NEW]
    store.close()
