"""A slow answer is said, by real clocks and a real server."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from loop_returns.http.client import Client
from loop_returns.http.exchange import Account
from loop_returns.http.pacing import Pacer
from loop_returns.http.slow import LONG, SlowAnswers
from loop_returns.times import show
from mock_loop import Loop

NAME = "loop_returns.http.slow"


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == NAME]


def test_an_answer_that_does_not_come_is_said_with_its_path_and_until_when(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    """Of a client's requests, within ten seconds, while it waits; none where it is quick."""
    caplog.set_level("INFO", NAME)
    assert LONG <= 10
    account = Account(loop.url, "v1", loop.key, timeout=30)
    client = Client(account, Pacer(6000))
    client._slow = SlowAnswers(account.timeout, 300, long=0.3)
    client.get("/webhooks", scope="Developer Tools")
    assert not said(caplog)
    loop.quirks = replace(loop.quirks, latency=0.8)
    began = time.time()
    client.get("/webhooks", scope="Developer Tools")
    client.close()
    (line,) = said(caplog)
    assert line.startswith("GET /webhooks: no answer after ")
    until = re.search(r"waiting until (\S+) at most", line)
    assert until
    assert until[1] in {show(int(began) + 30 + late) for late in range(4)}


def test_one_that_has_begun_and_many_at_once_are_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is told apart, and what the others would say is the same."""
    caplog.set_level("INFO", NAME)
    slow = SlowAnswers(90, 900, long=0.05)
    with slow.watch("GET /a") as begun, slow.watch("GET /b"), slow.watch("GET /c"):
        begun()
        time.sleep(0.3)
    (line,) = said(caplog)
    assert line.startswith("GET /")
    with slow.watch("GET /d"):
        time.sleep(0.1)
    assert len(said(caplog)) == 1
