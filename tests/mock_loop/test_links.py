"""Links keep to Loop's rules."""

from __future__ import annotations

from dataclasses import replace

from mock_loop import Loop
from tests.mock_loop.asking import change

LINK = {"name": "#1001", "zip": "89501"}


def test_a_link_is_made_for_an_order_that_is_known(own: Loop) -> None:
    """400 with a code for another; 422 without what Loop looks it up by."""
    assert change(own, "POST", "/order/link", LINK).json()["url"].startswith("https://")
    assert change(own, "POST", "/order/link", LINK | {"name": "#9"}).status_code == 400
    assert change(own, "POST", "/order/link", {"name": "#1001"}).status_code == 422
    own.quirks = replace(own.quirks, links_want_shop="7")
    assert change(own, "POST", "/order/link", LINK).status_code == 422
    assert change(own, "POST", "/order/link", LINK | {"shop_id": "7"}).status_code == 200


def test_a_picture_of_another_format_is_a_png(own: Loop) -> None:
    """Beside it stands the link that it leads to."""
    for kind, ending in (("svg", ".svg"), ("gif", ".png")):
        answer = change(own, "POST", "/order/qr", LINK | {"type": kind}).json()
        assert answer["qr"].endswith(ending)
        assert answer["deeplink_url"]
