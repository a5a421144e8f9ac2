"""Links answer with their URL, and tell which shop id Loop wants."""

from __future__ import annotations

from dataclasses import replace

from mock_loop import Shop
from tests.acting import Desk, messages

LINK = {"name": "#1001", "zip": "89501"}


def test_the_url_stays_with_the_outcome(desk: Desk, shop: Shop) -> None:
    """The next run has it from the ledger, and asks for no other link."""
    shop.edit_return("1", order_name="#1001")
    told = [desk.run(messages({"order_links": [LINK]}), apply=True).outcomes[0] for _ in range(2)]
    assert told[0]["answer"]["url"].startswith("https://")
    assert told[0]["answer"] == told[1]["answer"]
    assert len(desk.changes()) == 1


def test_where_loop_wants_the_shop_its_store_id_is_asked_for(desk: Desk, shop: Shop) -> None:
    """Not the account's own id: the refusal says so, and the column goes along."""
    shop.edit_return("1", order_name="#1001")
    desk.loop.quirks = replace(desk.loop.quirks, links_want_shop="777")
    (row,) = desk.run(messages({"order_links": [LINK]}), apply=True).outcomes
    assert row["outcome"] == "refused"
    assert "Shopify store's" in row["reason"]
    assert "'shop_id'" in row["reason"]
    rows = messages({"order_links": [LINK | {"shop_id": 777}]})
    assert desk.run(rows, apply=True).results == {"done": 1}
