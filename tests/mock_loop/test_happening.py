"""What a change of the mock account makes of webhooks: topics and bodies as Loop documents them."""

from __future__ import annotations

from mock_loop import Loop, Shop
from mock_loop.actions import run_queue
from mock_loop.happening import Happened


def test_a_return_that_closes_with_store_credit_makes_four_webhooks(shop: Shop) -> None:
    """Updated, closed, restock and gift card, each under the topic that Loop documents."""
    heard: list[Happened] = []
    made = shop.add_return(gift_card="20.00", label_status="new")
    shop.listeners.append(heard.append)
    shop.move_return(made.id, "closed")
    assert [(one.topic, one.trigger) for one in heard] == [
        ("return", "return.updated"),
        ("return", "return.closed"),
        ("restock", "restock.requested"),
        ("giftcard", "giftcard.requested"),
    ]
    assert heard[-1].body["return_id"] == made.id


def test_a_return_that_can_no_longer_be_processed_makes_a_webhook(loop: Loop) -> None:
    """It was cancelled while it stood in Loop's queue."""
    heard: list[Happened] = []
    made = loop.shop.add_return(state="open")
    loop.shop.queue.append((0.0, made.id))
    loop.shop.move_return(made.id, "cancelled")
    loop.shop.listeners.append(heard.append)
    run_queue(loop.shop)
    assert [(one.trigger, one.body["return_state"]) for one in heard] == [
        ("return.processing.failed", "cancelled")
    ]
