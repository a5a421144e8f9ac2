"""Seeded returns: as uneven as real ones, with every drift of types that was seen live."""

from __future__ import annotations

from collections import Counter

import pytest

from mock_loop import Shop, clock
from tests.mock_loop.asking import NOW, STATES


def test_the_seeded_returns_are_as_uneven_as_real_ones() -> None:
    """States in their shares, records of about 3 KB, seasons, and many rows in one second."""
    shop = Shop.seeded(returns=6000, seed=1, now=NOW)
    states = Counter(found.state for found in shop.book)
    assert {state: round(states[state] / 60) for state in STATES} == pytest.approx(
        {"closed": 80, "open": 8, "expired": 5, "cancelled": 5, "review": 2}, abs=1.5
    )
    assert 2700 < sum(len(found.json) for found in shop.book) / 6000 < 3700
    assert all(found.created <= found.updated for found in shop.book)
    assert max(Counter(found.updated for found in shop.book).values()) > 30
    months = Counter(clock.day(found.created)[:7] for found in shop.book)
    assert months["2026-01"] > 2.5 * months["2026-08"]


def test_the_types_and_formats_of_returns_are_mixed(shop: Shop) -> None:
    """Every drift that the reference lists occurs."""
    rows = list(shop.returns.values())
    items = [item for row in rows for item in row["line_items"]]
    endings = {row["created_at"][19:] for row in rows}
    assert endings == {".000Z", "+00:00", "-05:00"}
    assert {type(row["destination_id"]) for row in rows} == {int, str}
    assert {type(row["label_rate"]) for row in rows} == {int, str, type(None)}
    assert {type(row["return_method"]) for row in rows} == {dict, type(None), str}
    assert {row["provider_order_id"][:14] for row in rows} > {"gid://shopify/"}
    assert {"pending", "N/A"} < {row["label_status"] for row in rows}
    assert {"", "N/A"} < {row["carrier"] for row in rows}
    assert "credit+refund" in {row["outcome"] for row in rows}
    assert {"N/A"} < {row["label_updated_at"] for row in rows}
    processed = [row["outcomes_processed_at"] for row in rows if row["outcomes_processed_at"]]
    assert {type(one["return_processed"]) for one in processed} == {str, dict}
    assert {" ", "T"} == {item["returned_at"][10] for item in items}
    assert any(item["price"].startswith("-") for item in items)
    assert any('"' in item["return_reason"] for item in items)
    assert {"", "N/A"} < {item["barcode"] for item in items}
