"""What a running receiver does beside receiving, and what a person asks of it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from loopreturns_events.arriving import Rate
from loopreturns_events.delivery import Delivery, now
from loopreturns_events.reading import open_reader
from loopreturns_events.store import open_store
from tests.events.receiving import SECRET, ask, body, command, configure, running, until


def test_a_receiver_prunes_what_was_read_and_is_past_its_retention(
    where: str, tmp_path: Path
) -> None:
    """And nothing else, however old it is."""
    config = configure(tmp_path, where, retention_days=1e-9)
    with running(config) as receiver:
        for number in range(5):
            receiver.deliver(body(number))
        with open_reader(where, "warehouse") as reader:
            assert [event.return_id for event in reader.read(0)] == ["0", "1", "2", "3", "4"]
            reader.confirm(3)
    with running(config) as receiver, open_reader(where, "warehouse") as reader:
        until(lambda: [event.sequence for event in reader.read(0)] == [4, 5])
        until(lambda: receiver.figure("lag") == 2)
        assert receiver.figure("lag_seconds") > 0
        assert receiver.figure("store_bytes") > 4096


def test_a_store_that_is_away_at_the_start_is_found_later(tmp_path: Path) -> None:
    """The receiver starts all the same, and says 503 until then."""
    folder = tmp_path / "not-mounted-yet"
    with running(configure(tmp_path, str(folder / "events.db"))) as receiver:
        assert receiver.deliver(body(1)).status == 503
        assert json.loads(ask(f"{receiver.url}/ready").text)["problems"] == ["store: away"]
        folder.mkdir()
        assert receiver.deliver(body(1)).status == 200


def test_a_store_that_is_taken_away_while_it_is_open_is_not_written_to(tmp_path: Path) -> None:
    """What would be written to a deleted file, nobody would read."""
    where = tmp_path / "events.db"
    with running(configure(tmp_path, str(where))) as receiver:
        assert receiver.deliver(body(1)).status == 200
        for path in tmp_path.glob("events.db*"):
            path.unlink()
        assert receiver.deliver(body(2)).status == 503
        assert receiver.deliver(body(2)).status == 200
        with open_reader(str(where), "any") as reader:
            assert [event.return_id for event in reader.read(0)] == ["2"]


def test_status_names_events_without_their_bodies(tmp_path: Path) -> None:
    """Counts, readers and what came last; the customers stay out of it."""
    where = str(tmp_path / "events.db")
    config = configure(tmp_path, where)
    with running(config) as receiver:
        receiver.deliver(body(7, customer="jean@example.com"))
    done = command(config, "status")
    assert "1 events up to sequence 1" in done.stdout
    assert "return.updated  return 7  x1" in done.stdout
    assert "jean" not in done.stdout
    with open_reader(where, "old") as reader:
        reader.confirm(1)
    assert command(config, "forget", "old").stdout == "Forgotten: old.\n"


def test_status_says_which_reader_holds_back_how_much_and_since_when(tmp_path: Path) -> None:
    """A name that nothing reads by any more keeps every event; the line says how to drop it."""
    where = str(tmp_path / "events.db")
    config = configure(tmp_path, where, retention_days=1)
    with closing(open_store(where)) as store:
        store.take([Delivery("acme", body(n), f"2026-01-0{n}T10:00:00.0Z") for n in (1, 2, 3)])
        store.take([Delivery("acme", body(4), now())])
        store.confirm("renamed", 1)
        store.confirm("warehouse", 4)
    told = command(config, "status").stdout.splitlines()
    assert any(line.startswith("Reader warehouse: up to 4 since 20") for line in told)
    assert any(line.endswith("3 unread, the oldest of 2026-01-02T10:00:00.0Z") for line in told)
    (held,) = [line for line in told if "holds back" in line]
    assert "holds back 2 events older than retention_days (1)" in held
    assert held.endswith("loopreturns-events forget renamed")
    command(config, "forget", "renamed")
    assert "holds back" not in command(config, "status").stdout


def test_a_test_event_goes_the_whole_way(tmp_path: Path) -> None:
    """Signed as Loop signs; a wrong secret is told as what it is."""
    where = str(tmp_path / "events.db")
    with running(configure(tmp_path, where)) as receiver:
        shops = {"acme": {"secrets": [SECRET.decode()], "address": f"{receiver.url}/hooks/acme"}}
        done = command(configure(tmp_path, where, shops=shops), "send-test", "--shop", "acme")
        assert "answered 200" in done.stdout, done.stderr
        shops["acme"]["secrets"] = ["another"]
        done = command(configure(tmp_path, where, shops=shops), "send-test", "--shop", "acme")
        assert (done.returncode, done.stderr.count("\n")) == (4, 1)
        assert "answered 401: the receiver has another secret" in done.stderr
    store = open_store(where)
    assert [event.topic for event in store.read(0)] == ["loopreturns_events.test"]
    store.close()


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    """It names the setting."""
    with running(configure(tmp_path, str(tmp_path / "events.db"))) as receiver:
        config = configure(tmp_path, "x.db", listen=receiver.url.removeprefix("http://"))
        done = command(config, "serve")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("Setting 'listen' cannot be used:")


def test_the_rate_of_what_is_kept_aside_is_bounded() -> None:
    """A minute's worth at once, and then as many as the minutes allow."""
    time = [0.0]
    rate = Rate(60, lambda: time[0])
    assert [rate.allows() for _ in range(61)] == [True] * 60 + [False]
    time[0] = 2
    assert [rate.allows() for _ in range(3)] == [True, True, False]
