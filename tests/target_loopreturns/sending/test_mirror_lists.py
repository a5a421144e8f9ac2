"""Mirrored lists beside rows of other kinds."""

from __future__ import annotations

from mock_loop import Shop
from tests.acting import ALL_ALLOWED, Desk, messages
from tests.target_loopreturns.runs.rows import flag


def test_only_lists_that_are_named_are_mirrored(desk: Desk, shop: Shop) -> None:
    """Rows on returns, and of another list, are carried out as ever, and nothing else removed."""
    entry = {"type": "order", "value": "#1"}
    rows = {"return_actions": [flag("1")], "blocklist_items": [entry], "allowlist_items": [entry]}
    mirror = {"mirror": ["blocklist_items"], "mirror_max_share": "100%"}
    ran = desk.run(messages(rows, state=1), **ALL_ALLOWED, **mirror)
    assert (ran.results, ran.state) == ({"done": 4}, [1])
    assert [row["value"] for row in shop.blocklists.values()] == ["#1"]
    assert len(shop.allowlists) == 2
