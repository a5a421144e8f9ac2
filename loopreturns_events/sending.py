"""Sends a shop's address an event of our own, signed as Loop would: does it arrive?"""

from __future__ import annotations

import json
import uuid

import requests

from loopreturns_events import signature
from loopreturns_events.delivery import now
from loopreturns_events.errors import LoopReturnsError, SettingsError
from loopreturns_events.settings import ShopSettings

TOPIC = "loopreturns_events.test"
"""No topic of Loop's; readers pass over it."""
_MEANINGS = {
    401: "the receiver has another secret than this file",
    404: "there is no receiver at this address",
    502: "the proxy does not reach the receiver; have it answer 503, which Loop retries",
    503: "the receiver has trouble; its log and /ready say which",
    504: "the proxy does not reach the receiver; have it answer 503, which Loop retries",
}


class NotArrived(LoopReturnsError):  # noqa: N818  "not arrived" already says that it failed
    """A test event was not answered 2xx; the message says what that means."""

    exit_code = 4


def send_test(shop: ShopSettings, *, url: str = "", within: float = 30) -> str:
    """Send a test event, and say how it was answered.

    Args:
        shop: Signed with its first secret, and sent to its address.
        url: Another address, such as that of the receiver behind the proxy.
        within: Seconds to wait for the answer.

    Raises:
        SettingsError: the shop has no secret, or no address.
        NotArrived: it was not answered 2xx.
    """
    to = url or shop.address
    if not shop.secrets:
        raise SettingsError(f"shops.{shop.name}.secrets", "is empty: there is none to sign with.")
    if not to:
        raise SettingsError(f"shops.{shop.name}.address", "is required, or the option --url.")
    said = {"topic": TOPIC, "trigger": "test.sent", "sent_at": now(), "id": uuid.uuid4().hex}
    body = json.dumps(said).encode()
    headers = {
        signature.HEADER: signature.sign(body, shop.secrets[0]),
        "Content-Type": "application/json",
    }
    try:
        answer = requests.post(
            to, data=body, headers=headers, timeout=within, allow_redirects=False
        )
    except requests.RequestException as error:
        raise NotArrived(f"{to} cannot be reached: {type(error).__name__}.") from None
    if not answer.ok or answer.is_redirect:
        meaning = _MEANINGS.get(answer.status_code, "only 2xx means that an event is kept")
        raise NotArrived(f"{to} answered {answer.status_code}: {meaning}.")
    return f"{to} answered {answer.status_code} in {answer.elapsed.total_seconds():.2f} s."
