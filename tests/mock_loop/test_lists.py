"""Lists of the mock account that are not paged by cursor, and carts."""

from typing import Any

import pytest
import requests

from mock_loop import Loop, Shop
from tests.mock_loop.asking import get


@pytest.mark.parametrize("name", ["allowlists", "blocklists"])
def test_numbered_pages_lead_through_the_lists(loop: Loop, shop: Shop, name: str) -> None:
    """Laravel's paginator; only the single answer carries `created_at`."""
    rows: list[dict[str, Any]] = []
    url = f"{loop.url}/api/2026-10/{name}"
    while url:
        page = requests.get(url, headers={"X-Authorization": "test-key"}, timeout=5).json()
        rows += page["data"]
        url = page["next_page_url"]
    assert rows == shop.truth(name[:-1] + "_items")
    one = get(loop, f"/{name}/{rows[0]['id']}").json()
    assert one == rows[0] | {"created_at": one["created_at"]}
    assert get(loop, f"/{name}/5").json()["code"] == "NOT_FOUND"


def test_unpaged_lists_and_carts(loop: Loop, shop: Shop) -> None:
    """Destinations and webhooks come whole; a cart is known by its token only."""
    assert get(loop, "/destinations").json() == {"destinations": shop.truth("destinations")}
    assert get(loop, "/webhooks").json() == {"webhooks": shop.truth("webhooks")}
    token, cart = next(iter(shop.carts.items()))
    assert get(loop, f"/cart/{token}").json() == {"cart": cart}
    gone = get(loop, "/cart/unknown")
    assert gone.status_code == 200
    assert gone.json() == {"errors": {"message": "No cart found for the provided token."}}
