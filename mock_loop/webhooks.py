"""Sends webhooks by the rules that Loop documents, to addresses of this machine.

Base64 of HMAC-SHA256 over the raw body in X-Loop-Signature; six attempts, with
growing and random pauses or those of Retry-After, up to 30 minutes; none after
an answer that Loop's table does not name as repeated; neither order nor
delivery promised. An older edition switches a subscription off after more than
ten failures in a row.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import hmac
import http.client
import itertools
import threading
import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mock_loop.responses import dump

if TYPE_CHECKING:
    from mock_loop.happening import Happened
    from mock_loop.shop import Shop

REPEATED = (0, 500, 503)
"""What is tried again; 0: no answer. Of other statuses it is known only that 400, 401, 403, 404
and 405 are not."""
LONGEST_PAUSE = 1800.0
HERE = ("127.0.0.1", "::1", "localhost")
"""Hosts that are sent to; the seeded subscriptions name others, which are nobody's business."""


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """How this Loop delivers; times in seconds, shares from 0 to 1."""

    secret: str
    attempts: int = 6
    first_pause: float = 10.0
    """Before the second attempt; each further pause is twice as long. Loop does not say."""
    timeout: float = 10.0
    off_after: int | None = 10
    """More failures in a row than this switch a subscription off; None: never."""
    late: tuple[float, float] = (0.0, 0.0)
    """How long each waits before it is sent, at random between the two: so they overtake."""
    twice: float = 0.0
    never: float = 0.0
    speed: float = 1.0
    """How much faster than in life the pauses pass."""
    senders: int = 4


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a delivery, and its answer."""

    trigger: str
    url: str
    number: int
    status: int
    """0 where there was none."""
    body: bytes


@dataclass(slots=True)
class _Delivery:
    subscription: int
    trigger: str
    body: bytes
    attempt: int = 1


class WebhookSender:
    """The sender of one shop's webhooks; it follows the shop's changes until it is closed."""

    def __init__(self, shop: Shop, rules: WebhookRules, *, seed: int = 0) -> None:
        self.rules = rules
        self.attempts: list[Attempt] = []
        self.happened = 0
        """Webhooks that a subscription was to get, also those that are never sent."""
        self._shop = shop
        self._random = Random(seed)
        self._due: list[tuple[float, int, _Delivery]] = []
        self._numbers = itertools.count()
        self._under_way = 0
        self._failures: dict[int, int] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, daemon=True) for _ in range(rules.senders)
        ]
        for thread in self._threads:
            thread.start()
        shop.listeners.append(self.tell)

    def tell(self, happened: Happened) -> None:
        """Send this to each active subscription of its topic and trigger."""
        content = dump(happened.body)
        for row in list(self._shop.table("webhooks").values()):
            pair = row["topic"], row["trigger"]
            wanted = pair == (happened.topic, happened.trigger) and row["status"] == "active"
            if wanted and urlsplit(row["url"]).hostname in HERE:
                self._queue(_Delivery(row["id"], happened.trigger, content))

    def wait(self, within: float = 30) -> None:
        """Wait until nothing is to be sent any more.

        Raises:
            TimeoutError: there still is.
        """
        with self._changed:
            idle = self._changed.wait_for(lambda: not self._due and not self._under_way, within)
        if not idle:
            raise TimeoutError(f"{len(self._due)} webhooks are still to be sent")

    def close(self) -> None:
        """Send nothing any more."""
        self._shop.listeners.remove(self.tell)
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(self.rules.timeout + 1)

    def _queue(self, delivery: _Delivery) -> None:
        with self._changed:
            self.happened += 1
            if self._random.random() < self.rules.never:
                return
            copies = 2 if self._random.random() < self.rules.twice else 1
            for _ in range(copies):
                wait = self._random.uniform(*self.rules.late) / self.rules.speed
                self._put(_Delivery(delivery.subscription, delivery.trigger, delivery.body), wait)

    def _put(self, delivery: _Delivery, wait: float) -> None:
        heapq.heappush(self._due, (time.monotonic() + wait, next(self._numbers), delivery))
        self._changed.notify()

    def _work(self) -> None:
        while (delivery := self._next()) is not None:
            row = self._shop.table("webhooks").get(delivery.subscription)
            if row is not None and row["status"] == "active":
                self._attempt(delivery, row)
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def _next(self) -> _Delivery | None:
        """The next one, when its time has come; None at the end."""
        with self._changed:
            while not self._closed:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    self._under_way += 1
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
        return None

    def _attempt(self, delivery: _Delivery, row: dict[str, Any]) -> None:
        status, retry_after = self._post(row["url"], delivery.body)
        with self._changed:
            self.attempts.append(
                Attempt(delivery.trigger, row["url"], delivery.attempt, status, delivery.body)
            )
            off = self._fails_too_often(row["id"], well=200 <= status < 300)
            if status in REPEATED and delivery.attempt < self.rules.attempts:
                pause = self._pause(delivery.attempt, retry_after)
                delivery.attempt += 1
                self._put(delivery, pause / self.rules.speed)
        if off:  # not within: whoever changes the shop holds its lock, and waits for this one
            self._shop.table("webhooks")[row["id"]] = row | {"status": "inactive"}

    def _fails_too_often(self, subscription: int, *, well: bool) -> bool:
        failures = 0 if well else self._failures.get(subscription, 0) + 1
        off = self.rules.off_after is not None and failures > self.rules.off_after
        self._failures[subscription] = 0 if off else failures
        return off

    def _pause(self, attempt: int, retry_after: str | None) -> float:
        if retry_after and retry_after.isdecimal():
            return min(LONGEST_PAUSE, float(retry_after))
        pause = min(LONGEST_PAUSE, self.rules.first_pause * (1 << attempt - 1))
        return pause / 2 + self._random.uniform(0, pause / 2)

    def _post(self, url: str, body: bytes) -> tuple[int, str | None]:
        """The status and Retry-After of an answer; 0 where there is none."""
        to = urlsplit(url)
        kind = http.client.HTTPSConnection if to.scheme == "https" else http.client.HTTPConnection
        connection = kind(to.hostname or "", to.port, timeout=self.rules.timeout)
        mac = hmac.digest(self.rules.secret.encode(), body, hashlib.sha256)
        headers = {
            "Content-Type": "application/json",
            "X-Loop-Signature": base64.b64encode(mac).decode(),
        }
        try:
            connection.request("POST", to.path or "/", body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Retry-After")
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()
