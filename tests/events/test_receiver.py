"""The receiver, as a process with a real store: 2xx means that the event is there."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from loopreturns_events.store import open_store
from tests.events import wires
from tests.events.receiving import Process, ask, body, command, configure, running, signed, until


@pytest.fixture
def receiver(where: str, tmp_path: Path) -> Iterator[Process]:
    """A receiver for the shops acme and other."""
    with running(configure(tmp_path, where, largest_body=5000)) as receiver:
        yield receiver


def bodies(where: str) -> list[bytes]:
    store = open_store(where)
    found = [event.body for event in store.read(0)]
    store.close()
    return found


def test_what_is_answered_2xx_is_there_when_the_process_is_killed(
    receiver: Process, where: str
) -> None:
    """Kept whole, with what it says of itself, whatever else is in it."""
    sent = [body(1), body(2, unheard_of={"of": [1]}), b'{"topic":"new.one"}', b"no JSON \xff\x00"]
    for content in sent:
        answer = receiver.deliver(content)
        assert (answer.status, answer.text) == (200, "kept\n")
    receiver.kill()
    store = open_store(where)
    found = store.read(0)
    assert [event.body for event in found] == sent
    assert [(e.topic, e.trigger, e.return_id, e.shop) for e in found] == [
        ("return", "return.updated", "1", "acme"),
        ("return", "return.updated", "2", "acme"),
        ("new.one", None, None, "acme"),
        (None, None, None, "acme"),
    ]
    store.close()


def test_a_wrong_signature_is_kept_aside_and_taken_in_when_the_secret_is_right(
    receiver: Process, where: str, tmp_path: Path
) -> None:
    """Loop never sends again what was answered 401; one command makes up for it."""
    for number in range(3):
        assert receiver.deliver(body(number), b"the new secret").status == 401
    assert receiver.deliver(body(9), b"a forger's").status == 401
    assert bodies(where) == []
    config = configure(
        tmp_path, where, shops={"acme": {"secrets": ["whsec-of-acme", "the new secret"]}}
    )
    done = command(config, "retake")
    assert done.stdout == "3 taken in, 1 still wrong and left aside.\n", done.stderr
    assert bodies(where) == [body(0), body(1), body(2)]
    receiver.process.send_signal(signal.SIGHUP)
    until(lambda: receiver.deliver(body(4), b"the new secret").status == 200)
    assert receiver.deliver(body(5)).status == 200  # the old secret, while both are in use


def test_a_shop_without_a_secret_and_one_not_known_are_asked_to_come_again(
    where: str, tmp_path: Path
) -> None:
    """It is the receiver's own trouble: 503, as late as Loop will come; readiness says why."""
    with running(configure(tmp_path, where, shops={"acme": {}})) as receiver:
        for shop in ("acme", "nobody"):
            answer = receiver.deliver(body(1), shop=shop)
            assert (answer.status, answer.headers["retry-after"]) == (503, "1800")
        ready = ask(f"{receiver.url}/ready")
        assert (ready.status, json.loads(ready.text)["problems"]) == (503, ["no secret: acme"])
        assert ask(f"{receiver.url}/health").status == 200


def test_a_store_that_is_locked_is_503_and_well_again_afterwards(
    receiver: Process, where: str
) -> None:
    """Nothing is answered 2xx meanwhile, and nothing is lost but the time."""
    until(lambda: receiver.deliver(body(1)).status == 200)
    statement = "begin immediate" if "://" not in where else "lock table loopreturns_events.store"
    connect = sqlite3.connect if "://" not in where else psycopg.connect
    other = connect(where)
    other.execute(statement)
    answer = receiver.deliver(body(2))
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) >= 5
    other.rollback()
    other.close()
    until(lambda: receiver.deliver(body(2)).status == 200)
    assert bodies(where) == [body(1), body(2)]


def test_a_stop_lets_what_has_begun_be_answered(receiver: Process, where: str) -> None:
    """SIGTERM ends it with exit code 0, when what was half there has come and is kept."""
    content = body(1)
    begun = wires.head(wires.right(content), f"Content-Length: {len(content)}")
    with wires.wire(receiver) as connection:
        connection.sendall(begun + content[:20])
        until(lambda: receiver.deliver(body(0)).status == 200)
        receiver.process.send_signal(signal.SIGTERM)
        until(lambda: not reachable(receiver))
        connection.sendall(content[20:])
        assert wires.told(connection) == 200
    assert receiver.process.wait(30) == 0
    assert bodies(where) == [body(0), content]


def reachable(receiver: Process) -> bool:
    try:
        with wires.wire(receiver):
            return True
    except ConnectionRefusedError:
        return False


def test_figures_say_what_came_and_what_was_refused(receiver: Process) -> None:
    """Counts by reason; none of them is of a body or a shop that a sender made up."""
    receiver.deliver(body(1))
    receiver.deliver(body(1))
    receiver.deliver(body(1), b"wrong")
    receiver.deliver(body(1), shop="made-up-by-the-sender")
    ask(f"{receiver.url}/hooks/acme", "POST", body(1))
    assert [receiver.figure(f"{name}_total") for name in (
        "received", "repeated", "kept_aside", "refused", "unavailable",
    )] == [2, 1, 1, 2, 1]  # fmt: skip
    text = ask(f"{receiver.url}/metrics").text
    assert "made-up" not in text
    assert "loopreturns_events_answer_seconds_bucket" in text


def test_neither_bodies_nor_secrets_are_logged(receiver: Process) -> None:
    """Whatever happens, the log has no word of a body, a secret, a signature or a made-up path."""
    private = body(1, customer="jean@example.com")
    receiver.deliver(private)
    receiver.deliver(private, b"a wrong secret")
    receiver.deliver(b"x" * 6000 + private)
    receiver.deliver(private, shop="jean@example.com")
    receiver.stop()
    said = receiver.log.read_text("utf-8")
    signature = signed(private).popitem()[1]
    for word in ("jean", "whsec-of-acme", "wrong secret", signature, "return.updated"):
        assert word not in said
    assert "Stopped" in said


def test_two_receivers_share_a_store(where: str, tmp_path: Path) -> None:
    """Behind a balancer: what comes to both is one event, and a reader misses none."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with (
        running(configure(folders[0], where)) as one,
        running(configure(folders[1], where)) as two,
    ):
        for number in range(10):
            assert one.deliver(body(number)).status == 200
            assert two.deliver(body(number)).status == 200
    store = open_store(where)
    events = store.read(0)
    assert [(event.body, event.count) for event in events] == [(body(n), 2) for n in range(10)]
    assert store.last() == 20
    store.close()


def test_what_there_is_no_room_to_keep_aside_is_asked_to_come_again(
    where: str, tmp_path: Path
) -> None:
    """A 401 would lose it for good; what is right is taken all the same."""
    several: tuple[dict[str, Any], ...] = ({"aside_bytes": 100}, {"aside_per_minute": 1})
    for bounds in several:
        with running(configure(tmp_path, where, **bounds)) as receiver:
            answers = [receiver.deliver(body(number), b"wrong") for number in range(3)]
            assert answers[-1].status == 503
            assert answers[-1].headers["retry-after"] == "1800"
            assert receiver.deliver(body(1)).status == 200
