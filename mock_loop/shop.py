"""The account with its history, what happens to it, and what is true of it."""

from typing import Any, Self

from mock_loop import changes, clock, truth
from mock_loop.book import STATES
from mock_loop.holdings import Holdings
from mock_loop.seeds import lists, seasons, shipping
from mock_loop.seeds.returns import SHARES
from mock_loop.tables import Row


class Shop(Holdings):
    """One shop's account at Loop: `Holdings` with a seeded past and a scripted future."""

    @classmethod
    def seeded(
        cls,
        returns: int = 1000,
        seed: int = 1,
        start: str = "2024-01-01",
        end: str = "2026-11-01",
        now: str | None = None,
    ) -> Self:
        """A shop with a history: `returns` returns made from `start` until `end`.

        Nothing is dated later than `end` or the shop's clock; equal arguments
        give equal shops (with the real clock as long as it is past `end`).
        """
        shop = cls(now, seed=seed, shoppers=max(10, returns * 6 // 10))
        rng = shop.rng
        first, last = clock.parse(start), min(clock.parse(end), shop.moment())
        created = seasons.creation_moments(rng, returns, first, last)
        updated = seasons.update_moments(rng, created, max(last, first))
        states = rng.choices(STATES, SHARES, k=returns)
        shop.book.fill(
            shop.maker.make(shop.next_return_id(), *facts)
            for facts in zip(created, updated, states, strict=True)
        )
        for found in shop.book:
            if rng.random() < 0.12:
                for wait in range(1 + int(rng.random() * 3)):
                    shop.add_note(found.id, at=min(last, found.created + wait * 90_000 + 3600))
        lists.fill(shop.tables, rng, last)
        shop.carts |= lists.carts(rng, shop.stock)
        known = list(shop.book)
        shop.tables["label_requests"] |= shipping.label_requests(known, rng, last)
        shipments, shop.happy_returns_items = shipping.shipments(known, last)
        shop.tables["happy_returns_shipments"] |= shipments
        return shop

    def change(self, count: int, seed: int = 0) -> set[str]:
        """Let `count` things happen just before now, and tell which returns they touched.

        New returns, moves between states, edits and label updates, some of
        them in one second.
        """
        with self.lock:
            return changes.happen(self, count, seed)

    def change_lists(self, seed: int = 0) -> dict[str, dict[str, list[Any]]]:
        """Delete from and add to everything but returns; tell the ids by table."""
        with self.lock:
            return changes.lists_change(self, seed)

    # What is true

    def truth(self, stream: str) -> list[Row]:
        """All rows behind a stream of the tap, as Loop sends them."""
        with self.lock:
            return truth.of(self, stream)

    def personal_values(self) -> set[str]:
        """Every e-mail, name, phone, address part, comment and private link in the account."""
        with self.lock:
            return truth.personal_values(self)
