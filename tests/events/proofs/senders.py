"""Senders that ask again as Loop does, and remember what they were told."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

from loopreturns_events import signature
from tests.events.receiving import SECRET

NEW_SECRET = b"whsec-that-the-receiver-does-not-know-yet"


@dataclass
class Told:
    """What senders were told, and of which bodies."""

    sent: set[bytes] = field(default_factory=set)
    """Sent at all."""
    kept: set[bytes] = field(default_factory=set)
    """Answered 2xx."""
    refused: set[bytes] = field(default_factory=set)
    """Answered 401, for a secret that is wrong as yet."""
    answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def deliveries(self) -> int:
        """How many were answered 2xx or 401."""
        return self.answers["200"] + self.answers["401"]

    def tell(self, answer: str, content: bytes) -> None:
        """Remember an answer."""
        with self.lock:
            self.answers[answer] += 1
            if answer == "200":
                self.kept.add(content)
            elif answer == "401":
                self.refused.add(content)


def webhook(rng: Random, number: int) -> bytes:
    """A body of about the size of a small return's."""
    said = {
        "topic": "return", "trigger": "return.updated", "id": str(number), "state": "open",
        "line_items": [{"line_item_id": str(rng.getrandbits(40)), "title": "x" * 200}],
    }  # fmt: skip
    return json.dumps(said).encode()


class SendingThread(threading.Thread):
    """Sends one webhook after the other, each until it is answered 2xx or 401."""

    def __init__(self, url: str, told: Told, number: int, *, wrong: float = 0.0) -> None:
        super().__init__(daemon=True)
        self._to = urlsplit(url)
        self._told = told
        self._rng = Random(number)
        self._wrong = wrong
        self._next = number * 10_000_000
        self._connection: http.client.HTTPConnection | None = None
        self.stopped = threading.Event()

    def run(self) -> None:
        """Send until stopped."""
        last = b""
        while not self.stopped.is_set():
            if not last or self._rng.random() > 0.05:
                self._next += 1
                last = webhook(self._rng, self._next)
            wrong = self._rng.random() < self._wrong
            secret = NEW_SECRET if wrong else SECRET
            self._deliver(last, secret)

    def _deliver(self, content: bytes, secret: bytes) -> None:
        headers = {signature.HEADER: signature.sign(content, secret)}
        with self._told.lock:
            self._told.sent.add(content)
        while not self.stopped.is_set():
            answer = self._once(content, headers)
            self._told.tell(answer, content)
            if answer in ("200", "401"):
                return
            time.sleep(self._rng.uniform(0.005, 0.05))

    def _once(self, content: bytes, headers: dict[str, str]) -> str:
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(
                    self._to.hostname or "", self._to.port, timeout=30
                )
            self._connection.request("POST", "/hooks/acme", content, headers)
            answer = self._connection.getresponse()
            answer.read()
            if answer.will_close:
                self._leave()
            return str(answer.status)
        except (OSError, http.client.HTTPException):
            self._leave()
            return "broken"

    def _leave(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None
