"""The accounts that are loaded: a usual one, one of hostile values, and how they change."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mock_loop import Quirks, Shop, clock, serve
from mock_loop.loop import Loop

KEY = "test-key"
LONG = "The colour is off. " * 5_400
"""Some 100 KB of comment."""
HOSTILE_TEXTS = (
    "",
    " ",
    "N/A",
    "null",
    "NULL",
    "\\N",
    "a\u0000b",
    "lone \ud83d surrogate",
    "whole \U0001f6cd emoji",
    "bell \u0007 escape \u001b delete \u007f",
    'quote " comma , semicolon ; back \\ slash',
    "line\nbreak\r\nand\rreturn\ttab\u2028separator",
    "'; drop table returns; --",
    '{"not": "json"}',
    "%s %(name)s :name $1 {0}",
    LONG,
)
HOSTILE_AMOUNTS = (
    "0.01", "1.10", "-29.99", "0.00", "99999999999999.99", "N/A", "", None, 5, 0.1, "-0.00", "+7.50"
)  # fmt: skip


def usual(returns: int = 300, seed: int = 11) -> Shop:
    """A seeded account whose history ends now."""
    now = int(time.time())
    return Shop.seeded(
        returns, seed, clock.millis(now - 600 * clock.DAY), clock.millis(now - clock.DAY)
    )


def change(shop: Shop, seed: int = 5) -> None:
    """What happens between two runs: new, moved and edited returns, and deletions elsewhere."""
    touched = sorted(shop.change(60, seed))
    for one in touched[:5]:
        shop.add_note(one)
    # A line item and a label leave a return that stays.
    leaving = next(found for found in shop.book if len(found.row()["line_items"]) > 1)
    row = leaving.row()
    shop.edit_return(leaving, line_items=row["line_items"][:1], labels=[], exchanges=[])
    _empty(shop, {"return_method", "outcomes_processed_at", "shopify_refund_object"})
    shop.change_lists(seed)
    next(iter(shop.table("destinations").values()))["address"] = None
    shop.delete_cart(max(shop.carts))


def _empty(shop: Shop, nested: set[str]) -> None:
    """Nested values that are no more: each target must clear what stands in its table."""
    returns = iter(list(shop.book))
    for name in sorted(nested):
        found = next(one for one in returns if one.row().get(name))
        shop.edit_return(found, **{name: None})
    found = next(one for one in returns if one.row()["line_items"][0].get("condition"))
    first, *others = found.row()["line_items"]
    shop.edit_return(found, line_items=[first | {"condition": None}, *others])
    next(iter(shop.table("destinations").values()))["address"] = None


def hostile() -> Shop:
    """A small account of values that have broken loads."""
    shop = usual(len(HOSTILE_TEXTS), seed=3)
    shop.table("orders")  # made of the returns, while their amounts are still amounts
    for place, found in enumerate(list(shop.book)):
        shop.edit_return(found, shop.moment() - 900 + place, **_hostile(found.row(), place))
    for place, row in enumerate(shop.table("destinations").values()):
        row["name"] = HOSTILE_TEXTS[place + 6]
        row["address"] = None
    for row in shop.table("products").values():
        row["tags"] = []
    first = next(iter(shop.book))
    for text in HOSTILE_TEXTS[4:-1]:
        shop.add_note(first, content=text)
    return shop


def more_hostile(shop: Shop) -> None:
    """Loop adds fields without notice, at several depths, of types that wander."""
    surprises: tuple[Any, ...] = ("text", 7, 7.25, True, {"deep": [None, {"er": "x"}]}, [1, "two"])
    for place, found in enumerate(list(shop.book)):
        row = found.row()
        surprise = surprises[place % len(surprises)]
        items = [item | {"surprise": surprise} for item in row["line_items"]]
        items[0]["condition"] = (items[0]["condition"] or {}) | {"surprise": surprise}
        shop.edit_return(found, surprise=surprise, line_items=items, **{"odd name/~%": surprise})
    for row in shop.table("destinations").values():
        row["surprise"] = list(surprises)


def _hostile(row: dict[str, Any], place: int) -> dict[str, Any]:
    text = HOSTILE_TEXTS[place % len(HOSTILE_TEXTS)]
    amounts = [HOSTILE_AMOUNTS[(place + n) % len(HOSTILE_AMOUNTS)] for n in range(4)]
    items = [
        item
        | {
            "line_item_id": str(999_999_999_999_999_901 + 10 * place + n),
            "return_comment": text,
            "title": text,
            "price": amounts[0],
            "tax": amounts[1],
            "refund": amounts[2],
            "barcode": None,
        }
        for n, item in enumerate(row["line_items"])
    ]
    return {
        "line_items": items,
        "labels": [label | {"line_items": [], "rate": amounts[0]} for label in row["labels"]],
        "order_name": text,
        "total": amounts[0],
        "refund": amounts[1],
        "handling_fee": amounts[2],
        "upsell": amounts[3],
        "edited_at": ("", None)[place % 2],
        "label_updated_at": ("N/A", "", None)[place % 3],
        "return_method": (None, {"address": None, "provider": text})[place % 2],
        "outcomes_processed_at": None,
        # The same column null in every row, and nothing that tells its type.
        "gift_card_order_name": None,
        "package_reference": None,
    }


@contextmanager
def served(shop: Shop) -> Iterator[Loop]:
    """Serve an account without a limit of requests: loads are what is tried here."""
    with serve(shop, key=KEY, quirks=Quirks(requests_per_minute=None)) as loop:
        yield loop


def settings(loop: Loop, **more: Any) -> dict[str, Any]:
    """A configuration of the tap for this account."""
    return {
        "api_key": KEY,
        "api_url": loop.url,
        "requests_per_minute": 60_000,
        "retry_minutes": 0,
        # Notices of returns that changed long after they were announced are read again.
        "trailing_days": 3_650,
        "cart_tokens": sorted(loop.shop.carts),
        **more,
    }
