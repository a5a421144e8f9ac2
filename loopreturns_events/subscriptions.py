"""A shop's subscriptions in Loop, held against what the receiver needs.

Topic and trigger must be a pair that Loop knows: with another, Loop sends an
empty payload (webhook documentation). A new subscription is inactive unless it
says otherwise, and an older edition of the documentation has Loop switch one
off after ten failures in a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from loop_returns.http.client import Client
from loop_returns.http.exchange import Account, Reply
from loop_returns.http.pacing import Pacer
from loopreturns_events.errors import LoopReturnsError, SettingsError
from loopreturns_events.settings import ShopSettings

PAIRS = (
    ("return", "return.created"),
    ("return", "return.updated"),
    ("return", "return.closed"),
    ("return.processing", "return.processing.failed"),
    ("label", "label.created"),
    ("label", "label.updated"),
    ("label.request", "label.request.issued"),
    ("label.request", "label.request.cancelled"),
    ("restock", "restock.requested"),
    ("giftcard", "giftcard.requested"),
    ("happy.returns.shipment", "shipment.processed"),
)
"""Every topic with its triggers, as Loop documents them."""
SCOPE = "Developer Tools"
_A_MINUTE = 300
"""Requests that Loop allows a key."""
Kind = Literal["missing", "off", "elsewhere", "doubled", "unpaired"]
_WORDS: dict[Kind, str] = {
    "missing": "is not subscribed to",
    "off": "is switched off",
    "elsewhere": "goes to another host",
    "doubled": "is subscribed to twice",
    "unpaired": "are no pair that Loop sends anything for",
}


class NotSubscribed(LoopReturnsError):  # noqa: N818  the name says what is wrong
    """Loop refuses a change of a subscription; the message has its words."""

    exit_code = 5


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as Loop lists it."""

    id: int
    topic: str
    trigger: str
    url: str
    active: bool

    @property
    def pair(self) -> tuple[str, str]:
        """Topic and trigger; one receiver in production was sent topics with underscores."""
        return self.topic.replace("_", "."), self.trigger


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be."""

    kind: Kind
    topic: str
    trigger: str
    id: int | None = None

    def __str__(self) -> str:
        number = "" if self.id is None else f" (subscription {self.id})"
        return f"{self.topic}, {self.trigger}{number}: {_WORDS[self.kind]}"


def check(found: Iterable[Subscription], shop: ShopSettings) -> list[Difference]:
    """What is wrong with the subscriptions that lead, or should lead, to a shop's address.

    Subscriptions of other integrations are left alone: only those to the shop's
    address count, and those whose path is the same on another host.
    """
    ours = [one for one in found if _is_ours(one, shop)]
    wanted = [_state(pair, [one for one in ours if one.pair == pair], shop) for pair in PAIRS]
    known = {trigger for _, trigger in PAIRS}
    unpaired = [
        Difference("unpaired", one.topic, one.trigger, one.id)
        for one in ours
        if one.trigger in known and one.pair not in PAIRS
    ]
    return [finding for findings in wanted for finding in findings] + unpaired


def _state(
    pair: tuple[str, str], ours: Sequence[Subscription], shop: ShopSettings
) -> list[Difference]:
    """What is wrong with one pair; of several subscriptions, the best is kept."""
    if not ours:
        return [Difference("missing", *pair)]
    best, *others = sorted(ours, key=lambda one: (one.url != shop.address, not one.active, one.id))
    findings = [Difference("doubled", *pair, other.id) for other in others]
    if best.url != shop.address:
        findings.append(Difference("elsewhere", *pair, best.id))
    elif not best.active:
        findings.append(Difference("off", *pair, best.id))
    return findings


def _is_ours(one: Subscription, shop: ShopSettings) -> bool:
    return one.url == shop.address or urlsplit(one.url).path == urlsplit(shop.address).path


class Subscriptions:
    """The subscriptions of one shop's account."""

    def __init__(self, client: Client, shop: ShopSettings) -> None:
        self._client = client
        self._shop = shop

    def listed(self) -> list[Subscription]:
        """All of them, also those of other integrations and those made in Loop's admin.

        Raises:
            LoopReturnsError: Loop does not say.
        """
        rows = self._client.get("/webhooks", scope=SCOPE).json()["webhooks"]
        return [_read(row) for row in rows]

    def check(self) -> list[Difference]:
        """See `check`."""
        return check(self.listed(), self._shop)

    def repair(self, findings: Iterable[Difference]) -> Iterator[str]:
        """Put right what was found, and tell each thing that was done.

        Nothing is made twice by a second run after one that was broken off:
        check again, and repair what that finds.

        Raises:
            NotSubscribed: Loop refuses a change.
            LoopReturnsError: whether it was made is not known, or Loop is not there.
        """
        for finding in findings:
            self._repair(finding)
            yield f"{finding}: {'deleted' if finding.kind in _DELETED else 'put right'}"

    def _repair(self, finding: Difference) -> None:
        meant = {
            "topic": finding.topic,
            "trigger": finding.trigger,
            "url": self._shop.address,
            "status": "active",
        }
        if finding.id is None:
            self._send("POST", "/webhooks", meant)
        elif finding.kind in _DELETED:
            self._send("DELETE", f"/webhooks/{finding.id}", None)
        else:
            self._send("PUT", f"/webhooks/{finding.id}", meant)

    def _send(self, method: str, path: str, body: object) -> None:
        reply = self._client.send(method, path, body=body, scope=SCOPE)
        if not _is_done(reply):
            said = reply.body.get("message") if isinstance(reply.body, dict) else None
            raise NotSubscribed(f"Loop refuses {method} {path} ({reply.status}): {said or 'no'}")


_DELETED = ("doubled", "unpaired")


def _is_done(reply: Reply) -> bool:
    """Whether a change was made; Loop has errors under 200, too."""
    refused = isinstance(reply.body, dict) and ("errors" in reply.body or "error" in reply.body)
    return 200 <= reply.status < 300 and not refused  # noqa: PLR2004


def _read(row: dict[str, Any]) -> Subscription:
    return Subscription(
        row["id"],
        str(row.get("topic")),
        str(row.get("trigger")),
        str(row.get("url")),
        row.get("status") == "active",
    )


@contextmanager
def subscriptions(shop: ShopSettings, *, patience: float = 60) -> Iterator[Subscriptions]:
    """The subscriptions of a shop's account.

    Raises:
        SettingsError: the shop has no key, or no address.
    """
    for name, value in (("api_key", shop.api_key), ("address", shop.address)):
        if not value:
            raise SettingsError(f"shops.{shop.name}.{name}", "is required for its subscriptions.")
    account = Account(shop.api_url, "2026-10", shop.api_key, patience=patience)
    client = Client(account, Pacer(_A_MINUTE), user_agent="loopreturns-events")
    try:
        yield Subscriptions(client, shop)
    finally:
        client.close()
