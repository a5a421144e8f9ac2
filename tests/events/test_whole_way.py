"""From a change in Loop to a reader, through everything between them that goes wrong."""

from __future__ import annotations

import json
from pathlib import Path

from loopreturns_events.reading import open_reader
from loopreturns_events.subscriptions import PAIRS
from mock_loop import Loop, WebhookRules, WebhookSender
from tests.events.receiving import SECRET, command, configure, running


def test_every_change_reaches_the_reader_though_the_receiver_is_killed_meanwhile(
    loop: Loop, where: str, tmp_path: Path
) -> None:
    """Events come late, twice and out of order, to a receiver that dies three times."""
    loop.shop.table("webhooks").clear()
    config = configure(tmp_path, where)
    with running(config) as receiver:
        address = f"{receiver.url}/hooks/acme"
        shops = {
            "acme": {
                "secrets": [SECRET.decode()],
                "address": address,
                "api_key": loop.key,
                "api_url": loop.url,
            }
        }
        listen = receiver.url.removeprefix("http://")
        config = configure(tmp_path, where, shops=shops, listen=listen)
        done = command(config, "subscriptions", "make", "--shop", "acme")
        assert f"All {len(PAIRS)} are active." in done.stdout
        sender = WebhookSender(
            loop.shop,
            WebhookRules(
                SECRET.decode(), twice=0.2, late=(0, 600), speed=1000, off_after=None, attempts=30
            ),
        )
        touched = loop.shop.change(25, seed=1)
        receiver.kill()
    for seed in range(2, 4):
        with running(config) as receiver:
            touched |= loop.shop.change(25, seed=seed)
            receiver.kill()
    with running(config):
        sender.wait()
        sender.close()
    with open_reader(where, "warehouse") as reader:
        events = reader.read(0)
    assert {event.return_id for event in events if event.topic != "restock"} == touched
    assert {event.body for event in events} == {attempt.body for attempt in sender.attempts}
    assert sum(event.count for event in events) > len(events)
    named = {(event.topic, event.trigger) for event in events}
    assert named >= {("return", "return.created"), ("return", "return.updated")}
    assert all(json.loads(event.body)["topic"] == event.topic for event in events)
