"""A small Loop that refuses what Loop refuses.

A real HTTP server that holds a seeded account and keeps to Loop's contract:
its limits, its defaults, its cursors, its errors. ::

    shop = Shop.seeded(returns=1000)
    with serve(shop, key="test-key") as loop:
        ...  # loop.url, loop.requests; shop.change(200)

Or as a process of its own: ``python -m mock_loop --port 8700``.
"""

from mock_loop.faults import ACTED, HOSTILE, TRANSIENT, Faults
from mock_loop.loop import Loop, Request
from mock_loop.quirks import Quirks
from mock_loop.scopes import ALL_SCOPES
from mock_loop.server import serve, serve_many
from mock_loop.shop import Shop
from mock_loop.webhooks import WebhookRules, WebhookSender

__all__ = [
    "ACTED",
    "ALL_SCOPES",
    "HOSTILE",
    "TRANSIENT",
    "Faults",
    "Loop",
    "Quirks",
    "Request",
    "Shop",
    "WebhookRules",
    "WebhookSender",
    "serve",
    "serve_many",
]
