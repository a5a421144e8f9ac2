"""Settings of the shop, and carts: lists that are read whole."""

from __future__ import annotations

from collections.abc import Iterator

from loop_returns import endpoints
from loop_returns.errors import LoopRefused
from loop_returns.http import envelopes
from loop_returns.paging import Rows, looks_cut
from tap_loopreturns.streams.full_table import FullTable


class AllowlistItems(FullTable):
    """Customers, orders and products that return rules do not apply to."""

    name = "allowlist_items"
    keys = ("id",)
    endpoint = endpoints.ALLOWLIST


class BlocklistItems(FullTable):
    """Customers, orders and products that may not be returned."""

    name = "blocklist_items"
    keys = ("id",)
    endpoint = endpoints.BLOCKLIST


class AllAtOnce(FullTable):
    """A list in one answer, of which nothing says that it is whole."""

    costs = "one"

    def is_surely_whole(self) -> bool:
        """Not where it has a round number of rows, as a list has that is cut."""
        if looks_cut(self.rows):
            self.logger.warning(
                "%s: exactly %s rows, as a list has that Loop cuts. All of them are out; rows that "
                "are gone stay in the target until the number is another.",
                self.name,
                f"{self.rows:,}",
            )
            return False
        return True


class Destinations(AllAtOnce):
    """Where returns go."""

    name = "destinations"
    keys = ("id",)
    endpoint = endpoints.DESTINATIONS


class Webhooks(AllAtOnce):
    """Subscriptions to Loop's events."""

    name = "webhooks"
    keys = ("id",)
    endpoint = endpoints.WEBHOOKS


class Carts(FullTable):
    """Carts by the tokens in `cart_tokens`; Loop has no list of them."""

    name = "carts"
    keys = ("token",)
    endpoint = endpoints.CART
    costs = "one a token"

    def what(self) -> str:
        """How many carts."""
        return f"the carts of {len(self.run.settings.cart_tokens):,} tokens"

    def nothing_to_ask(self) -> str | None:
        """No token is named."""
        return None if self.run.settings.cart_tokens else "cart_tokens is empty"

    def pages(self) -> Iterator[Rows]:
        """One request a token; a cart that is gone is left out."""
        for token in self.run.settings.cart_tokens:
            document = self.endpoint.read(self.run.client, token=token)
            if document is None:
                self.logger.warning("carts: no cart with token %s; Loop has it no longer", token)
                continue
            yield [{**envelopes.row(document, self.endpoint.at(token=token)), "token": token}]

    def probe(self) -> None:
        """Ask for the first cart, if any is named; that it is gone says nothing of the key."""
        for token in self.run.settings.cart_tokens[:1]:
            path = self.endpoint.at(token=token)
            try:
                self.run.client.probe(path, scope=self.endpoint.scope)
            except LoopRefused as refusal:
                if not self.endpoint.is_nothing(refusal):
                    raise
