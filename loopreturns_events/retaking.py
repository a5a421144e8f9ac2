"""Takes in what was kept aside, once the secret has been put right."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from loopreturns_events import signature
from loopreturns_events.settings import Settings
from loopreturns_events.store import Aside, open_store


@dataclass(slots=True)
class Retaken:
    """How many deliveries were taken in, and how many are still wrong."""

    taken: int = 0
    left: int = 0


def retake(settings: Settings) -> Retaken:
    """Take in what one of its shop's secrets has signed; the receiver may run meanwhile.

    Raises:
        StoreTrouble: the store did not take them; those not taken in are still aside.
    """
    result, after = Retaken(), 0
    with closing(open_store(settings.store, create=False)) as store:
        while kept := store.kept_aside(after):
            right = [one for one in kept if _is_right(one, settings)]
            if right:
                store.take_in(right)
            result.taken += len(right)
            result.left += len(kept) - len(right)
            after = kept[-1].id
    return result


def _is_right(one: Aside, settings: Settings) -> bool:
    shop = settings.shops.get(one.delivery.shop)
    return shop is not None and signature.matches(one.delivery.body, one.signature, shop.secrets)
