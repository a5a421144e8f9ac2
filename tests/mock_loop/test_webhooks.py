"""The mock account's webhooks keep to Loop's documented rules."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import pytest

from loopreturns_events import signature
from mock_loop import Shop, WebhookRules, WebhookSender

SECRET = "whsec"


class Recorder(BaseHTTPRequestHandler):
    """Answers with the statuses that it is given, and then 200."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        got: list[Any] = self.server.got  # type: ignore[attr-defined]
        statuses: list[int] = self.server.statuses  # type: ignore[attr-defined]
        got.append((time.monotonic(), self.headers[signature.HEADER], body))
        status = statuses.pop(0) if statuses else 200
        self.send_response(status)
        if status == 503:
            self.send_header("Retry-After", "40")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing is written."""


@contextmanager
def subscribed(
    shop: Shop, statuses: list[int], **rules: Any
) -> Iterator[tuple[WebhookSender, list[Any]]]:
    """A sender for a shop, and what its endpoint got."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.got, server.statuses = [], statuses  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    table = shop.table("webhooks")
    table.clear()
    for number, trigger in enumerate(("return.created", "return.updated", "return.closed")):
        table[number] = {
            "id": number, "topic": "return", "trigger": trigger, "status": "active",
            "url": f"http://127.0.0.1:{server.server_port}/hook",
        }  # fmt: skip
    sender = WebhookSender(shop, WebhookRules(SECRET, **{"speed": 200.0, **rules}))
    try:
        yield sender, server.got  # type: ignore[attr-defined]
    finally:
        sender.close()
        server.shutdown()
        server.server_close()
        thread.join()


def test_changes_are_sent_signed_and_without_updated_at(shop: Shop) -> None:
    """The same changes that the lists show; in review is "needs review" here."""
    with subscribed(shop, []) as (sender, got):
        made = shop.add_return(state="review")
        shop.move_return(made.id, "closed")
        sender.wait()
    bodies = [json.loads(body) for _, _, body in got]
    assert {(b["trigger"], b["id"], b["state"]) for b in bodies} == {
        ("return.created", made.id, "needs review"),
        ("return.updated", made.id, "closed"),
        ("return.closed", made.id, "closed"),
    }
    assert not any("updated_at" in body for body in bodies)
    for _, given, body in got:
        claimed = signature.parse(given)
        assert claimed
        assert signature.matches(body, claimed, [SECRET.encode()])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405])
def test_what_is_refused_is_never_sent_again(shop: Shop, status: int) -> None:
    """These are the statuses that Loop names."""
    with subscribed(shop, [status]) as (sender, got):
        shop.add_return()
        sender.wait()
    assert len(got) == 1


@pytest.mark.parametrize("status", [500, 503])
def test_trouble_is_tried_six_times_with_pauses(shop: Shop, status: int) -> None:
    """After 503 as late as Retry-After says: here 40 s, 200 times as fast."""
    with subscribed(shop, [status] * 9) as (sender, got):
        shop.add_return()
        sender.wait()
    assert len(got) == 6
    pauses = [after[0] - before[0] for before, after in pairwise(got)]
    if status == 503:
        assert all(pause > 0.19 for pause in pauses)
    else:  # growing: 5 to 10 s, then twice that
        assert pauses[4] > pauses[0]
    assert [attempt.number for attempt in sender.attempts] == [1, 2, 3, 4, 5, 6]


def test_a_subscription_that_fails_too_often_is_switched_off(shop: Shop) -> None:
    """More than ten failures in a row; what comes later is not sent."""
    with subscribed(shop, [404] * 50) as (sender, got):
        for _ in range(20):
            shop.add_return()
            sender.wait()
        assert len(got) == 11
        assert shop.table("webhooks")[0]["status"] == "inactive"


def test_they_may_come_twice_late_out_of_order_or_never(shop: Shop) -> None:
    """All of it is what Loop does not promise."""
    with subscribed(shop, [], twice=0.5, never=0.2, late=(0.0, 40.0)) as (sender, got):
        ids = [shop.add_return().id for _ in range(60)]
        sender.wait()
    order = [json.loads(body)["id"] for _, _, body in got]
    assert set(order) < set(ids)
    assert len(order) > len(set(order))
    assert order != sorted(order)
